"""One trial of dense networks of 1000 to 6000 units: time of a weight, for cliffs at some sizes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np
from measure import Goal, Row
from problems import DT

import neurosim as ns
from neurosim.engine.inputs import Inputs
from neurosim.engine.integrator import Integrator
from neurosim.engine.trajectory import Recording, Settings, State

SIZES = sorted({*range(1000, 6001, 100), *(512 * k + away for k in range(2, 12) for away in (-8, 0, 1))})
PASSES, SAMPLES = 2, 5
"""Passes over all sizes, since memory that is shared with other machines is slow for minutes; samples of each."""
SHORTEST = 0.03
"""Seconds of a sample at least, at a pace of two weights a nanosecond."""
STAGES = {"euler": 1, "heun": 2, "rk4": 4}
NEIGHBORS = 400
"""Units up to which other sizes are compared with one."""
GOALS: dict[str, Goal] = {"slowest / neighbors": ("<=", 1.25)}


def _network(size: int) -> ns.Network:
    weights = np.random.default_rng(0).standard_normal((size, size)) * (1.5 / np.sqrt(size))
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=size, rng=0)


def _integrator(network: ns.Network, scheme: str) -> Integrator:
    """The time loop of a simulation by itself: packing the weights takes as long as dozens of steps."""
    most = 10**6
    settings = Settings(
        most * DT, DT, scheme, 1, ("states",), np.array([0]), most, None, np.random.SeedSequence(0)
    )
    start = np.random.default_rng(1).standard_normal((1, network.size, 1))
    inputs = Inputs(None, network, 1, DT, most)
    return Integrator(
        network, settings, inputs, Recording.empty(network, settings), State(0, start, None, None), 1
    )


def _time_of_a_weight(network: ns.Network, scheme: str) -> float:
    """Nanoseconds of this thread for each weight and stage, the least of several samples."""
    integrator, weights = _integrator(network, scheme), STAGES[scheme] * network.size**2
    steps = max(1, round(2e9 * SHORTEST / weights))
    integrator.advance(1)
    samples = []
    for _ in range(SAMPLES):
        begin = time.thread_time()
        integrator.advance(steps)
        samples.append(time.thread_time() - begin)
    return 1e9 * min(samples) / (steps * weights)


def rows() -> Iterator[Row]:
    """A row for each scheme and precision: how much longer the slowest size takes than its neighbors."""
    kinds = list(itertools.product(STAGES, ("float64", "float32")))
    least = np.full((len(kinds), len(SIZES)), np.inf)
    for _ in range(PASSES):
        for s, size in enumerate(SIZES):
            network = _network(size)
            for k, (scheme, dtype) in enumerate(kinds):
                least[k, s] = min(least[k, s], _time_of_a_weight(network.astype(dtype), scheme))
    sizes = np.array(SIZES)
    for (scheme, dtype), values in zip(kinds, least, strict=True):
        around = np.array([np.median(values[np.abs(sizes - size) <= NEIGHBORS]) for size in sizes])
        worst = int(np.argmax(values / around))
        numbers = {
            "slowest / neighbors": float(values[worst] / around[worst]),
            "at N": float(sizes[worst]),
            "ps a weight, N = 1000": 1e3 * float(values[sizes == 1000][0]),
            "ps a weight, N = 6000": 1e3 * float(values[sizes == 6000][0]),
        }
        yield Row(f"{scheme}, {dtype}, N = 1000 to 6000", numbers, GOALS)
