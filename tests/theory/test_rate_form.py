"""Units in rate form: their input currents obey the theory of the current form, and their rates follow from those."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import dblquad

import neurosim as ns
from neurosim import theory
from neurosim.errors import ParameterError

GAINS = {"tanh": 2.0, "logistic": 15.0}


def network(activation="tanh", form=ns.LeakyRate, tau=1.0, connectivity=None, size=20):
    return ns.Network(form(activation, tau=tau), connectivity or ns.Gaussian(gain=2.0), size, rng=0)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def pair_average(rate, variance, covariance):
    """E rate(x) rate(y) by adaptive integration, nothing shared with the package."""
    rho, spread = covariance / variance, np.sqrt(variance)

    def weighted(a, b):
        y = rho * a + np.sqrt(1.0 - rho**2) * b
        return rate(spread * a) * rate(spread * y) * np.exp(-0.5 * (a * a + b * b)) / (2.0 * np.pi)

    return dblquad(weighted, -8.0, 8.0, -8.0, 8.0, epsabs=1e-8)[0]


@pytest.mark.parametrize(("activation", "rate"), [("tanh", np.tanh), ("logistic", logistic)])
def test_the_autocorrelation_of_the_rates_solves_their_own_equation(activation, rate):
    """From τ dr/dt = -r + φ(u): R - τ² R'' = <φ(u(t)) φ(u(t+s))>, where u has the autocorrelation g² R."""
    gain, step = GAINS[activation], 0.02
    lags = np.array([1.0, 3.0])[:, None] + step * np.arange(-2, 3)
    found = theory.autocorrelation(network(activation, tau=2.0), gain=gain, lags=2.0 * lags.ravel())
    values = found.values.reshape(lags.shape)
    curvature = values @ [-1.0, 16.0, -30.0, 16.0, -1.0] / (12.0 * step**2)
    for center, bend in zip(values[:, 2], curvature, strict=True):
        expected = pair_average(rate, gain**2 * found.variance, gain**2 * center)
        assert_allclose(center - bend, expected, atol=2e-5 * found.variance)
    assert_allclose(found.rate_variance, found.variance - found.rate_mean**2, rtol=1e-12)


def test_a_simulated_network_follows_the_theory():
    # orthogonal networks of 300 units scatter by 1 % in variance and 6 % in half width
    chaotic = network(connectivity=ns.Orthogonal(gain=2.0), size=300)
    run = ns.simulate(chaotic, duration=200.0, dt=0.1, scheme="heun", trials=2, rng=1)
    predicted = theory.autocorrelation(chaotic)
    measured = ns.analysis.autocorrelation(run, discard=50.0, longest=15.0)
    assert_allclose(ns.analysis.variance(run, discard=50.0), predicted.variance, rtol=0.08)
    assert_allclose(ns.analysis.half_width(measured), ns.analysis.half_width(predicted), rtol=0.12)


@pytest.mark.parametrize("gain", [0.8, 2.0])
def test_perturbations_grow_alike_in_both_forms(gain):
    """u = W r is a change of variables, which leaves exponents and the onset of chaos as they are."""
    rates, currents = network(tau=3.0), network(form=ns.LeakyCurrent, tau=3.0)
    for dt in (None, 0.3):
        found = [theory.lyapunov_exponent(one, gain=gain, dt=dt).value for one in (rates, currents)]
        assert_allclose(*found, rtol=1e-10)
    assert_allclose(theory.critical_gain(rates), 1.0, rtol=1e-9)


def test_a_step_of_one_time_constant_has_a_closed_dimension():
    """Then r is φ of the currents before, and PR/N = 1 - (g <φ'>)⁴; for tanh <φ'> = 1 - <φ²>."""
    found = theory.dimension(network(), gain=3.0, dt=1.0)
    mean_slope = 1.0 - theory.variance(network(), gain=3.0, dt=1.0)
    assert_allclose(found.rates, 1.0 - (3.0 * mean_slope) ** 4, rtol=1e-4)
    assert found.states == found.rates


def test_fixed_points_of_rates():
    silent = theory.autocorrelation(network(), gain=0.9)
    assert silent.variance == silent.frozen_variance == 0.0
    # without weights every rate is φ(0)
    alone = theory.autocorrelation(network("logistic"), gain=0.0)
    assert_allclose([alone.variance, alone.frozen_variance, alone.rate_mean], [0.25, 0.25, 0.5])
    assert_allclose(alone.rate_variance, 0.0, atol=1e-12)
    frozen = theory.autocorrelation(network("logistic"), gain=4.0)
    assert_allclose(frozen.variance * 16.0, theory.variance(network("logistic", ns.LeakyCurrent), gain=4.0))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            network(tau=np.linspace(1.0, 2.0, 20)),
            r"neuron must have identical units in mean-field theory \(got LeakyRate\(tau=array\(20,\)\)\)",
        ),
        (
            network().replace(bias=np.ones(20)),
            r"network\.bias must be zero in mean-field theory \(got other values\)",
        ),
    ],
)
def test_assumptions_that_fail_are_named(given, message):
    with pytest.raises(ParameterError, match=message):
        theory.autocorrelation(given)
