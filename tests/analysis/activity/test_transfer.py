"""Transfer functions: a closed form, fixed points exactly, and chaos against linear response."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError

measure, predict = ns.analysis.transfer_function, ns.theory.transfer_function
FREQUENCIES = np.array([0.02, 0.1])


def stable(neuron, size=12, dt=None):  # noqa: ARG001
    return ns.Network(neuron, ns.Gaussian(0.5), size, inputs=2, rng=0)


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_a_single_unit_is_a_low_pass_filter(scheme):
    unit = ns.Network(ns.LeakyCurrent("linear", tau=2.0), ns.Explicit([[0.0]]), 1, inputs=1, rng=0)
    unit = unit.replace(input_weights=np.ones((1, 1)))
    dt = 0.2
    found = measure(unit, FREQUENCIES, trials=2, dt=dt, scheme=scheme, rng=0)
    circular = 2.0 * np.pi * found.frequencies
    # the exact answer of a sampled unit to an input that is held during each step, or that of the Euler map
    kept = 1.0 - dt / 2.0 if scheme == "euler" else np.exp(-dt / 2.0)
    exact = (1.0 - kept) / (np.exp(1j * circular * dt) - kept)
    if scheme == "rk4":
        exact /= np.exp(-0.5j * circular * dt) * np.sinc(0.5 * circular * dt / np.pi)
        # which differs from that of a sine by its images at the frequency of steps
        assert_allclose(exact, 1.0 / (1.0 + 2j * circular), atol=2e-3)
    # the transient of 100 time constants is gone to e^-50
    assert_allclose(found.values[:, 0, 0], exact, atol=1e-6)


@pytest.mark.parametrize(
    "neuron", [ns.LeakyRate("tanh"), ns.Adaptive("tanh", tau=1.0, tau_adaptation=4.0, strength=0.5)]
)
def test_response_at_a_fixed_point_is_exact(neuron):
    given = ns.Network(neuron, ns.Gaussian(0.5), 6, inputs=2, rng=0)
    given = given.replace(bias=0.3 * np.ones(6))
    points = ns.analysis.fixed_points(given, starts=5, rng=0, progress=False)
    found = measure(
        given, FREQUENCIES, 1e-3, trials=2, duration=50.0, discard=30.0, dt=0.1, scheme="rk4", rng=0
    )
    expected = predict(given, found.frequencies, state=points.states[0])
    # images of the held input at the frequency of steps leave 6e-4
    assert_allclose(found.values, expected.values, atol=2e-3)


def test_response_of_chaos():
    """A map of steps of one time constant, whose activity forgets faster than that of a flow."""
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(4.0), 100, inputs=1, rng=0)
    found = measure(given, [0.05, 0.2, 0.4], 0.2, trials=4, duration=3000.0, dt=1.0, scheme="euler", rng=0)
    expected = predict(given, found.frequencies, dt=1.0)
    for k in range(3):
        theory, measured = expected.values[k, :, 0], found.values[k, :, 0]
        slope = (theory.conj() @ measured) / (theory.conj() @ theory)
        # 100 units are far from infinitely many, and sampling leaves some 10 %
        assert abs(slope - 1.0) < 0.35
    ax = ns.plotting.transfer_function(found, expected)
    assert ax.get_legend_handles_labels()[1] == ["simulation", "theory"]


def test_mean_slope_is_that_of_the_activity():
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 50, inputs=1, rng=0)
    found = predict(given, np.array([1e6]), gain=2.0)
    # far above all rates every unit answers alone, with <φ'> = 0.48682 / iω
    alone = 0.48682 * given.input_weights / (2j * np.pi * 1e6)
    assert_allclose(found.values[0], alone, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: predict(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 9, rng=0), [0.1]),
            ParameterError,
            "must have input channels",
        ),
        (
            lambda: measure(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 9, rng=0), [0.1]),
            ParameterError,
            "must have input channels",
        ),
        (
            lambda: predict(stable(ns.LeakyCurrent("tanh")), [[0.1]]),
            ShapeError,
            "frequencies must have one axis",
        ),
        (
            lambda: measure(stable(ns.LeakyCurrent("tanh")), [[0.1]]),
            ShapeError,
            "frequencies must have one axis",
        ),
        (
            lambda: measure(stable(ns.LeakyCurrent("tanh")), [0.1, 0.1001]),
            ParameterError,
            "one cycle of the duration 400",
        ),
        (
            lambda: measure(stable(ns.LeakyCurrent("tanh")), [9.0]),
            ParameterError,
            "up to half a cycle a step",
        ),
        (
            lambda: measure(stable(ns.LeakyCurrent("tanh")), [0.1], trials=1),
            ParameterError,
            "trials must be at least 2",
        ),
        (lambda: predict(stable(ns.LeakyCurrent("tanh")), [0.1]), ParameterError, "must be chaotic"),
    ],
)
def test_what_has_no_transfer_function(call, error, message):
    with pytest.raises(error, match=message):
        call()
