"""Dense recurrent weights without those pairs of populations that have no connections, as kernels read them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from neurosim.kernels.linalg.layout import Tiles, aligned_array
from neurosim.kernels.linalg.panels import VECTOR
from neurosim.network import Network

__all__ = ["block_arrays"]

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
    lanes = VECTOR // network.dtype.itemsize
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
    rows, packed, place = [], [np.zeros(0, network.dtype)], 0
    for low, first, stop, source, count in found:
        begin, end = (first - low) // lanes * lanes, -(-(stop - low) // lanes) * lanes
        block = np.zeros((end - begin, count), network.dtype)
        block[first - low - begin : stop - low - begin] = base[first:stop, source : source + count]
        rows.append((begin, end - begin, source, count, place))
        packed.append(_in_strips(block, strip * lanes))
        place += block.size
    weights = aligned_array((place,), network.dtype)
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
