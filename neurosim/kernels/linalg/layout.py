"""Memory layout of kernel arrays: alignment to cache lines, padding, tiles of units, packed weights.

A tile is a contiguous range of units whose currents stay in the first cache level while their weights are read once.
Tiles depend on the number of units alone, not on the threads, so that sums over tiles are the same for any number of
threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.panels import LINE, VECTOR
from neurosim.kernels.runtime.jit import kernel
from neurosim.validation import require_memory

__all__ = ["Tiles", "aligned_array", "pack_columns", "pack_rows", "tile_columns", "tile_rows", "tiles_of"]

TILE = 512
"""Units of a tile where weights are read from memory."""
PAIR = 450
"""Units from which tiles come in pairs, so that two threads share the work evenly; smaller networks fit in cache."""
LONG_TILE = 2048
"""Units of a tile without full-rank weights, of which only a few vectors have to stay in cache."""


def aligned_array(shape: tuple[int, ...], dtype: np.dtype, fill: float | None = 0.0) -> np.ndarray:
    """Array filled with one value, or not at all, that starts on a cache line (NumPy aligns to 16 bytes)."""
    count = int(np.prod(shape)) * dtype.itemsize
    buffer = np.empty(count + LINE, np.uint8)
    start = -buffer.ctypes.data % LINE
    array = buffer[start : start + count].view(dtype).reshape(shape)
    if fill is not None:
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
        """One value per unit, padded with the last, so that padded units stay finite."""
        vector = aligned_array((self.padded,), dtype)
        vector[: self.size] = values
        vector[self.size :] = vector[self.size - 1]
        return vector


def tiles_of(size: int, dtype: np.dtype, *, long: bool) -> Tiles:
    """Tiles of a network of `size` units; `long` for networks without full-rank weights."""
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


@kernel
def pack_columns(matrix, packed, strip):  # type: ignore[no-untyped-def]
    """Pack a matrix (units, sources) for the currents of its units; padding is left unchanged.

    Parameters
    ----------
    matrix : ndarray, shape (units, sources), C-contiguous
    packed : ndarray, shape (sources, width)
        In strips of units, source after source (see `neurosim.kernels.linalg.panels`).
    strip : int
        Units of a strip.
    """
    wide_vectors()
    units, sources = matrix.shape
    flat = packed.reshape(packed.size)
    for low in range(0, packed.shape[1], strip):
        width = min(strip, packed.shape[1] - low)
        part = flat[sources * low : sources * (low + width)].reshape(sources, width)
        for i in range(min(width, units - low)):
            row = matrix[low + i]
            for j in range(sources):
                part[j, i] = row[j]


@kernel
def pack_rows(matrix, packed, strip):  # type: ignore[no-untyped-def]
    """Pack the transpose of a matrix (sources, units) for the currents of its columns; otherwise as `pack_columns`."""
    wide_vectors()
    sources, units = matrix.shape
    flat = packed.reshape(packed.size)
    for low in range(0, packed.shape[1], strip):
        width = min(strip, packed.shape[1] - low)
        part = flat[sources * low : sources * (low + width)].reshape(sources, width)
        inside = min(width, units - low)
        for j in range(sources):
            row, line = matrix[j, low : low + inside], part[j]
            for i in range(inside):
                line[i] = row[i]
