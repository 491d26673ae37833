"""Mean-field theory of the Euler map against published numbers, its own equation and simulated maps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.clark2023 import EULER_VARIANCE
from scipy.integrate import dblquad

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.theory import autocorrelation, variance


def network(activation="tanh", tau=1.0, connectivity=None, size=20):
    return ns.Network(
        ns.LeakyCurrent(activation, tau=tau), connectivity or ns.Gaussian(gain=2.0), size=size, rng=0
    )


@pytest.mark.parametrize(("gain", "dt"), EULER_VARIANCE)
def test_published_variances(gain, dt):
    assert_allclose(variance(network(), gain=gain, dt=dt), EULER_VARIANCE[gain, dt], atol=6e-6)


def pair_average(rate, variance, covariance):
    """E rate(x) rate(y) by adaptive integration, nothing shared with the package."""
    rho = covariance / variance

    def weighted(a, b):
        y = rho * a + np.sqrt(1.0 - rho**2) * b
        pair = rate(np.sqrt(variance) * a) * rate(np.sqrt(variance) * y)
        return pair * np.exp(-0.5 * (a * a + b * b)) / (2.0 * np.pi)

    return dblquad(weighted, -8.0, 8.0, -8.0, 8.0, epsabs=1e-8)[0]


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


@pytest.mark.parametrize(
    ("activation", "rate", "gain", "dt"),
    [("tanh", np.tanh, 2.0, 0.8), ("logistic", logistic, 15.0, 0.5)],
    ids=["tanh", "logistic"],
)
def test_the_autocorrelation_solves_the_lag_equation(activation, rate, gain, dt):
    """From x' = b x + h eta: (1 + b²) D_n - b (D_{n+1} + D_{n-1}) = h² g² C_n, at lag zero too."""
    theory = autocorrelation(network(activation, tau=2.0), gain=gain, dt=2.0 * dt)
    kept, values = 1.0 - dt, theory.values
    for lag in (0, 1, 3):
        before, here, after = values[abs(lag - 1)], values[lag], values[lag + 1]
        expected = pair_average(rate, theory.variance, min(here, theory.variance * (1.0 - 1e-12)))
        left = (1.0 + kept**2) * here - kept * (before + after)
        assert_allclose(left, dt**2 * gain**2 * expected, atol=1e-6 * theory.variance)
        assert_allclose(theory.rate_values[lag], expected, atol=2e-7)


def test_a_step_of_one_time_constant_shares_nothing():
    theory = autocorrelation(network(), dt=1.0)
    assert_allclose(theory.values[1:], 0.0, atol=1e-7)
    assert_allclose(theory.variance, 4.0 * theory.rate_variance, rtol=1e-9)


def test_frozen_variance_of_a_rate_that_is_not_odd():
    theory = autocorrelation(network("logistic"), gain=15.0, dt=1.0)
    frozen = 225.0 * pair_average(logistic, theory.variance, theory.frozen_variance)
    assert_allclose(theory.frozen_variance, frozen, rtol=1e-5)
    assert_allclose(theory.values[-1], theory.frozen_variance, rtol=1e-4)


def test_the_map_tends_to_the_flow_in_first_order():
    flow, coarse, fine = (
        autocorrelation(network(), lags=np.arange(1.0, 6.0), dt=dt) for dt in (None, 0.05, 0.025)
    )
    errors = (coarse.values - flow.values) / (fine.values - flow.values)
    assert_allclose(errors, 2.0, rtol=0.05)


def test_lags_may_be_negative_and_far():
    lags = 0.5 * np.array([-3, 3, 400])
    theory = autocorrelation(network(), dt=0.5, lags=lags)
    assert theory.values[0] == theory.values[1]
    assert abs(theory.values[2]) < 1e-6


def test_below_the_onset_the_map_is_silent():
    silent = autocorrelation(network(), gain=0.8, dt=0.1)
    assert silent.variance == 0.0
    assert not silent.values.any()
    assert silent.dt == 0.1


def test_a_simulated_map_follows_the_theory():
    # 300 orthogonal units scatter by 1 %; the flow would have a correlation of 0.93 at the first lag
    chaotic = network(connectivity=ns.Orthogonal(gain=2.0), size=300)
    run = ns.simulate(chaotic, duration=1900.0, dt=0.95, trials=2, rng=1)
    measured = ns.analysis.autocorrelation(run, discard=95.0, longest=3.8)
    theory = autocorrelation(chaotic, dt=0.95)
    assert_allclose(measured.values[:4], theory.values[:4], atol=0.05 * theory.variance)
    assert 0.35 < theory.values[1] / theory.variance < 0.5


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        (
            {"dt": 1.2},
            r"dt must be at most the time constant 1, beyond which an Euler step overshoots rest \(got 1\.2\)",
        ),
        ({"dt": -0.1}, r"dt must be positive \(got -0\.1\)"),
        ({"dt": 0.1, "lags": np.array([0.25])}, r"lags must be whole multiples of dt = 0\.1 \(got others\)"),
    ],
)
def test_bad_arguments(keywords, message):
    with pytest.raises(ParameterError, match=message):
        autocorrelation(network(), **keywords)
