"""Time scales of autocorrelations that are known in closed form or from mean-field theory."""

from types import SimpleNamespace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError

LAGS = np.linspace(0.0, 60.0, 6001)


def test_a_gaussian_correlation():
    found = ns.analysis.timescales(SimpleNamespace(lags=LAGS, values=3.0 * np.exp(-0.5 * (LAGS / 4.0) ** 2)))
    assert found.half_width == pytest.approx(4.0 * np.sqrt(2.0 * np.log(2.0)), rel=1e-5)
    assert found.decay == pytest.approx(4.0 * np.sqrt(2.0), rel=1e-5)
    assert found.integral == pytest.approx(4.0 * np.sqrt(np.pi / 2.0), rel=1e-5)
    assert found.standard_errors == {}


def test_an_oscillating_correlation_is_integrated_to_its_first_zero():
    found = ns.analysis.timescales(SimpleNamespace(lags=LAGS, values=np.cos(LAGS)))
    assert found.integral == pytest.approx(1.0, abs=1e-4)
    assert found.half_width == pytest.approx(np.pi / 3, rel=1e-5)


def test_the_baseline_is_where_it_falls_to():
    values = 0.7 + np.exp(-LAGS / 2.0)
    found = ns.analysis.timescales(SimpleNamespace(lags=LAGS, values=values), baseline=0.7)
    assert found.decay == pytest.approx(2.0, rel=1e-4)
    assert found.integral == pytest.approx(2.0, rel=1e-4)


def test_mean_field_theory_of_chaos():
    # independent solution of the mean-field equations at g = 2
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 10, rng=0)
    found = ns.analysis.timescales(ns.theory.autocorrelation(network))
    assert found.half_width == pytest.approx(5.361, abs=0.01)
    assert found.decay == pytest.approx(6.827, abs=0.01)
    assert found.integral == pytest.approx(6.512, abs=0.02)


def test_noise_of_known_memory_within_the_standard_errors(rng):
    # first-order autoregression: correlation a^k, so 1/e after -1 / ln a samples
    memory, samples = 0.95, 4000
    activity = np.zeros((12, samples, 5))
    for k in range(1, samples):
        activity[:, k] = memory * activity[:, k - 1] + rng.standard_normal((12, 5))
    correlation = ns.analysis.autocorrelation(activity, discard=100.0, dt=1.0, longest=150.0)
    found = ns.analysis.timescales(correlation)
    assert found.standard_errors["decay"] < 2.0
    assert abs(found.decay + 1.0 / np.log(memory)) < 4 * found.standard_errors["decay"]


def test_a_correlation_that_does_not_decay():
    with pytest.raises(
        ParameterError,
        match=r"correlation must fall to 0\.368 of its value at lag 0 \(got 1 to 0\.45 over the baseline",
    ):
        ns.analysis.timescales(SimpleNamespace(lags=LAGS, values=0.45 + 0.55 * np.exp(-LAGS)))
    with pytest.raises(
        ParameterError,
        match=r"correlation must fall to half of its value at lag 0 \(got 1 to 1 over the baseline",
    ):
        ns.analysis.timescales(SimpleNamespace(lags=LAGS, values=np.ones_like(LAGS)))
