"""Recurrent weights of a network with delays, in the order of the row of delayed rates that kernels read."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.block_arrays import pack_blocks
from neurosim.engine.delay_line import DelayLine
from neurosim.kernels.linalg.layout import Tiles
from neurosim.network import Network

__all__ = ["delayed_arrays", "delayed_sources", "row_kinds"]


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
    k, first, count, place = (int(number) for number in line.segments[segment])
    assert operator.delays is not None
    assert operator.delays.base is not None
    exists = operator.delays.base[:, first : first + count] == k
    if operator.pattern is not None:
        exists &= operator.pattern[:, first : first + count]
    base: Any = operator.base
    return np.where(exists, base[:, first : first + count], 0.0), exists.any(axis=1), place


def _ranges(rows: np.ndarray) -> list[tuple[int, int]]:
    """First and number of the targets of a tile that have connections: one range, without those at its ends."""
    chosen = np.flatnonzero(rows)
    return [(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)] if chosen.size else []
