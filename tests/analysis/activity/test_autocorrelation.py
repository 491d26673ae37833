"""Measured autocorrelations against closed forms and the plain double loop."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError


def plain(values, lag):
    samples = values.shape[1]
    return np.mean(values[:, : samples - lag] * values[:, lag:])


@given(arrays(np.float64, (2, 9, 3), elements=some.floats(-5.0, 5.0)))
def test_every_lag_is_the_mean_of_all_products(values):
    measured = analysis.autocorrelation(values, longest=8.0)
    assert_allclose(measured.values, [plain(values, lag) for lag in range(9)], atol=1e-12)
    assert_allclose(measured.by_trial[1], [plain(values[1:], lag) for lag in range(9)], atol=1e-12)


def test_blocks_of_units_do_not_change_the_result(monkeypatch):
    values = np.random.default_rng(1).standard_normal((1, 40, 11))
    whole = analysis.autocorrelation(values).values
    monkeypatch.setattr(sys.modules["neurosim.analysis.activity.autocorrelation"], "BLOCK", 130)
    assert_allclose(analysis.autocorrelation(values).values, whole, rtol=1e-13)


def test_a_wave_has_a_cosine():
    # 20 whole periods: the end effects of sin(wt) sin(wt + s) are those of the last lag
    times = 0.1 * np.arange(4000)
    measured = analysis.autocorrelation(3.0 * np.sin(np.pi * times)[:, None], dt=0.1, longest=4.0)
    assert_allclose(measured.lags, 0.1 * np.arange(41), rtol=1e-12)
    assert_allclose(measured.values, 4.5 * np.cos(np.pi * measured.lags), atol=0.02)


def test_an_ornstein_uhlenbeck_process_decays_exponentially():
    # 2000 units x 1000 samples of correlation time 10: about 1e5 independent ones, 0.3 % each
    rng = np.random.default_rng(2)
    decay = np.exp(-0.1)
    values = np.empty((1, 1000, 2000))
    values[:, 0] = rng.standard_normal(2000)
    for step in range(1, 1000):
        values[:, step] = decay * values[:, step - 1] + np.sqrt(1.0 - decay**2) * rng.standard_normal(2000)
    measured = analysis.autocorrelation(values, dt=0.1, longest=3.0)
    assert_allclose(measured.values, np.exp(-measured.lags), atol=0.02)
    assert analysis.half_width(measured) == pytest.approx(np.log(2.0), rel=0.04)
    assert analysis.variance(values) == pytest.approx(1.0, rel=0.02)


def test_a_run_has_its_step_and_loses_its_transient():
    states = np.random.default_rng(3).standard_normal((2, 50, 4))
    run = SimpleNamespace(states=states, dt=0.5)
    measured = analysis.autocorrelation(run, discard=5.0, longest=2.0)
    assert_allclose(measured.lags, [0.0, 0.5, 1.0, 1.5, 2.0])
    assert_allclose(measured.values, [plain(states[:, 10:], lag) for lag in range(5)], rtol=1e-12)
    assert analysis.variance(run, discard=5.0) == pytest.approx(np.var(states[:, 10:]))


def test_the_first_variable_of_a_unit_is_measured():
    states = np.random.default_rng(4).standard_normal((1, 30, 4, 2))
    run = SimpleNamespace(states=states, dt=1.0)
    assert_allclose(analysis.autocorrelation(run).values[0], np.mean(states[..., 0] ** 2), rtol=1e-12)


def test_single_precision_is_summed_in_double():
    values = np.full((1, 100, 1000), 0.1, dtype=np.float32)
    assert_allclose(analysis.autocorrelation(values).values, float(np.float32(0.1)) ** 2, rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [(lambda s: np.exp(-s), np.log(2.0)), (lambda s: np.cosh(s) ** -2, np.arccosh(np.sqrt(2.0)))],
    ids=["exponential", "sech squared"],
)
def test_half_width_of_known_shapes(shape, expected):
    # linear interpolation: the error is at most step² / 8 times the curvature over the slope
    lags = np.linspace(0.0, 5.0, 501)
    falling = SimpleNamespace(lags=lags, values=7.0 * shape(lags))
    assert analysis.half_width(falling) == pytest.approx(expected, abs=2e-5)
    raised = SimpleNamespace(lags=lags, values=3.0 + shape(lags))
    assert analysis.half_width(raised, baseline=3.0) == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize(
    ("values", "keywords", "error", "message"),
    [
        (
            np.zeros(5),
            {},
            ShapeError,
            r"activity must have the shape \(trials, samples, units\), none of them 0 \(got \(5,\)\)",
        ),
        (
            np.zeros((1, 5, 0)),
            {},
            ShapeError,
            r"activity must have the shape \(trials, samples, units\), none of them 0 \(got \(1, 5, 0\)\)",
        ),
        (np.zeros((1, 1, 3)), {}, ParameterError, "leaves 1 of 1 samples"),
        (
            np.zeros((1, 5, 3)),
            {"discard": 4.0},
            ParameterError,
            r"discard must leave two samples or more \(got discard = 4\.0, which leaves 1 of 5 samples",
        ),
        (
            np.zeros((1, 5, 3)),
            {"discard": 40.0},
            ParameterError,
            r"discard must leave two samples or more \(got discard = 40\.0, which leaves 0 of 5 samples",
        ),
        (
            np.zeros((1, 5, 3)),
            {"discard": -1.0},
            ParameterError,
            r"discard must not be negative \(got -1.0\)",
        ),
        (np.zeros((1, 5, 3)), {"dt": 0.0}, ParameterError, r"dt must be positive \(got 0\.0\)"),
        (np.zeros((1, 5, 3)), {"longest": 5.0}, ParameterError, "longest = 5 exceeds the recording of 4"),
        (np.full((1, 5, 3), np.nan), {}, ParameterError, r"activity\[0, 0, 0\] must be finite \(got nan\)"),
        (
            SimpleNamespace(states=np.zeros((1, 5, 3)), dt=0.1),
            {"dt": 0.2},
            ParameterError,
            r"dt must not be given with a run, which has its own \(got 0\.2\)",
        ),
    ],
)
def test_bad_activity(values, keywords, error, message):
    with pytest.raises(error, match=message):
        analysis.autocorrelation(values, **keywords)


@pytest.mark.parametrize("values", [[1.0, 0.9, 0.8], [0.0, 0.0, 0.0], [-1.0, -2.0, -3.0]])
def test_no_half_width(values):
    with pytest.raises(
        ParameterError, match=r"correlation must fall to half of its value at lag 0 .* lag of 2"
    ):
        analysis.half_width(SimpleNamespace(lags=np.arange(3.0), values=np.array(values)))
