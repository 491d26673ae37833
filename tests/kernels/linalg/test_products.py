"""Products of weights and rates, and sums of outer products, against plain NumPy."""

import numba
import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_allclose

from neurosim.kernels.linalg.kernel_calls import addresses, dense, outer
from neurosim.kernels.linalg.layout import (
    aligned_array,
    pack_columns,
    pack_rows,
    tile_columns,
    tile_rows,
    tiles_of,
)
from neurosim.kernels.linalg.outer_products import add_sampled_outer
from neurosim.kernels.linalg.panels import MANY_STRIP, ONE_STRIP, VECTOR
from neurosim.kernels.linalg.products import add_dense_to_one, add_low_rank, add_sparse, overlap

SIZES = [1, 7, 24, 100]
TYPES = [np.dtype("float64"), np.dtype("float32")]


def tolerance(kind, terms):
    """Rounding errors of a sum of so many products of standard normal numbers, in any order."""
    return 4 * terms * float(np.finfo(kind).eps)


def padded(array, width):
    rows = aligned_array((len(array), width), array.dtype)
    rows[:, : array.shape[1]] = array
    return rows


@numba.njit
def run_dense(address, columns, rates, currents, sources):
    dense(address, columns, rates, currents, rates.shape[0], sources)


@numba.njit
def run_outer(address, left, right, sums):
    outer(address, left, 0, right, 0, 1, sums, left.shape[0])


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("trials", [1, 3, 8, 17])
def test_dense_product_of_several_trials(rng, kind, size, trials):
    weights, rates = (rng.standard_normal(shape).astype(kind) for shape in ((size, size), (trials, size)))
    tiles = tiles_of(size, kind, long=True)
    columns = tile_columns(weights, tiles, kind, MANY_STRIP)[0]
    currents = aligned_array((trials, tiles.padded), kind, 1.0)
    run_dense(addresses(kind.name)["dense_address"], columns, padded(rates, tiles.padded), currents, size)
    expected = 1.0 + rates.astype(float) @ weights.astype(float).T
    assert_allclose(currents[:, :size], expected, atol=tolerance(kind, size))


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize("size", SIZES)
def test_dense_product_of_one_trial(rng, kind, size):
    weights, rates = (rng.standard_normal(shape).astype(kind) for shape in ((size, size), (1, size)))
    tiles = tiles_of(size, kind, long=True)
    columns = tile_columns(weights, tiles, kind, ONE_STRIP)[0]
    currents = aligned_array((1, tiles.padded), kind, 1.0)
    numba.njit(lambda c, r, u, n: add_dense_to_one(c, r, u, n))(columns, rates, currents, size)
    expected = 1.0 + weights.astype(float) @ rates[0].astype(float)
    assert_allclose(currents[0, :size], expected, atol=tolerance(kind, size))


@pytest.mark.parametrize("size", SIZES)
def test_sparse_product(rng, size):
    matrix = scipy.sparse.random(size, size, 0.3, "csr", random_state=rng)
    rates, currents = rng.standard_normal((3, size)), np.ones((3, size))
    add_sparse(
        matrix.indptr.astype(np.uint64), matrix.indices.astype(np.uint32), matrix.data, rates, currents, 1, 3
    )
    assert (currents[0] == 1.0).all()
    assert_allclose(currents[1:], 1.0 + (matrix @ rates[1:].T).T, atol=tolerance("float64", size))


def test_low_rank_product_and_overlap(rng):
    left, overlaps, row = rng.standard_normal((2, 40)), rng.standard_normal(2), rng.standard_normal(40)
    currents = row.copy()
    add_low_rank(left, overlaps, currents)
    assert_allclose(currents, row + overlaps @ left, atol=1e-14)
    assert_allclose(overlap(left[0], row), left[0] @ row, atol=tolerance("float64", 40))


@pytest.mark.parametrize("kind", TYPES, ids=str)
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 24), (23, 40), (100, 100)])
def test_outer_products(rng, kind, rows, columns):
    lanes = VECTOR // kind.itemsize
    width = -(-columns // lanes) * lanes
    left = rng.standard_normal((6, 5, rows)).astype(kind)
    right = np.zeros((6, 5, width), kind)
    right[..., :columns] = rng.standard_normal((6, 5, columns))
    sums = aligned_array((rows, width), kind, 1.0)
    run_outer(addresses(kind.name)["outer_address"], left, right, sums)
    expected = 1.0 + np.einsum("kna,knb->ab", left.astype(float), right.astype(float))
    assert_allclose(sums, expected, atol=tolerance(kind, 30))


def test_outer_products_at_sparse_entries(rng):
    pattern = scipy.sparse.random(30, 30, 0.2, "csr", random_state=rng)
    left, right, sums = rng.standard_normal((17, 30)), rng.standard_normal((17, 30)), np.ones(pattern.nnz)
    add_sampled_outer(pattern.indptr.astype(np.uint64), pattern.indices.astype(np.uint32), left, right, sums)
    rows = np.repeat(np.arange(30), np.diff(pattern.indptr))
    expected = 1.0 + (left.T @ right)[rows, pattern.indices]
    assert_allclose(sums, expected, atol=tolerance("float64", 17))


@pytest.mark.parametrize("size", SIZES)
def test_packing_is_that_of_numpy(rng, size):
    """`tile_columns` places the weights with NumPy; the compiled copies must place them alike."""
    kind, strip = np.dtype(np.float64), MANY_STRIP * (VECTOR // 8)
    weights, tiles = rng.standard_normal((size, size)), tiles_of(size, kind, long=True)
    packed, transposed = (aligned_array((size, tiles.padded), kind) for _ in range(2))
    pack_columns(weights, packed, strip)
    pack_rows(weights, transposed, strip)
    np.testing.assert_array_equal(packed, tile_columns(weights, tiles, kind, MANY_STRIP)[0])
    np.testing.assert_array_equal(transposed, tile_columns(weights.T, tiles, kind, MANY_STRIP)[0])


def test_rows_are_stacked_and_padded(rng):
    kind, tiles = np.dtype(np.float64), tiles_of(30, np.dtype(np.float64), long=True)
    one, two = rng.standard_normal((1, 30)), rng.standard_normal((2, 30))
    rows = tile_rows([one, two], tiles, kind)
    np.testing.assert_array_equal(rows[:, :30], np.concatenate([one, two]))
    assert not rows[:, 30:].any()
