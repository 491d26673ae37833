"""Gaussian averages against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf

from neurosim.theory.gaussian import correlation, moments

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
