"""Sparse weights: each present with one probability, independently, at the cost of those present."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from neurosim.connectivity import Sparse
from neurosim.errors import MemoryLimitError, ParameterError


@pytest.mark.parametrize("density", [0.02, 0.12, 0.3])
def test_density_and_variance(density):
    size, gain = 1000, 1.5
    weights = Sparse(density, gain).build(size, np.random.default_rng(0)).dense()
    present = weights[weights != 0.0]
    # five standard errors of a binomial count, a Gaussian mean and a Gaussian variance
    spread = np.sqrt(density * (1 - density)) * size
    assert_allclose(present.size, density * size**2, atol=5 * spread)
    assert_allclose(present.mean(), 0.0, atol=5 * gain / np.sqrt(density * size * present.size))
    assert_allclose(density * size * present.var(), gain**2, rtol=5 * np.sqrt(2 / present.size))


def test_every_place_is_taken_independently():
    rng = np.random.default_rng(0)
    draws, density = 4000, 0.3
    taken = np.array([Sparse(density).build(3, rng).dense().ravel() != 0.0 for _ in range(draws)])
    assert_allclose(taken.mean(axis=0), density, atol=5 * np.sqrt(density * (1 - density) / draws))
    # correlations of independent places have standard deviation 1 / sqrt(draws)
    correlations = np.corrcoef(taken.T)[~np.eye(9, dtype=bool)]
    assert np.abs(correlations).max() < 5 / np.sqrt(draws)


@pytest.mark.parametrize("axis", [0, 1])
def test_degrees_are_binomial(axis):
    size, density = 2000, 0.05
    base = Sparse(density).build(size, np.random.default_rng(0)).base
    degrees = np.asarray((base != 0.0).sum(axis=axis)).ravel()
    # the sample variance of 2000 degrees has relative standard error sqrt(2 / 2000) = 0.03
    assert_allclose(degrees.var(), size * density * (1 - density), rtol=0.16)


@pytest.mark.parametrize("density", [0.05, 0.6])
def test_self_connections_can_be_left_out(density):
    with_loops, without = (
        Sparse(density, self_connections=loops).build(300, np.random.default_rng(0)).dense()
        for loops in (True, False)
    )
    assert np.count_nonzero(np.diag(with_loops)) > 0
    assert np.count_nonzero(np.diag(without)) == 0


def test_everything_is_present_at_density_one():
    assert np.count_nonzero(Sparse(1.0).build(20, np.random.default_rng(0)).dense()) == 400


def test_almost_nothing_is_present_at_a_tiny_density():
    operator = Sparse(1e-18).build(10_000, np.random.default_rng(0))
    assert operator.base.nnz == 0
    assert_allclose(operator @ np.ones(10_000), 0.0)


@pytest.mark.parametrize(("density", "form"), [(0.15, sparse.csr_array), (0.16, np.ndarray)])
def test_the_base_is_sparse_where_that_is_faster(density, form):
    assert isinstance(Sparse(density).build(50, np.random.default_rng(0)).base, form)


def test_twenty_thousand_units_cost_no_more_than_their_weights():
    size, density = 20_000, 0.01
    tracemalloc.start()
    operator = Sparse(density).build(size, np.random.default_rng(0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert operator.base.has_sorted_indices
    # a few arrays of 8 bytes for each weight; the dense matrix would take 800 bytes
    assert peak < 80 * operator.base.nnz


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sparse(0.0), r"Sparse.density must be positive \(got 0.0\)"),
        (lambda: Sparse(1.5), r"Sparse.density must be above 0 and at most 1 \(got 1.5\)"),
        (lambda: Sparse(np.nan), r"Sparse.density must be finite \(got nan\)"),
        (lambda: Sparse(0.1, gain=-1.0), r"Sparse.gain must not be negative \(got -1.0\)"),
    ],
)
def test_impossible_densities(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_more_weights_than_fit_into_memory_are_refused():
    with pytest.raises(MemoryLimitError, match=r"size = 10000000, density = 0.1: 1e\+13 weights would take"):
        Sparse(0.1).build(10_000_000, np.random.default_rng(0))
