"""Whole simulations against published theory: mean field, coherent chaos, low-rank networks.

Sizes are those at which the tolerance is justified; the larger ones carry the marker ``slow``.
"""

import numpy as np
import pytest
from reference.mastrogiuseppe2018 import OVERLAP
from reference.sompolinsky1988 import MEAN_FIELD

import neurosim as ns
from neurosim import analysis, theory

TANH = ns.LeakyCurrent("tanh")


def _variance(connectivity, size, *, seed, duration=400.0):
    network = ns.Network(TANH, connectivity, size, rng=seed)
    run = ns.simulate(network, duration, 0.1, "rk4", rng=seed, every=10)
    return analysis.variance(run, discard=100.0)


@pytest.mark.parametrize("gain", [1.5, 2.0, 3.0])
def test_variance_of_orthogonal_networks_is_the_mean_field_value(gain):
    """Mean-field values for tanh (Sompolinsky, Crisanti & Sommers 1988); orthogonal weights reach them at 500 units.

    One network of 500 units spreads by about 3 per cent at the smallest gain, where fluctuations are slowest.
    """
    measured = np.mean([_variance(ns.Orthogonal(gain), 500, seed=seed) for seed in (0, 1)])
    assert measured == pytest.approx(MEAN_FIELD[gain].variance, rel=0.04)


@pytest.mark.slow
@pytest.mark.parametrize(("gain", "tolerance"), [(1.5, 0.06), (2.0, 0.03), (3.0, 0.03)])
def test_variance_of_gaussian_networks_is_the_mean_field_value(gain, tolerance):
    """2000 units deviate by 3 per cent; nearer to the transition correlations and finite-size effects are larger."""
    assert _variance(ns.Gaussian(gain), 2000, seed=0, duration=600.0) == pytest.approx(
        MEAN_FIELD[gain].variance, rel=tolerance
    )


def test_below_the_transition_activity_decays_at_the_rate_of_the_leading_eigenvalue():
    network = ns.Network(TANH, ns.Gaussian(0.8), 400, rng=3)
    run = ns.simulate(network, 80.0, 0.05, "rk4", rng=0, every=20)
    size = np.linalg.norm(run.states[0], axis=1)
    late = run.times > 40.0
    slope = np.polyfit(run.times[late], np.log(size[late]), 1)[0]
    # other eigenvalues still decay beside the leading pair; their mixture decays a little faster, or beats with it
    assert slope == pytest.approx(network.recurrent.eigenvalues()[0].real - 1.0, abs=0.03)
    assert size[-1] < 1e-3 * size[0]


def test_autocorrelation_of_a_chaotic_network_is_the_mean_field_one():
    """Half width at g = 2; one network of 600 deviates by 3 per cent."""
    widths = []
    for seed in (1, 2, 3):
        network = ns.Network(TANH, ns.Orthogonal(2.0), 600, rng=seed)
        run = ns.simulate(network, 400.0, 0.1, "rk4", rng=0, every=2)
        measured = analysis.autocorrelation(run, discard=100.0, longest=20.0)
        widths.append(analysis.half_width(measured))
    assert np.mean(widths) == pytest.approx(MEAN_FIELD[2.0].half_width, rel=0.06)


def _isolated(eigenvalues):
    """Whether no other mode is nearly as fast as the leading one, so that the self-tuned state is pure."""
    pair = 2 if abs(eigenvalues[0].imag) > 0 else 1
    return eigenvalues[0].real - eigenvalues[pair].real > 0.05


def _coherent(strength, size, seed):
    weights = ns.connectivity.RowBalanced(ns.Gaussian(2.0)) + ns.Coherent(strength)
    return ns.Network(TANH, weights, size, rng=seed)


def _self_tuned(size, seeds, *, is_real):
    """Coherent mode of networks with a strong mode, where the leading eigenvalue is isolated, with that eigenvalue."""
    for seed in seeds:
        network = _coherent(200.0, size, seed)
        leading = network.recurrent.eigenvalues()[0]
        fits = leading.imag == 0.0 if is_real else abs(leading.imag) > 0.15
        if fits and _isolated(network.recurrent.eigenvalues()):
            run = ns.simulate(network, 400.0, 0.05, "rk4", rng=1, every=2)
            yield run, analysis.coherent_mode(run, discard=150.0)[0], leading


