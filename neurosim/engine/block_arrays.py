"""Dense recurrent weights without those pairs of populations that have no connections, as kernels read them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from neurosim.kernels.linalg.layout import Tiles, aligned_array
from neurosim.kernels.linalg.panels import VECTOR
from neurosim.network import Network

__all__ = ["block_arrays", "pack_blocks"]

WORTH = 0.9
"""Share of the weights in blocks with connections below which the others are left out."""


def block_arrays(network: Network, tiles: Tiles, strip: int) -> dict[str, np.ndarray]:
    """Weights of the blocks that have connections, under the names of the kernels' arguments.

    Parameters
    ----------
    network : Network
    tiles : Tiles
    strip : int
        Vectors of a strip; see `neurosim.kernels.linalg.panels`.

    Returns
    -------
    dict of str to ndarray
        Empty where leaving out blocks gains nothing. ``block_weights`` holds the weights block after block, each in
        strips; a row of ``blocks`` is the first target within its tile, the width in whole vectors, the first source,
        the number of sources, and the place of its weights; ``block_ends`` has the first block of each tile. Targets of
        a vector that belong to another population have weights 0: the sums are those of the whole matrix, bit for bit.
    """
    base, pattern = network.recurrent.base, network.recurrent.pattern
    populations = list(network.populations.values())
    if not isinstance(base, np.ndarray) or pattern is None or not populations:
        return {}
    found, ends = [], [0]
    for p in range(tiles.count):
        low = p * tiles.width
        for targets in populations:
            first, stop = max(targets.start, low), min(targets.stop, low + tiles.width)
            if first < stop:
                found += [(low, first, stop, *run) for run in _runs(pattern[first:stop], populations)]
        ends.append(len(found))
    if sum((stop - first) * count for _, first, stop, _, count in found) > WORTH * base.size:
        return {}
    blocks = [
        (low, first, stop, source, base[first:stop, source : source + count])
        for low, first, stop, source, count in found
    ]
    return pack_blocks(blocks, ends, network.dtype, strip)


def pack_blocks(
    blocks: list[tuple[int, int, int, int, np.ndarray]], ends: list[int], dtype: np.dtype, strip: int
) -> dict[str, np.ndarray]:
    """Arrays of `block_arrays` from the blocks of all tiles.

    Parameters
    ----------
    blocks : list of tuples
        First unit of the tile, first target, end of the targets, first source, weights (targets, sources).
    ends : list of int
        First block of each tile, and the number of blocks.
    dtype : dtype
    strip : int
    """
    lanes = VECTOR // dtype.itemsize
    rows, packed, place = [], [np.zeros(0, dtype)], 0
    for low, first, stop, source, own in blocks:
        begin, end = (first - low) // lanes * lanes, -(-(stop - low) // lanes) * lanes
        block = np.zeros((end - begin, own.shape[1]), dtype)
        block[first - low - begin : stop - low - begin] = own
        rows.append((begin, end - begin, source, own.shape[1], place))
        packed.append(_in_strips(block, strip * lanes))
        place += block.size
    weights = aligned_array((place,), dtype)
    np.concatenate(packed, out=weights)
    return {
        "block_weights": weights,
        "blocks": np.array(rows, np.int64).reshape(-1, 5),
        "block_ends": np.array(ends, np.int64),
    }


def _runs(pattern: np.ndarray, populations: list[slice]) -> list[tuple[int, int]]:
    """First source and number of sources of neighboring populations that have connections to these targets."""
    runs = []
    for there, group in itertools.groupby(populations, key=lambda own: bool(pattern[:, own].any())):
        members: list[Any] = list(group)
        if there:
            runs.append((members[0].start, members[-1].stop - members[0].start))
    return runs


def _in_strips(block: np.ndarray, units: int) -> np.ndarray:
    """Weights (targets, sources) in strips of `units` targets, source after source."""
    return np.concatenate([block[k : k + units].T.reshape(-1) for k in range(0, len(block), units)])
