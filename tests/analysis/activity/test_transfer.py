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
    exact = 1.0 / (1.0 + 2j * circular)
    if scheme == "euler":
        exact = (dt / 2.0) / (np.exp(1j * circular * dt) - 1.0 + dt / 2.0)
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
        given, FREQUENCIES, 1e-3, trials=2, duration=100.0, discard=60.0, dt=0.1, scheme="rk4", rng=0
    )
    expected = predict(given, found.frequencies, state=points.states[0])
    # of second order in the amplitude, and rk4
    assert_allclose(found.values, expected.values, atol=2e-4)


def test_response_of_chaos():
    """Components along the input of 200 units, which the activity of 1200 time constants leaves an error of 0.05."""
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 200, inputs=1, rng=1)
    found = measure(given, [0.03, 0.1, 0.3], 0.15, trials=4, duration=800.0, dt=0.5, scheme="euler", rng=0)
    expected = predict(given, found.frequencies, dt=0.5)
    for measured, theory in zip(found.values[..., 0], expected.values[..., 0], strict=True):
        slope = (theory.conj() @ measured) / (theory.conj() @ theory)
        # another run had 1.05 + 0.08i, 0.87 + 0.10i and 1.02 - 0.02i
        assert abs(slope - 1.0) < 0.3
    ax = ns.plotting.transfer_function(found, expected)
    assert ax.get_legend_handles_labels()[1] == ["simulation", "theory"]


def test_mean_slope_is_that_of_the_activity():
    given = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 50, inputs=1, rng=0)
    found = predict(given, np.array([1e6]), gain=2.0)
    # far above all rates every unit answers alone, with <φ'> = 0.48682 / iω
    alone = 0.48682 * given.input_weights / (2j * np.pi * 1e6)
    assert_allclose(found.values[0], alone, rtol=1e-4)


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
