"""Gain and bulk radius of networks, against their eigenvalues."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.theory.gain import column_means
from neurosim.theory.variance_profile import rows_differ


def network(connectivity, size=300):
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=1)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=2.0),
        ns.Gaussian(gain=2.0, self_connections=False),
        ns.Orthogonal(gain=2.0),
        ns.Sparse(density=0.1, gain=2.0),
        -2.0 * ns.Gaussian(gain=1.0),
        ns.Gaussian(gain=2.0) + ns.Coherent(strength=3.0),
        2.0 * (ns.Orthogonal(gain=1.0) + ns.Coherent(strength=3.0)),
    ],
    ids=repr,
)
def test_declared_gain_is_exact(connectivity):
    assert ns.theory.gain_of(network(connectivity)) == 2.0


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=1.6) + ns.Gaussian(gain=1.2),
        ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0)),
        ns.connectivity.RowBalanced(ns.Sparse(density=0.1, gain=2.0)) + ns.Coherent(strength=1.0),
    ],
    ids=repr,
)
def test_gain_of_other_random_weights_is_measured(connectivity):
    # a standard deviation from 300² numbers scatters by 0.7 / 300, sparse ones by 2 / 300;
    # balancing the rows takes 1 / 600 away
    assert_allclose(ns.theory.gain_of(network(connectivity)), 2.0, rtol=0.02)


def test_gain_of_bare_weights():
    weights = network(ns.Gaussian(gain=1.5)).recurrent
    assert_allclose(ns.theory.gain_of(network(weights)), 1.5, rtol=0.01)
    assert ns.theory.gain_of(network(ns.Coherent())) == 0.0


def test_bulk_radius_of_two_populations():
    # Rajan & Abbott 2006: R² = 0.8 * 0.25 + 0.2
    declared = ns.ExcitatoryInhibitory(excitatory=0.8, std_excitatory=0.5, std_inhibitory=1.0)
    assert_allclose(ns.theory.bulk_radius(network(declared)), np.sqrt(0.4), rtol=1e-12)
    bare = network(network(declared).recurrent)
    assert_allclose(ns.theory.bulk_radius(bare), np.sqrt(0.4), rtol=0.02)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=1.5),
        ns.Orthogonal(gain=0.7),
        ns.connectivity.RowBalanced(ns.ExcitatoryInhibitory(std_excitatory=0.5)),
        ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0)) + ns.Coherent(strength=20.0),
    ],
    ids=repr,
)
def test_the_disc_holds_the_eigenvalues(connectivity):
    # the spectral radius of 300 units exceeds the disc by 3 % with a standard deviation of 2 %
    given = network(connectivity)
    assert_allclose(np.abs(given.recurrent.eigenvalues()).max(), ns.theory.bulk_radius(given), rtol=0.08)


def blocks(gains, sizes, seed=0):
    """Weights of variance gain² / N in blocks of rows and columns."""
    block = np.repeat(np.arange(len(sizes)), sizes)
    size = len(block)
    scale = np.asarray(gains, float)[block][:, block]
    weights = scale * np.random.default_rng(seed).standard_normal((size, size)) / np.sqrt(size)
    return network(ns.Explicit(weights), size)


@pytest.mark.parametrize(
    ("gains", "sizes"),
    [
        ([[3.0, 0.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 0.1]], [300, 150, 150]),
        ([[1.0, 2.0, 0.3], [0.2, 1.5, 0.5], [2.0, 0.1, 1.0]], [200, 250, 150]),
        ([[0.0, 4.0], [1.0, 0.0]], [300, 300]),
    ],
)
def test_blocks_have_the_radius_of_aljadeff(gains, sizes):
    # R² is the largest eigenvalue of the block variances weighted with the shares of the units; sampling: 1 / size
    given = blocks(gains, sizes)
    shares = np.array(sizes) / sum(sizes)
    expected = np.sqrt(np.abs(np.linalg.eigvals(np.array(gains) ** 2 * shares)).max())
    assert_allclose(ns.theory.bulk_radius(given), expected, rtol=0.01)
    found = ns.analysis.spectrum(given)
    assert_allclose(found.predicted_radius, expected, rtol=0.01)
    assert not found.outliers.size
    assert found.radius == pytest.approx(expected, rel=0.1)
    moduli, radii = np.abs(found.eigenvalues), expected * np.array([0.3, 0.6, 0.9])
    # counts of 600 eigenvalues, which repel each other, scatter by about 0.01
    assert_allclose(found.bulk.share_within(radii), [np.mean(moduli < r) for r in radii], atol=0.03)


def test_rows_of_different_variance_are_refused():
    given = blocks([[3.0, 0.0], [0.0, 0.1]], [100, 100])
    for predict in (
        ns.theory.autocorrelation,
        ns.theory.variance,
        ns.theory.lyapunov_exponent,
        ns.theory.dimension,
    ):
        with pytest.raises(
            ParameterError,
            match=r"network\.recurrent must have rows of equal variance in this theory, so that all units",
        ):
            predict(given)


def test_rows_of_equal_variance_keep_the_theory():
    # two populations that drive each other as strongly as themselves, in other proportions
    given = blocks([[2.0, 1.0], [1.0, 2.0]], [200, 200])
    gain = np.sqrt(0.5 * (4.0 + 1.0))
    assert_allclose(ns.theory.bulk_radius(given), gain, rtol=0.01)
    alike = network(ns.Gaussian(gain=ns.theory.gain_of(given)))
    assert ns.theory.variance(given) == pytest.approx(ns.theory.variance(alike), rel=1e-12)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=1.5),
        ns.Orthogonal(gain=1.5),
        ns.Sparse(density=0.05, gain=1.5),
        ns.ExcitatoryInhibitory(),
        ns.connectivity.RowBalanced(ns.ExcitatoryInhibitory()),
    ],
    ids=repr,
)
def test_chance_does_not_make_rows_differ(connectivity):
    for seed in range(30):
        given = ns.Network(ns.LeakyCurrent("tanh"), connectivity, 100, rng=seed)
        assert not rows_differ(given.recurrent.base, column_means(given))
