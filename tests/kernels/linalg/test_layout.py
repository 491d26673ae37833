"""Tiles, panels and alignment: every unit has its place, and none has two."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import neurosim as ns
from neurosim.kernels.linalg.layout import aligned_array, tile_columns, tiles_of
from neurosim.kernels.linalg.panels import LINE, MANY_STRIP, ONE_STRIP, VECTOR
from neurosim.kernels.runtime.threads import shares

KINDS = [np.dtype(np.float64), np.dtype(np.float32)]


@given(size=some.integers(1, 2_000_000), kind=some.sampled_from(KINDS), long=some.booleans())
def test_tiles_cover_all_units_and_none_is_empty(size, kind, long):
    tiles = tiles_of(size, kind, long=long)
    assert tiles.width * kind.itemsize % LINE == 0
    assert (tiles.count - 1) * tiles.width < size <= tiles.padded


@given(
    count=some.integers(1, 200),
    block=some.integers(1, 9),
    threads=some.integers(1, 9),
)
def test_shares_are_all_trials_in_order_with_bounds_at_blocks(count, block, threads):
    parts = shares(count, block, threads)
    assert len(parts) <= threads
    assert [k for first, last in parts for k in range(first, last)] == list(range(count))
    assert all(first % block == 0 and first < last for first, last in parts)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("shape", [(1,), (3, 5, 7)])
def test_arrays_start_on_a_cache_line(shape, kind):
    array = aligned_array(shape, kind, 2.0)
    assert array.ctypes.data % LINE == 0
    np.testing.assert_array_equal(array, np.full(shape, 2.0, kind))


@pytest.mark.parametrize("strip", [ONE_STRIP, MANY_STRIP])
@pytest.mark.parametrize("size", [1, 7, 50, 130, 1300])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_packed_weights_hold_every_weight_once_and_zeros(size, kind, strip):
    weights = np.arange(1.0, size * size + 1).reshape(size, size).astype(kind)
    tiles = tiles_of(size, kind, long=False)
    packed = tile_columns(weights, tiles, kind, strip)
    assert packed.size == tiles.padded * size
    assert packed.nbytes % VECTOR == 0
    np.testing.assert_array_equal(np.sort(packed[packed != 0]), np.sort(weights.ravel()))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("size", [2049, 5000, 40_001])
def test_low_rank_overlap_over_many_tiles_is_one_sum(size, threads):
    """With r = n the overlap is |n|²/N; sizes at which a rounded tile width would leave the last tile empty."""
    draw = np.random.default_rng(size)
    left, right = draw.normal(size=(2, size, 1))
    network = ns.Network(ns.LeakyRate("linear"), ns.LowRank(left, right), size, rng=0)
    run = ns.simulate(network, 1.0, 1.0, initial_state=right[:, 0], units=[0, size - 1], threads=threads)
    expected = left[[0, -1], 0] * (right**2).sum() / size
    np.testing.assert_allclose(run.states[0, 1], expected, rtol=1e-12)