def test_strong_coherent_mode_is_a_broken_symmetry_where_the_leading_eigenvalue_is_real():
    """Landau & Sompolinsky 2018: tanh² of the mode is 1 - 1/lambda; 300 units spread by about 1.5 per cent."""
    found = list(_self_tuned(300, range(12), is_real=True))
    assert found
    for _, mode, leading in found:
        assert np.abs(mode).mean() == pytest.approx(theory.self_tuned_state(leading).amplitude, rel=0.03)
        assert np.abs(np.sign(mode).sum()) == mode.size


def test_strong_coherent_mode_oscillates_where_the_leading_eigenvalue_is_complex():
    """Period 2 pi Re / Im, and the time average of the slope at the mode is 1 / Re (Landau & Sompolinsky 2018)."""
    found = list(_self_tuned(300, range(8), is_real=False))
    assert found
    for run, mode, leading in found:
        upward = np.flatnonzero((mode[:-1] < 0) & (mode[1:] >= 0))
        period = np.diff(upward).mean() * run.dt
        assert period == pytest.approx(theory.self_tuned_state(leading).period, rel=0.06)
        assert np.mean(1 / np.cosh(mode) ** 2) == pytest.approx(1 / leading.real, rel=0.03)


@pytest.mark.slow
def test_weak_coherence_is_the_perturbative_prediction():
    """Landau & Sompolinsky 2018: chi at J1 = 0.25, g = 2, row balance, 800 units: .129 +- .02 over eight networks."""
    coherence = []
    for seed in range(8):
        run = ns.simulate(_coherent(0.25, 800, seed), 400.0, 0.1, "rk4", rng=seed, every=5)
        coherence.append(analysis.coherence(run, discard=100.0))
    predicted = theory.coherence(0.25, 2.0, 800)
    assert np.sqrt(np.mean(np.square(coherence))) == pytest.approx(predicted, abs=0.02)


def test_coherence_grows_with_the_strength_of_the_mode():
    """chi(4) > .6 and chi(200) > .98 with row balance (Landau & Sompolinsky 2018); a mode of noise has 1/sqrt N."""
    strengths = (0.0, 1.0, 4.0, 200.0)
    runs = [ns.simulate(_coherent(s, 400, 2), 300.0, 0.05, "rk4", rng=0, every=5) for s in strengths]
    coherence = [analysis.coherence(run, np.ones(400), discard=100.0) for run in runs]
    assert coherence == sorted(coherence)
    assert coherence[0] == pytest.approx(1 / np.sqrt(400), rel=0.5)
    assert coherence[2] > 0.5
    assert coherence[3] > 0.98


def test_without_a_random_part_activity_stays_in_the_span_of_the_left_vector():
    """Rank one alone: what is outside the span of m decays exactly as exp(-t) (Mastrogiuseppe & Ostojic 2018)."""
    draw = np.random.default_rng(0)
    left, right, start = draw.normal(size=(3, 200))
    network = ns.Network(TANH, ns.LowRank(left[:, None], 2.5 * right[:, None] + left[:, None]), 200, rng=0)
    run = ns.simulate(network, 5.0, 0.01, "rk4", initial_state=start)
    direction = left / np.linalg.norm(left)
    outside = run.states[0] - np.outer(run.states[0] @ direction, direction)
    expected = np.outer(np.exp(-run.times), start - (start @ direction) * direction)
    np.testing.assert_allclose(outside, expected, atol=1e-9)


def test_random_and_low_rank_parts_compete_as_in_mean_field():
    """Means 1.1 and 2, unit spreads, g = 0.5: overlap as in Mastrogiuseppe & Ostojic (2018); ten networks."""
    overlaps = []
    for seed in range(10):
        weights = ns.Gaussian(0.5) + ns.connectivity.GaussianLowRank(mean_left=1.1, mean_right=2.0)
        network = ns.Network(TANH, weights, 800, rng=seed)
        left, right = network.recurrent.left[:, 0], 800 * network.recurrent.right[:, 0]
        run = ns.simulate(network, 60.0, 0.1, "heun", initial_state=left, every=10)
        overlaps.append(right @ run.rates[0, -1] / 800)
    # 5 per cent spread over networks of 1000 units
    assert np.mean(overlaps) == pytest.approx(OVERLAP[0.5], rel=3 * 0.055 / np.sqrt(10))
