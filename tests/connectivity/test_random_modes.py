"""Random modes: their spectrum, and the dimension of the activity by their effective rank."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.connectivity import RandomModes
from neurosim.errors import ParameterError

SIZE = 240
DECAYING = np.exp(-np.arange(800) / 200.0)


def network(strengths=None, gain=2.0, seed=0, size=SIZE):
    return ns.Network(ns.LeakyCurrent("tanh"), RandomModes(strengths, gain), size, rng=seed)


def test_effective_rank():
    assert RandomModes().effective_rank(70) == pytest.approx(70.0)
    assert RandomModes(strengths=np.ones(30)).effective_rank(70) == pytest.approx(30.0)
    # (Σ e^{-2a/k})² / Σ e^{-4a/k} = coth(1/k) tends to k
    assert RandomModes(strengths=DECAYING).effective_rank(70) == pytest.approx(200.0, rel=1e-3)


@pytest.mark.parametrize("strengths", [None, DECAYING, np.ones(40)])
def test_gain_and_rank(strengths):
    weights = network(strengths).recurrent.dense()
    modes = RandomModes(strengths)
    # relative standard deviation of the norm: sqrt(N / rank) / N
    spread = np.sqrt(SIZE / modes.effective_rank(SIZE)) / SIZE
    assert_allclose(np.linalg.norm(weights) / np.sqrt(SIZE), 2.0, rtol=5 * spread)
    assert np.linalg.matrix_rank(weights) == min(SIZE, SIZE if strengths is None else strengths.size)
    assert ns.theory.gain_of(network(strengths)) == pytest.approx(2.0, rel=5 * spread)


@pytest.mark.parametrize("strengths", [None, DECAYING, np.ones(100)])
def test_eigenvalues_lie_in_the_disc_of_the_gain(strengths):
    spectrum = ns.analysis.spectrum(network(strengths, gain=1.0))
    # the edge of 240 eigenvalues is ragged by some per cent
    assert_allclose(spectrum.radius, 1.0, rtol=0.12)
    assert_allclose(spectrum.predicted_radius, 1.0, rtol=0.03)
    radii = np.array([0.3, 0.6, 0.8])
    measured = [np.mean(np.abs(spectrum.eigenvalues) < r) for r in radii]
    assert_allclose(spectrum.bulk.share_within(radii), measured, atol=0.04)


def test_a_product_of_two_gaussian_matrices_has_the_density_of_two_ginibre_matrices():
    # modes as many as units: F(r) = r / g (Burda, Janik & Waclaw 2010)
    moduli = np.abs(network(gain=1.0).recurrent.eigenvalues())
    assert_allclose([np.mean(moduli < r) for r in (0.3, 0.6, 0.8)], [0.3, 0.6, 0.8], atol=0.04)


def test_single_units_do_not_show_the_modes():
    for theory in (ns.theory.variance, ns.theory.lyapunov_exponent, ns.theory.critical_gain):
        independent = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 10, rng=0)
        assert float(theory(network(DECAYING))) == pytest.approx(float(theory(independent)), rel=1e-9)


def test_dimension_depends_on_gain_and_effective_rank_alone():
    flat, decaying = (ns.theory.dimension(network(s)).rates for s in (np.ones(200), DECAYING))
    assert flat == pytest.approx(decaying, rel=1e-3)
    independent = ns.theory.dimension(network(), gain=2.0).rates
    assert flat < ns.theory.dimension(network(np.ones(2000))).rates < independent
    # equal strengths of many more modes than units are independent weights
    assert ns.theory.dimension(network(np.ones(100_000), size=20)).rates == pytest.approx(
        independent, rel=1e-3
    )


@pytest.mark.parametrize("strengths", [None, np.ones(100)])
def test_dimension_at_a_step_of_one_time_constant(strengths):
    """Closed form: (1 - r) / (1 + κ r) of the rates and (1 - r) / (2 - r + κ) of the states, r = (g <φ'>)⁴."""
    given = network(strengths)
    power = (2.0 * (1.0 - ns.theory.autocorrelation(given, dt=1.0).rate_variance)) ** 4
    excess = SIZE / given.connectivity.effective_rank(SIZE)
    found = ns.theory.dimension(given, dt=1.0)
    assert found.rates == pytest.approx((1.0 - power) / (1.0 + excess * power), rel=1e-5)
    assert found.states == pytest.approx((1.0 - power) / (2.0 - power + excess), rel=1e-5)


@pytest.mark.parametrize("rank", [200, 50])
def test_dimension_of_a_linear_map(rank):
    """The covariance of x ← W x + noise is a sum over powers of W, without any mean-field theory.

    Eight networks of 200 units had a mean within 3 % of the formula, and scattered by 1 and by 9 %.
    """
    filled = []
    for seed in range(4):
        weights = RandomModes(np.ones(rank), 0.7).build(200, np.random.default_rng(seed)).dense()
        power, covariance = np.eye(200), np.eye(200)
        # the terms fall by 0.7² each
        for _ in range(30):
            power = weights @ power
            covariance += power @ power.T
        filled.append(np.trace(covariance) ** 2 / np.sum(covariance**2) / 200)
    loop = 0.7**4
    assert np.mean(filled) == pytest.approx((1.0 - loop) / (1.0 + 200 / rank * loop), rel=0.1)


def test_a_few_modes_are_refused_by_the_theory_of_the_dimension():
    with pytest.raises(ParameterError, match=r"a sum of many modes .* dominated by 5.0 modes"):
        ns.theory.dimension(network(np.ones(5)))
