"""Noise in the time loop: its strength does not depend on dt, its numbers depend on the seed alone."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.kernels.random.normals import float64, key_of, whole_rows
from neurosim.noise import noise_from_nn4n, noise_from_psychrnn, noise_from_yang2019
from neurosim.randomness import child, seed_sequence

TAU, TAU_NOISE = 2.0, 1.5
FREE = ns.Network(ns.LeakyCurrent("linear", tau=TAU), ns.LowRank(np.zeros(400), np.zeros(400)), 400, rng=0)

KINDS = {
    "white on the state": (ns.WhiteNoise(0.7), 0.7 * np.sqrt(TAU / 2)),
    "white in the input": (ns.WhiteNoise(0.7, target="input"), 0.7 / np.sqrt(2 * TAU)),
    "colored in the input": (
        ns.OrnsteinUhlenbeck(0.7, TAU_NOISE),
        0.7 * np.sqrt(TAU_NOISE / (TAU_NOISE + TAU)),
    ),
    "colored on the state": (
        ns.OrnsteinUhlenbeck(0.7, TAU_NOISE, target="state"),
        0.7 * TAU * np.sqrt(TAU_NOISE / (TAU_NOISE + TAU)),
    ),
}


def _deviation(noise, dt, scheme, network=FREE, trials=1):
    """Standard deviation over units and times, and the number of correlation times that it averages over."""
    run = ns.simulate(
        network, 400.0, dt, scheme, noise=noise, initial_state=np.zeros(network.size), trials=trials, rng=7
    )
    states = run.states[:, len(run.times) // 20 :]
    return states.std()


# 400 units x 380 / (TAU + TAU_NOISE) independent stretches: relative standard error 1 / sqrt(2 * 4e4) = 0.35 %
FOUR_ERRORS = 0.014


@pytest.mark.parametrize("dt", [0.4, 0.1, 0.02])
@pytest.mark.parametrize("scheme", ["heun", "rk4"])
@pytest.mark.parametrize("kind", KINDS)
def test_free_units_have_the_stationary_deviation_of_the_docstring_at_any_dt(kind, scheme, dt):
    noise, expected = KINDS[kind]
    # what is held during a step is too smooth by (dt / TAU)**2 / 12 and the like
    assert _deviation(noise, dt, scheme) == pytest.approx(expected, rel=FOUR_ERRORS + dt**2 / 12)


@pytest.mark.parametrize("dt", [0.4, 0.1])
@pytest.mark.parametrize("kind", ["white on the state", "white in the input"])
def test_euler_has_the_exact_deviation_of_its_map(kind, dt):
    noise, expected = KINDS[kind]
    assert _deviation(noise, dt, "euler") == pytest.approx(
        expected / np.sqrt(1 - dt / (2 * TAU)), rel=FOUR_ERRORS
    )


@pytest.mark.parametrize("dt", [2.0, 1.0, 0.4, 0.1])
@pytest.mark.parametrize(("target", "scale"), [("input", 1.0), ("state", TAU)])
def test_euler_has_the_exact_response_to_colored_noise_of_the_docstring(target, scale, dt):
    a, b = 1.0 - dt / TAU, np.exp(-dt / TAU_NOISE)
    expected = 0.7 * scale * dt / TAU * np.sqrt((1 + a * b) / ((1 - a**2) * (1 - a * b)))
    noise = ns.OrnsteinUhlenbeck(0.7, TAU_NOISE, target=target)
    assert _deviation(noise, dt, "euler") == pytest.approx(expected, rel=FOUR_ERRORS)


def test_the_response_under_euler_is_29_per_cent_larger_at_dt_equal_to_tau():
    a, b = 0.0, np.exp(-1.0 / 1.5)
    discrete = np.sqrt((1 + a * b) / ((1 - a**2) * (1 - a * b)))
    assert discrete / np.sqrt(1.5 / (1.5 + 1.0)) == pytest.approx(1.29, abs=0.002)


@pytest.mark.parametrize("dt", [0.5, 0.05])
def test_colored_noise_has_its_deviation_and_correlation_time(dt):
    """A unit without memory, dt = tau, shows the noise itself, one step later."""
    unit = ns.Network(ns.LeakyCurrent("linear", tau=dt), FREE.recurrent, 400, rng=0)
    run = ns.simulate(unit, 100.0, dt, noise=ns.OrnsteinUhlenbeck(0.7, TAU_NOISE), rng=3)
    noise = run.states[0, 1:]
    assert noise.std() == pytest.approx(0.7, rel=0.03)
    lag = round(1.0 / dt)
    correlation = (noise[lag:] * noise[:-lag]).mean() / 0.7**2
    assert correlation == pytest.approx(np.exp(-lag * dt / TAU_NOISE), abs=0.03)


@pytest.mark.parametrize("kind", [ns.WhiteNoise, ns.OrnsteinUhlenbeck])
def test_shared_noise_is_the_same_for_all_units_and_differs_between_trials(kind):
    run = ns.simulate(FREE, 5.0, 0.1, noise=kind(shared=True), trials=3, initial_state=np.zeros(400), rng=0)
    np.testing.assert_array_equal(run.states, run.states[:, :, :1] * np.ones(400))
    assert np.unique(run.states[:, 1, 0]).size == 3


def test_strength_may_differ_between_units():
    strength = np.linspace(0.0, 2.0, 400)
    run = ns.simulate(
        FREE, 400.0, 0.1, "heun", noise=ns.WhiteNoise(strength), initial_state=np.zeros(400), rng=0
    )
    measured = run.states[0, 400:].std(axis=0)
    # one unit averages over 360 / TAU / 2 stretches: relative standard error 7 %
    np.testing.assert_allclose(measured, strength, atol=0.3 * 2)
    assert np.corrcoef(measured, strength)[0, 1] > 0.97


def test_numbers_are_those_of_the_counter_based_generator():
    run = ns.simulate(FREE, 0.3, 0.1, noise=ns.WhiteNoise(1.0), initial_state=np.zeros(400), trials=2, rng=11)
    key0, key1 = key_of(child(seed_sequence(11), "noise"))
    state, normals = np.zeros((2, 400)), np.empty(whole_rows(400))
    for step in range(3):
        for trial in range(2):
            float64.fill(normals, trial, step, key0, key1, 0)
            state[trial] += -0.1 * state[trial] / TAU + np.sqrt(0.1) * normals[:400]
    np.testing.assert_allclose(run.states[:, -1], state, atol=1e-13)


class TestConventionsOfOthers:
    """Published update rules, written out, have the deviation that the converted noise gives."""

    dt = 0.2
    alpha = dt / TAU

    def _rule(self, step):
        """Stationary deviation of x <- (1 - alpha) x + step * N(0, 1)."""
        return step / np.sqrt(1 - (1 - self.alpha) ** 2)

    @pytest.mark.parametrize(
        ("noise", "step"),
        [
            (noise_from_psychrnn(0.3, TAU), np.sqrt(2 * alpha) * 0.3),
            (noise_from_yang2019(0.3, TAU), alpha * np.sqrt(2 / alpha) * 0.3),
            (noise_from_nn4n(0.3, dt), 0.3),
        ],
        ids=["psychrnn", "yang2019", "nn4n"],
    )
    def test_deviation_agrees(self, noise, step):
        assert _deviation(noise, self.dt, "euler") == pytest.approx(self._rule(step), rel=FOUR_ERRORS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ns.WhiteNoise(-1.0), r"density must not be negative \(got .*-1\.0.*\)"),
        (lambda: ns.OrnsteinUhlenbeck(np.nan), r"OrnsteinUhlenbeck\.std.* must be finite \(got nan\)"),
        (lambda: ns.OrnsteinUhlenbeck(1.0, 0.0), r"tau_noise must be positive \(got .*0\.0.*\)"),
        (lambda: ns.OrnsteinUhlenbeck(1.0, np.ones(3)), r"tau_noise must be one number for all units \(got"),
        (lambda: ns.WhiteNoise(target="rate"), r"target = 'rate' is unknown"),
        (lambda: ns.WhiteNoise(shared=1), r"shared must be True or False \(got 1\)"),
        (lambda: ns.WhiteNoise(sigma=1.0), r"WhiteNoise takes no keyword 'sigma'"),
    ],
)
def test_bad_noise_is_named(make, message):
    with pytest.raises(ns.errors.NeurosimError, match=message):
        make()


def test_strength_of_another_network_is_named():
    with pytest.raises(ns.errors.ShapeError, match=r"density must be .* \(400,\) \(got shape \(3,\)\)"):
        ns.simulate(FREE, 1.0, 0.1, noise=ns.WhiteNoise(np.ones(3)))


def test_noise_for_no_unit_is_refused():
    with pytest.raises(ParameterError, match=r"density must have a value \(got none\); give a number"):
        ns.WhiteNoise(density=[])
