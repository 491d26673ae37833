"""Gaussian averages against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf

from neurosim.theory.gaussian import correlation, mean_derivatives, moments

NODES = np.linspace(0.0, 1.0, 101)
RHO = 1.0 - NODES**2


@pytest.mark.parametrize("variance", [1e-4, 0.05, 1.0, 17.0, 280.0])
def test_the_error_function_has_an_arcsine_correlation(variance):
    # Williams 1998: E erf(x) erf(y) = (2/pi) arcsin(2 s rho / (1 + 2 s))
    expected = 2.0 / np.pi * np.arcsin(2.0 * variance * RHO / (1.0 + 2.0 * variance))
    assert_allclose(correlation(erf, variance)(NODES), expected, atol=3e-9)


@pytest.mark.parametrize("variance", [0.3, 2.0])
def test_the_sine_has_a_hyperbolic_correlation(variance):
    expected = np.exp(-variance) * np.sinh(variance * RHO)
    assert_allclose(correlation(np.sin, variance)(NODES), expected, atol=1e-13)


@pytest.mark.parametrize("variance", [0.3, 2.0])
def test_a_corner_at_zero_costs_no_accuracy(variance):
    # Cho & Saul 2009: arc-cosine kernel of degree one
    expected = variance * (np.sqrt(1.0 - RHO**2) + RHO * (np.pi - np.arccos(RHO))) / (2.0 * np.pi)
    rectified = correlation(lambda x: np.maximum(x, 0.0), variance)
    assert_allclose(rectified(NODES), expected, atol=2e-8 * variance)


def test_moments_of_a_rectified_and_a_quadratic_rate():
    assert_allclose(moments(lambda x: np.maximum(x, 0.0), 4.0), (2.0 / np.sqrt(2.0 * np.pi), 2.0), rtol=1e-9)
    assert_allclose(moments(lambda x: x**2, 3.0), (3.0, 27.0), rtol=1e-12)


@pytest.mark.parametrize(
    "rate",
    [np.tanh, lambda x: np.logaddexp(0.0, x), lambda x: 1.0 / (1.0 + np.exp(-x))],
    ids=["tanh", "softplus", "logistic"],
)
def test_ends_of_the_correlation_are_the_moments(rate):
    mean, square = moments(rate, 1.3)
    assert_allclose(correlation(rate, 1.3)([0.0, 1.0]), [square, mean**2], rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("variance", [0.3, 2.0])
def test_mean_derivatives_of_a_sine_and_a_rectifier(variance):
    # the k-th derivative of a sine has the mean exp(-v/2) sin(k pi / 2)
    assert_allclose(
        mean_derivatives(np.sin, variance, 4), np.exp(-variance / 2.0) * np.array([0, 1, 0, -1]), atol=1e-12
    )
    # that of a rectifier is a step, and the next one a delta function
    spread = np.sqrt(2.0 * np.pi * variance)
    expected = [variance / spread, 0.5, 1.0 / spread]
    assert_allclose(mean_derivatives(lambda x: np.maximum(x, 0.0), variance, 3), expected, rtol=1e-8)


def test_a_step_has_an_arcsine_correlation():
    # nodes nearer to v = 0 than the 0.006 between two points do not see the smoothing, and disturb what is beside
    expected = 2.0 / np.pi * np.arcsin(RHO)
    found = correlation(np.sign, 1.7)(NODES)
    assert_allclose(found[10:], expected[10:], atol=1e-5)
    assert_allclose(found, expected, atol=2e-4)


def test_few_points_are_as_good_as_many():
    """A smooth rate of small variance takes a sixteenth of the points of a steep one; both are exact."""
    for steepness in (0.1, 1.0, 10.0):
        expected = 2.0 / np.pi * np.arcsin(2.0 * steepness**2 * RHO / (1.0 + 2.0 * steepness**2))
        assert_allclose(correlation(lambda x, a=steepness: erf(a * x), 1.0)(NODES), expected, atol=1e-10)
