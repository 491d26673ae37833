"""Recurrent weights of a network with delays, in the order of the row of delayed rates that kernels read."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.block_arrays import pack_blocks
from neurosim.engine.delay_line import DelayLine
from neurosim.kernels.linalg.layout import Tiles
from neurosim.network import Network

__all__ = ["DelayedRow", "delayed_arrays", "delayed_sources", "row_kinds"]


def delayed_arrays(network: Network, line: DelayLine, tiles: Tiles, strip: int) -> dict[str, Any]:
    """Full-rank part under the names of the kernels' arguments, as blocks or sparse."""
    base: Any = network.recurrent.base
    if base is None:
        return {}
    if not isinstance(base, np.ndarray):
        return {
            "starts": base.indptr.astype(np.uint64),
            "sources": delayed_sources(network.recurrent, line).astype(np.uint32),
            "sparse_weights": np.ascontiguousarray(base.data),
        }
    found, ends = [], [0]
    parts = [_block(network.recurrent, line, segment) for segment in range(len(line.segments))]
    for p in range(tiles.count):
        low = p * tiles.width
        high = min(low + tiles.width, network.size)
        for weights, rows, place in parts:
            for first, count in _ranges(rows[low:high]):
                own = weights[low + first : low + first + count]
                found.append((low, low + first, low + first + count, place, own))
        ends.append(len(found))
    return pack_blocks(found, ends, network.dtype, strip)


class DelayedRow:
    """Weights and their gradients by unit, and by the place of each source in the row of delayed rates.

    Parameters
    ----------
    operator : Operator
    line : DelayLine
    """

    def __init__(self, operator: Operator, line: DelayLine) -> None:
        self._line, self._kinds, self._size = line, row_kinds(operator), operator.size
        dense = isinstance(operator.base, np.ndarray)
        self._exists = [_exists(operator, segment) for segment in line.segments] if dense else []
        # one delay of all connections: the row is that of the units
        self._same = len(line.segments) == 1 and line.width == operator.size and operator.pattern is None

    def of_weights(self, weights: np.ndarray) -> np.ndarray:
        """Weights (units, places) of weights (units, units)."""
        if self._same:
            return weights
        row = np.zeros((len(weights), self._line.width), weights.dtype)
        for (_, first, count, place), exists in zip(self._line.segments, self._exists, strict=True):
            row[:, place : place + count] = np.where(exists, weights[:, first : first + count], 0.0)
        return row

    def to_weights(self, gradient: np.ndarray) -> np.ndarray:
        """Gradient (units, units) of a gradient (units, places); 0 where there is no connection."""
        whole = np.zeros((len(gradient), self._size), gradient.dtype)
        for (_, first, count, place), exists in zip(self._line.segments, self._exists, strict=True):
            whole[:, first : first + count] += np.where(exists, gradient[:, place : place + count], 0.0)
        return whole

    def of_factor(self, right: np.ndarray) -> np.ndarray:
        """Right factor (places, rank) of one (units, rank)."""
        row = np.zeros((self._line.width, right.shape[1]), right.dtype)
        for kind, first, count, place in self._line.segments:
            own = self._kinds == kind
            row[place : place + count, own] = right[first : first + count, own]
        return row

    def to_factor(self, gradient: np.ndarray) -> np.ndarray:
        """Gradient (units, rank) of the right factor of one (places, rank)."""
        whole = np.zeros((self._size, gradient.shape[1]), gradient.dtype)
        for kind, first, count, place in self._line.segments:
            own = self._kinds == kind
            whole[first : first + count, own] += gradient[place : place + count, own]
        return whole


def delayed_sources(operator: Operator, line: DelayLine) -> np.ndarray:
    """Place in the row of the source of each sparse weight."""
    base: Any = operator.base
    assert operator.delays is not None
    return line.positions[operator.delays.base, base.indices]


def row_kinds(operator: Operator) -> np.ndarray:
    """Index of the delay of each low-rank column."""
    factors = None if operator.delays is None else operator.delays.factors
    return np.zeros(0, np.int64) if factors is None else factors.astype(np.int64)


def _block(operator: Operator, line: DelayLine, segment: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Weights (units, sources) of one segment of the row, which targets have any, and its first place."""
    _, first, count, place = (int(number) for number in line.segments[segment])
    exists = _exists(operator, line.segments[segment])
    base: Any = operator.base
    return np.where(exists, base[:, first : first + count], 0.0), np.any(exists, axis=1), place


def _exists(operator: Operator, segment: Any) -> np.ndarray:
    """Which connections (units, sources) have the delay of a segment and come from its sources."""
    k, first, count, _ = (int(number) for number in segment)
    assert operator.delays is not None
    assert operator.delays.base is not None
    exists = operator.delays.base[:, first : first + count] == k
    return exists if operator.pattern is None else exists & operator.pattern[:, first : first + count]


def _ranges(rows: np.ndarray) -> list[tuple[int, int]]:
    """First and number of the targets of a tile that have connections: one range, without those at its ends."""
    chosen = np.flatnonzero(rows)
    return [(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)] if chosen.size else []
