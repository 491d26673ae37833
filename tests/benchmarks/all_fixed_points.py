"""All fixed points of rectified networks of low rank, on one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from measure import Row

import neurosim as ns


def network(size: int, rank: int) -> ns.Network:
    """Rectified units with random factors, of which one overlap per rank is positive, and random biases."""
    draw = np.random.default_rng(0)
    left = draw.standard_normal((size, rank))
    right = draw.standard_normal((size, rank)) + 4.0 * left
    made = ns.Network(ns.LeakyRate("relu"), ns.LowRank(left, right), size, rng=0)
    return made.replace(bias=draw.standard_normal(size))


def rows() -> Iterator[Row]:
    """One row for each rank; seconds of the processor, the median of five runs."""
    ns.analysis.all_fixed_points(network(10, 2))  # imports
    for size, rank, goal in ((128, 2, 2.0), (4000, 1, 1.0), (40, 3, np.inf)):
        made, seconds = network(size, rank), []
        for _ in range(5):
            begin = time.process_time()
            found = ns.analysis.all_fixed_points(made)
            seconds.append(time.process_time() - begin)
        numbers = {
            "s": float(np.median(seconds)),
            "points": float(len(found)),
            "regions": float(found.regions),
        }
        goals = {"s": ("<=", goal)} if np.isfinite(goal) else {}
        yield Row(f"rank {rank}, N = {size}", numbers, goals)
