"""Curves of choices and reaction times find the parameters that made the data."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from neurosim.analysis import chronometric_curve, psychometric_curve, threshold_curve
from neurosim.errors import ParameterError, ShapeError

LEVELS = np.array([-0.4, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.4])


def chosen(odds, rng):
    return (rng.random(len(odds)) < odds).astype(int)


def test_a_cumulative_gaussian_is_recovered_within_its_standard_errors(rng):
    """Mean square of (estimate - truth) / error is chi-square of 2 · 15 over 30: 1 ± 0.26, asked for within four."""
    evidence, (mu, sigma) = np.repeat(LEVELS, 200), (0.03, 0.12)
    scores = []
    for _ in range(15):
        fit = psychometric_curve(evidence, chosen(norm.cdf((evidence - mu) / sigma), rng))
        for name, truth in (("mu", mu), ("sigma", sigma)):
            scores.append((fit.parameters[name] - truth) / fit.standard_errors[name])
    assert 0.2 < np.mean(np.square(scores)) < 2.1


def test_standard_errors_are_those_of_the_information(rng):
    """Fisher information of a probit, in closed form; data scatter about it by some per cent."""
    evidence, (mu, sigma) = np.repeat(LEVELS, 1000), (0.0, 0.15)
    fit = psychometric_curve(evidence, chosen(norm.cdf(evidence / sigma), rng))
    z = (LEVELS - mu) / sigma
    weight = 1000 * norm.pdf(z) ** 2 / (norm.cdf(z) * norm.sf(z)) / sigma**2
    information = np.array([[weight.sum(), (weight * z).sum()], [(weight * z).sum(), (weight * z**2).sum()]])
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    assert_allclose(list(fit.standard_errors.values()), expected, rtol=0.1)


def test_points_and_curve_are_those_of_the_data():
    evidence = np.repeat([-1.0, 0.0, 1.0], 4)
    fit = psychometric_curve(evidence, [0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0])
    assert_allclose(fit.values, [0.25, 0.5, 0.75])
    assert fit.counts.tolist() == [4, 4, 4]
    # symmetric data: no bias, and Φ(1/σ) = 3/4
    assert fit.parameters["mu"] == pytest.approx(0.0, abs=1e-5)
    assert fit.parameters["sigma"] == pytest.approx(1.0 / norm.ppf(0.75), rel=1e-5)
    assert_allclose(fit([-1.0, 0.0, 1.0]), [0.25, 0.5, 0.75], atol=1e-5)


def test_a_weibull_function_is_recovered_within_its_standard_errors(rng):
    evidence, (a, b) = np.repeat([0.02, 0.04, 0.08, 0.16, 0.32], 300), (0.09, 1.4)
    scores = []
    for _ in range(15):
        fit = threshold_curve(evidence, chosen(1.0 - 0.5 * np.exp(-((evidence / a) ** b)), rng))
        for name, truth in (("a", a), ("b", b)):
            scores.append((fit.parameters[name] - truth) / fit.standard_errors[name])
    assert 0.2 < np.mean(np.square(scores)) < 2.1
    # the threshold is where 1 - 1/(2e) are right
    assert float(fit(fit.parameters["a"])) == pytest.approx(1.0 - 0.5 / np.e)


def test_times_to_a_bound_are_recovered():
    strengths, (bound, k, rest) = np.array([0.0, 0.032, 0.064, 0.128, 0.256, 0.512]), (0.8, 9.0, 0.35)
    moving = strengths[1:]
    times = np.append(bound**2, bound / (k * moving) * np.tanh(bound * k * moving)) + rest
    fit = chronometric_curve(np.concatenate([strengths, -strengths]), np.concatenate([times, times]))
    assert_allclose(list(fit.parameters.values()), [bound, k, rest], rtol=1e-4)
    assert float(fit(0.0)) == pytest.approx(bound**2 + rest, rel=1e-4)
    assert fit.counts.tolist() == [2] * 6


def test_irrelevant_evidence_gives_a_flat_curve_with_a_bound_on_its_slope(rng):
    """At a level of 5 %, 40 draws are flat 38 ± 1.4 times; the bound is that of a straight line."""
    evidence = np.repeat(np.linspace(-1.0, 1.0, 7), 60)
    fits = [psychometric_curve(evidence, chosen(np.full(420, 0.5), rng)) for _ in range(40)]
    assert sum(fit.flat for fit in fits) >= 34
    # standard error of the slope of a share of 1/2: sqrt(1/4 / sum of c²); a bound is |estimate| + 1.96 of it
    error = np.sqrt(0.25 / np.sum(evidence**2))
    slopes = [np.polyfit(evidence, np.repeat(fit.values, 60), 1)[0] for fit in fits]
    assert_allclose([fit.slope_bound for fit in fits], np.abs(slopes) + 1.96 * error, rtol=0.06)
    for fit in fits:
        mu = fit.parameters["mu"]
        assert np.isnan(mu) or abs(mu) < 21.0
        if np.isnan(mu):
            assert fit.flat
            assert_allclose(fit([-1.0, 1.0]), np.mean(np.repeat(fit.values, 60)))


def test_a_flat_curve_prints_as_flat_and_without_its_threshold(rng):
    evidence = rng.normal(size=400)
    curve = psychometric_curve(evidence, chosen(np.full(400, 0.5), np.random.default_rng(1)))
    assert curve.flat
    assert repr(curve).startswith(
        "FittedCurve(flat, psychometric, 400 trials: no dependence on the evidence (p = "
    )
    assert f"|slope| < {curve.slope_bound:.2g})" in repr(curve)
    assert "sigma" not in repr(curve)
    steep = psychometric_curve(evidence, chosen(norm.cdf(evidence), rng))
    assert "sigma" in repr(steep)


def test_a_falling_curve_has_a_negative_sigma(rng):
    evidence = np.repeat(LEVELS, 200)
    answers = chosen(norm.cdf((evidence - 0.03) / 0.12), rng)
    rising, falling = psychometric_curve(evidence, answers), psychometric_curve(evidence, 1 - answers)
    assert falling.parameters["mu"] == pytest.approx(rising.parameters["mu"], abs=1e-5)
    assert falling.parameters["sigma"] == pytest.approx(-rising.parameters["sigma"], rel=1e-4)
    assert not falling.flat


def test_thresholds_and_times_may_be_flat_too(rng):
    evidence = np.repeat([0.02, 0.04, 0.08, 0.16, 0.32], 100)
    guesses = threshold_curve(evidence, chosen(np.full(500, 0.5), rng))
    times = chronometric_curve(evidence, 0.5 + 0.1 * rng.standard_normal(500))
    for fit in (guesses, times):
        assert fit.flat
        assert 0.0 < fit.slope_bound < 2.0
        assert_allclose(fit(0.1), fit.values.mean())
    slower = chronometric_curve(evidence, 0.5 + np.exp(-5.0 * evidence) + 0.1 * rng.standard_normal(500))
    assert not slower.flat


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (
            lambda: psychometric_curve([0, 1, 2], [1, 1, 1]),
            ParameterError,
            r"choices must hold both options \(got one only\)",
        ),
        (
            lambda: psychometric_curve([0, 1, 1], [1, 0, 1]),
            ParameterError,
            r"evidence must have three distinct strengths or more \(got 2\)",
        ),
        (
            lambda: psychometric_curve([0, 1, 2], [1, 0, 2]),
            ParameterError,
            r"choices must be 1 for option 1, or a correct answer, and 0 otherwise \(got other values\)",
        ),
        (
            lambda: psychometric_curve([0, 1, 2], [1, 0]),
            ShapeError,
            r"evidence and answers must have one shape, \(trials,\) \(got \(3,\) and \(2,\)\)",
        ),
        (
            lambda: threshold_curve([-1, 1, 2], [1, 0, 1]),
            ParameterError,
            r"evidence must be at least 0 \(got -1\)",
        ),
        (
            lambda: chronometric_curve([0, 1, 2], [1, 1, 1]),
            ParameterError,
            r"evidence must have four strengths or more for three parameters \(got 3\)",
        ),
        (
            lambda: chronometric_curve([0, 1, np.nan], [1, 1, 1]),
            ParameterError,
            r"evidence\[2\] must be finite \(got nan\)",
        ),
    ],
)
def test_data_that_decide_nothing_are_named(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call()
