"""Heavy-tailed weights: their distribution, and their eigenvalues against the law of large heavy-tailed matrices."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import digamma

import neurosim as ns
from neurosim.connectivity import Gaussian, HeavyTailed
from neurosim.theory.heavy_tails import HeavyTailedBulk, growth


def numbers(alpha, size=600, seed=0):
    """The z of one matrix."""
    weights = HeavyTailed(alpha, gain=2.0).build(size, np.random.default_rng(seed)).dense()
    return weights * size ** (1.0 / alpha) / 2.0


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5, 2.0])
def test_characteristic_function(alpha):
    z = numbers(alpha)
    for wave in (0.3, 1.0, 2.0):
        # 360 000 cosines have a standard error below 0.0012
        assert_allclose(np.cos(wave * z).mean(), np.exp(-(wave**alpha)), atol=0.006)


def test_alpha_2_is_gaussian_with_twice_the_variance():
    z = numbers(2.0).ravel()
    # variance 2 with a relative standard error of sqrt(2 / 360 000); kurtosis 3 with one of sqrt(24 / 360 000)
    assert_allclose(z.var(), 2.0, rtol=0.012)
    assert_allclose(np.mean(z**4) / z.var() ** 2, 3.0, atol=0.04)


def test_theory_takes_alpha_2_for_gaussian_weights_of_a_larger_gain():
    heavy = ns.Network(ns.LeakyCurrent("tanh"), HeavyTailed(2.0, gain=1.5), 300, rng=0)
    light = ns.Network(ns.LeakyCurrent("tanh"), Gaussian(1.5 * np.sqrt(2.0)), 300, rng=0)
    for quantity in (ns.theory.gain_of, ns.theory.bulk_radius, ns.theory.variance):
        assert_allclose(quantity(heavy), quantity(light), rtol=1e-12)
    assert_allclose(float(ns.theory.lyapunov_exponent(heavy)), float(ns.theory.lyapunov_exponent(light)))
    assert_allclose(ns.theory.critical_gain(heavy), 1.0 / np.sqrt(2.0), rtol=1e-6)
    assert ns.theory.dimension(heavy) == ns.theory.dimension(light)


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5])
def test_tail(alpha):
    from scipy.special import gamma

    z = np.abs(numbers(alpha))
    # beyond the quantile of 0.002 the first correction to the power law is below 5 %, and 720 numbers scatter by 4 %
    limit = (2.0 / np.pi * gamma(alpha) * np.sin(0.5 * np.pi * alpha) / 0.002) ** (1.0 / alpha)
    assert_allclose(np.mean(z > limit), 0.002, rtol=0.2)


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_growth_at_alpha_2_is_that_of_a_chi_square(size):
    # the sum of size squares is 2 chi²: its mean logarithm is known
    exact = 0.5 * (np.log(2.0) + digamma(0.5 * size) + np.log(2.0 / size))
    assert_allclose(growth(2.0, size), exact, atol=1e-9)


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5])
def test_growth_is_the_mean_logarithm_of_samples(alpha):
    sums = np.mean(np.abs(numbers(alpha, 1000)) ** alpha, axis=1)
    # a thousand rows
    error = np.log(sums).std() / alpha / np.sqrt(1000)
    assert_allclose(growth(alpha, 1000), np.log(sums).mean() / alpha, atol=4.0 * error)


def test_onset_of_chaos_is_where_the_spectral_radius_is_typically_one():
    """Of Xie, Mihalas & Kuśmierz (2025) for maps: growth by one matrix again and again is near that by new ones.

    The median of 150 matrices of 60 (of 120) units was 0.044 (0.042) lower, with a standard error of 0.04.
    """
    radii = [
        np.log(np.abs(HeavyTailed(1.5).build(60, np.random.default_rng(seed)).eigenvalues()).max())
        for seed in range(80)
    ]
    network = ns.Network(ns.LeakyCurrent("tanh"), HeavyTailed(1.5), 60, rng=0)
    assert_allclose(np.log(ns.theory.critical_gain(network)), -np.median(radii), atol=0.15)
    # at the published size the onset is lower, and it falls for heavier tails
    onsets = [np.exp(-growth(alpha, 1000)) for alpha in (2.0, 1.5, 1.0)]
    assert onsets == sorted(onsets, reverse=True)
    assert np.exp(-growth(1.5, 1000)) < np.exp(-growth(1.5, 200))


@pytest.mark.parametrize("alpha", [1.0, 1.5])
def test_radial_distribution_of_eigenvalues(alpha):
    network = ns.Network(ns.LeakyCurrent("tanh"), HeavyTailed(alpha, gain=0.5), 300, rng=1)
    spectrum = ns.analysis.spectrum(network)
    radii = 0.5 * np.array([0.3, 0.7, 1.2, 2.0])
    shares = [np.mean(np.abs(spectrum.eigenvalues) < r) for r in radii]
    # counts of 300 independent ones scatter by less than 0.5 / sqrt(300) = 0.029
    assert_allclose(spectrum.bulk.share_within(radii), shares, atol=0.09)
    assert spectrum.outliers.size == 0
    assert spectrum.predicted_radius == spectrum.bulk.outer_radius


def test_radial_distribution_has_the_disc_of_gaussian_weights_as_its_limit():
    # radius sqrt 2; the limit is reached from within
    assert_allclose(HeavyTailedBulk(1.999, 1.0, 100).share_within([0.5, 1.0]), [0.125, 0.5], atol=2e-3)
    assert HeavyTailedBulk(1.5, 0.0, 100).share_within(0.1) == 1.0
    assert HeavyTailedBulk(1.5, 1.0, 100).share_within(0.0) == 0.0
