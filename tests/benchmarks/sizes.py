"""One trial of dense networks of 1000 to 6000 units: time of a weight, for cliffs at some sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from measure import Goal, Row, interleaved
from problems import DT

import neurosim as ns

SIZES = sorted({*range(1000, 6001, 100), *(512 * k + away for k in range(2, 12) for away in (-8, 0, 1))})
ROUNDS = 5
STAGES = {"euler": 1, "heun": 2, "rk4": 4}
NEIGHBORS = 400
"""Units up to which other sizes are compared with one."""
GOALS: dict[str, Goal] = {"slowest / neighbors": ("<=", 1.25)}


def _weights(size: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((size, size)) * (1.5 / np.sqrt(size))


def _times(network: ns.Network) -> dict[str, float]:
    """Nanoseconds of a step for each weight and stage, by scheme: the least of several, of this thread alone."""
    # as many as take a few products of 4000 units
    steps = round(4 * (4000 / network.size) ** 2)

    def simulation(scheme: str, steps: int) -> Callable[[], object]:
        return lambda: ns.simulate(network, steps * DT, DT, scheme, record="states", units=[0], rng=1, threads=1,
                                   progress=False)  # fmt: skip

    contestants = {f"{scheme} {k}": simulation(scheme, k) for scheme in STAGES for k in (1, 1 + steps)}
    seconds = interleaved(contestants, rounds=ROUNDS, shortest=0.0, clock=time.thread_time)
    return {
        scheme: 1e9 * float(seconds[f"{scheme} {1 + steps}"].min() - seconds[f"{scheme} 1"].min())
        / (steps * stages * network.size**2)
        for scheme, stages in STAGES.items()
    }  # fmt: skip


def rows() -> Iterator[Row]:
    """A row for each scheme and precision: how much longer the slowest size takes than its neighbors."""
    times: dict[tuple[str, str], list[float]] = {}
    for size in SIZES:
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(_weights(size)), size=size, rng=0)
        for dtype in ("float64", "float32"):
            for scheme, found in _times(network.astype(dtype)).items():
                times.setdefault((scheme, dtype), []).append(found)
    sizes = np.array(SIZES)
    for (scheme, dtype), measured in times.items():
        values = np.array(measured)
        around = np.array([np.median(values[np.abs(sizes - size) <= NEIGHBORS]) for size in sizes])
        worst = int(np.argmax(values / around))
        numbers = {
            "slowest / neighbors": float(values[worst] / around[worst]),
            "at N": float(sizes[worst]),
            "ps a weight, N = 1000": 1e3 * float(values[sizes == 1000][0]),
            "ps a weight, N = 6000": 1e3 * float(values[sizes == 6000][0]),
        }
        yield Row(f"{scheme}, {dtype}, N = 1000 to 6000", numbers, GOALS)
