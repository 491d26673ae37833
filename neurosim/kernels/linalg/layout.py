"""Arrays as the kernels want them: aligned to cache lines, padded, units divided into tiles.

A tile is a contiguous range of units whose currents stay in the first cache level while their weights stream by. The
tiles follow from the number of units alone, never from the threads, so that sums over tiles are always the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.kernels.linalg.panels import VECTOR
from neurosim.validation import require_memory

__all__ = ["Tiles", "aligned_array", "tile_columns", "tile_rows", "tiles_of"]

LINE = 64
"""Bytes of a cache line, and of the widest vector register."""
TILE = 512
"""Units of a tile where weights stream from memory."""
PAIR = 450
"""Units from which there are pairs of tiles, so that two threads have as much to do; fewer stay in cache whole."""
LONG_TILE = 2048
"""Units of a tile without a full-rank part: only a few vectors of this length have to stay in cache."""


def aligned_array(shape: tuple[int, ...], dtype: np.dtype, fill: float = 0.0) -> np.ndarray:
    """Array of one value that starts on a cache line; NumPy's own start on 16 bytes."""
    count = int(np.prod(shape)) * dtype.itemsize
    buffer = np.empty(count + LINE, np.uint8)
    start = -buffer.ctypes.data % LINE
    array = buffer[start : start + count].view(dtype).reshape(shape)
    array[...] = fill
    return array


@dataclass(frozen=True)
class Tiles:
    """Division of the units: `count` tiles of `width` units, the last one padded."""

    size: int
    count: int
    width: int

    @property
    def padded(self) -> int:
        """Length of a vector over all tiles."""
        return self.count * self.width

    def unit_vector(self, values: np.ndarray | float, dtype: np.dtype) -> np.ndarray:
        """One value per unit, padded with the last one, which is as valid as its neighbors."""
        vector = aligned_array((self.padded,), dtype)
        vector[: self.size] = values
        vector[self.size :] = vector[self.size - 1]
        return vector


def tiles_of(size: int, dtype: np.dtype, *, long: bool) -> Tiles:
    """Tiles of a network of `size` units; `long` where no full-rank weights stream by."""
    lanes = LINE // dtype.itemsize
    pairs = 0 if size < PAIR else max(1, round(size / (2 * TILE)))
    count = max(1, round(size / LONG_TILE) if long else 2 * pairs)
    width = -(-size // (count * lanes)) * lanes
    # rounding the width up to whole vectors may leave nothing for the last tiles
    return Tiles(size, -(-size // width), width)


def tile_columns(matrix: np.ndarray, tiles: Tiles, dtype: np.dtype, strip: int) -> np.ndarray:
    """Matrix (units, sources) by tile, strip of `strip` vectors of units, source: shape (tiles, sources, width)."""
    sources, units = matrix.shape[1], strip * (VECTOR // dtype.itemsize)
    nbytes = tiles.padded * sources * dtype.itemsize
    require_memory(nbytes, "the weights in the order of the kernel", 'Take dtype="float32", or fewer units.')
    packed = aligned_array((tiles.count, sources, tiles.width), dtype)
    for p, tile in enumerate(packed.reshape(tiles.count, -1)):
        for low in range(0, tiles.width, units):
            high = min(low + units, tiles.width)
            rows = matrix[p * tiles.width + low : p * tiles.width + high]
            tile[sources * low : sources * high].reshape(sources, high - low)[:, : len(rows)] = rows.T
    return packed


def tile_rows(vectors: list[np.ndarray], tiles: Tiles, dtype: np.dtype) -> np.ndarray:
    """Vectors over the units, (count, units) each, stacked and padded with zeros."""
    total = sum(len(block) for block in vectors)
    rows = aligned_array((total, tiles.padded), dtype)
    np.concatenate(vectors, axis=0, out=rows[:, : tiles.size], casting="same_kind")
    return rows
