"""Blocks of a weight matrix that have connections: where they are, and how kernels read their weights."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from neurosim.kernels.linalg.layout import Tiles, aligned_array, pack_columns, pack_rows
from neurosim.kernels.linalg.panels import VECTOR
from neurosim.validation import require_memory

__all__ = ["BlockLayout"]


@dataclass(frozen=True, eq=False)
class BlockLayout:
    """Blocks that cover all connections of a matrix (targets, sources); the rest costs nothing in a product.

    The targets of a block are whole vectors. A vector of targets of two populations has the sources of both, so that no
    connection is in two blocks, and sums are those of the whole matrix, bit for bit.

    Attributes
    ----------
    table : ndarray of int, shape (blocks, 5)
        First target within its tile, number of targets, first source, number of sources, place of the weights.
    ends : ndarray of int, shape (tiles + 1,)
        First block of each tile, and the number of blocks.
    tiles : Tiles
        Of the targets.
    """

    table: np.ndarray
    ends: np.ndarray
    tiles: Tiles

    @classmethod
    def of(
        cls, exists: np.ndarray, targets: list[slice], sources: list[slice], tiles: Tiles, dtype: np.dtype
    ) -> BlockLayout:
        """Layout for connections that exist somewhere between parts of the targets and parts of the sources.

        Parameters
        ----------
        exists : ndarray of bool, shape (targets, sources)
        targets, sources : list of slice
            All targets and all sources, in their order.
        tiles : Tiles
        dtype : dtype
        """
        pairs = np.array([[exists[t, s].any() for s in sources] for t in targets])
        needs = np.zeros((tiles.padded, len(sources)), bool)
        needs[: tiles.size] = np.repeat(pairs, [t.stop - t.start for t in targets], axis=0)
        lanes = VECTOR // dtype.itemsize
        vectors = np.logical_or.reduce(needs.reshape(tiles.count, -1, lanes, len(sources)), axis=2)
        table, ends, place = [], [0], 0
        for tile in vectors:
            # in the order of the sources, so that each sum is taken in that order
            for source, count, first, stop in sorted(_rectangles(tile, sources)):
                wide = (stop - first) * lanes
                table.append((first * lanes, wide, source, count, place))
                place += wide * count
            ends.append(len(table))
        return cls(np.array(table, np.int64).reshape(-1, 5), np.array(ends, np.int64), tiles)

    @property
    def weights(self) -> int:
        """Number of weights in all blocks."""
        return int((self.table[:, 1] * self.table[:, 3]).sum())

    def empty(self, dtype: np.dtype) -> np.ndarray:
        """Array for the weights of all blocks, filled with zeros."""
        nbytes = float(self.weights) * dtype.itemsize
        require_memory(
            nbytes, "the weights in the order of the kernel", 'Take dtype="float32", or fewer units.'
        )
        return aligned_array((self.weights,), dtype)

    def pack(self, matrix: np.ndarray, packed: np.ndarray, strip: int, *, transposed: bool = False) -> None:
        """Copy the weights of all blocks in the order in which kernels read them.

        Parameters
        ----------
        matrix : ndarray, shape (targets, sources), or (sources, targets) if `transposed`
        packed : ndarray, shape (weights,)
        strip : int
            Targets of a strip; see `neurosim.kernels.linalg.panels`.
        transposed : bool, optional
        """
        tile_of_block = np.repeat(np.arange(self.tiles.count), np.diff(self.ends))
        for tile, (target, wide, source, count, place) in zip(tile_of_block, self.table, strict=True):
            low = tile * self.tiles.width + target
            own = packed[place : place + wide * count].reshape(count, wide)
            if transposed:
                pack_rows(matrix[source : source + count, low : low + wide], own, strip)
            else:
                pack_columns(matrix[low : low + wide, source : source + count], own, strip)


def _rectangles(needed: np.ndarray, sources: list[slice]) -> list[tuple[int, int, int, int]]:
    """First source, number of sources, first row and end of rectangles that cover the parts needed by each row."""
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for first, stop in _equal_rows(needed):
        for run in _runs(needed[first], sources):
            before = spans.setdefault(run, [])
            start = before.pop()[0] if before and before[-1][1] == first else first
            before.append((start, stop))
    return [(*run, *span) for run, own in spans.items() for span in own]


def _equal_rows(rows: np.ndarray) -> list[tuple[int, int]]:
    """First index and end of each range of equal rows."""
    starts = [0, *(np.flatnonzero(np.any(rows[1:] != rows[:-1], axis=1)) + 1).tolist(), len(rows)]
    return list(itertools.pairwise(starts))


def _runs(needed: np.ndarray, sources: list[slice]) -> list[tuple[int, int]]:
    """First source and number of sources of each range of neighboring parts that are needed."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], needed, [False]])))
    return [
        (sources[first].start, sources[stop - 1].stop - sources[first].start)
        for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
