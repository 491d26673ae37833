"""The largest exponent in theory: published numbers, closed forms, and the zero mode that must be there."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.clark2023 import EULER_EXPONENT, EXPONENT_AT_20
from reference.sompolinsky1988 import EXPONENT, JACOBIAN_DISC
from scipy.integrate import quad
from scipy.optimize import brentq

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.theory import lyapunov_exponent


def network(activation="tanh", tau=1.0):
    neuron = activation if isinstance(activation, ns.Neuron) else ns.LeakyCurrent(activation, tau=tau)
    return ns.Network(neuron, ns.Gaussian(gain=2.0), size=20, rng=0)


@pytest.mark.parametrize("gain", EXPONENT)
def test_published_exponents_of_the_flow(gain):
    found = lyapunov_exponent(network(), gain=gain)
    assert_allclose(found.value, EXPONENT[gain], atol=6e-6)
    assert found.residual < 1e-7


@pytest.mark.parametrize("gain", JACOBIAN_DISC)
def test_the_disc_of_the_jacobian_reaches_beyond_stability(gain):
    found = lyapunov_exponent(network(), gain=gain)
    assert_allclose(1.0 - found.potential[0], JACOBIAN_DISC[gain], rtol=5e-5)
    assert found.potential[0] < 0.0


@pytest.mark.parametrize(("gain", "dt"), EULER_EXPONENT)
def test_published_exponents_of_the_euler_map(gain, dt):
    assert_allclose(lyapunov_exponent(network(), gain=gain, dt=dt).value, EULER_EXPONENT[gain, dt], atol=2e-5)


def test_a_very_strong_network():
    assert_allclose(lyapunov_exponent(network(), gain=20.0).value, EXPONENT_AT_20, atol=5e-4)


def average(function):
    return quad(lambda z: function(z) * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi), -9.0, 9.0, limit=200)[0]


@pytest.mark.parametrize("gain", [1.2, 2.0, 5.0])
def test_a_step_of_one_time_constant_is_a_closed_form(gain):
    """States of successive steps are independent, and each step multiplies a distance by g sqrt <φ'²>."""
    variance = brentq(
        lambda v: gain**2 * average(lambda z: np.tanh(np.sqrt(v) * z) ** 2) - v, 1e-3, gain**2, xtol=1e-13
    )
    growth = gain * np.sqrt(average(lambda z: np.cosh(np.sqrt(variance) * z) ** -4.0))
    assert_allclose(
        lyapunov_exponent(network(tau=3.0), gain=gain, dt=3.0).value, np.log(growth) / 3.0, rtol=1e-7
    )


def test_the_euler_map_tends_to_the_flow_in_first_order():
    flow = lyapunov_exponent(network(), gain=3.0).value
    errors = [flow - lyapunov_exponent(network(), gain=3.0, dt=dt).value for dt in (0.1, 0.05)]
    assert_allclose(errors[0] / errors[1], 2.0, rtol=0.05)


@pytest.mark.parametrize("excess", [1e-3, 1e-2])
def test_expansion_near_the_onset(excess):
    # a Poeschl-Teller well: eps²/2, with a correction that is 5 % at eps = 0.02
    value = lyapunov_exponent(network(), gain=1.0 + excess).value
    assert_allclose(value, 0.5 * excess**2, rtol=4.0 * excess)


@pytest.mark.parametrize("gain", [0.5, 0.9])
def test_silence_decays_at_the_edge_of_the_disc(gain):
    slow = network(tau=4.0)
    assert_allclose(lyapunov_exponent(slow, gain=gain).value, (gain - 1.0) / 4.0, rtol=1e-8)
    expected = np.log(1.0 - 0.25 * (1.0 - gain)) / 1.0
    assert_allclose(lyapunov_exponent(slow, gain=gain, dt=1.0).value, expected, rtol=1e-8)


def test_an_active_fixed_point_loses_stability_at_the_critical_gain():
    logistic = network("logistic")
    critical = ns.theory.critical_gain(logistic)
    assert_allclose(lyapunov_exponent(logistic, gain=critical).value, 0.0, atol=1e-4)
    assert lyapunov_exponent(logistic, gain=0.9 * critical).value < -0.02
    assert lyapunov_exponent(logistic, gain=1.2 * critical).value > 0.0


@pytest.mark.parametrize(
    ("activation", "gain"), [("logistic", 15.0), ("rectified_tanh", 2.5)], ids=["logistic", "corner"]
)
def test_the_derivative_of_the_autocorrelation_is_the_first_excited_state(activation, gain):
    """Its energy is zero because time may be shifted; the solver does not use that."""
    assert lyapunov_exponent(network(activation), gain=gain).residual < 1e-7


def test_time_is_measured_in_the_unit_of_tau():
    slow, fast = lyapunov_exponent(network(tau=5.0)), lyapunov_exponent(network())
    assert_allclose(5.0 * float(slow), float(fast), rtol=1e-12)
    assert_allclose(slow.lags, 5.0 * fast.lags)


def test_the_ground_state_solves_its_equation():
    found = lyapunov_exponent(network())
    middle = slice(200, 1200, 50)
    times, state = found.lags, found.ground_state
    slope = np.gradient(state, times, edge_order=2)
    curvature = np.gradient(slope, times, edge_order=2)
    expected = (found.potential - found.ground_energy) * state
    assert_allclose(curvature[middle], expected[middle], atol=2e-3)


@dataclass(frozen=True)
class Surrogate(ns.Neuron):
    """A threshold that claims the slope of a tanh."""

    tau: float = 1.0

    def drift(self, x, u):
        return (u - x) / self.tau

    def rate(self, x):
        return np.tanh(x)

    def rate_by_state(self, x):
        return 0.5 / np.cosh(x)


@pytest.mark.parametrize(
    ("given", "keywords", "message"),
    [
        (
            network(np.sign),
            {},
            "neuron must have a rate without jumps and its exact derivative in the theory of",
        ),
        (
            network(Surrogate()),
            {},
            "neuron must have a rate without jumps and its exact derivative in the theory of",
        ),
        (
            network(),
            {"dt": 1.5},
            r"dt must be at most the time constant 1, beyond which an Euler step overshoots rest \(got 1\.5\)",
        ),
        (network(), {"dt": 0.0}, r"dt must be positive \(got 0\.0\)"),
        (
            network(),
            {"gain": 1.0 + 1e-8},
            r"gain must be further from the onset of chaos \(got 1\.00000001, where rounding hides the",
        ),
        (
            network(ns.LeakyRate(np.sign)),
            {},
            "neuron must have a rate without jumps and its exact derivative in the theory of",
        ),
    ],
)
def test_bad_arguments(given, keywords, message):
    with pytest.raises(NeurosimError, match=message):
        lyapunov_exponent(given, **keywords)
