"""A network of rank 2 with a million units, in a process that does nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numba
import numpy as np
from host import peak_bytes
from measure import Row, interleaved, ratio

import neurosim as ns
from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.runtime.jit import FAST_MATH

SIZE, RANK, STEPS, DT = 1_000_000, 2, 1000, 0.1


def _network() -> ns.Network:
    return ns.Network(ns.LeakyCurrent("tanh"), ns.LowRank(*_vectors()), size=SIZE, rng=0)


def _vectors() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    return draw.standard_normal((SIZE, RANK)), draw.standard_normal((SIZE, RANK))


def _simulated(network: ns.Network, steps: int) -> Callable[[], object]:
    return lambda: ns.simulate(
        network, steps * DT, DT, record="states", units=range(10), rng=1, threads=1, progress=False
    )


@numba.njit(error_model="numpy", fastmath=FAST_MATH | {"reassoc"})
def _streamed(state: np.ndarray, left: np.ndarray, right: np.ndarray, steps: int) -> float:
    """Read the state and both pairs of vectors once a step, and write the state."""
    wide_vectors()
    a, b, c, d = left[0], left[1], right[0], right[1]
    for _ in range(steps):
        for i in range(state.size):
            state[i] = 0.5 * state[i] + ((a[i] + b[i]) + (c[i] + d[i]))
    return state[0]


def rows() -> Iterator[Row]:
    """One row; the memory is read before the limit allocates its own."""
    network = _network()
    _simulated(network, STEPS)()
    peak = peak_bytes() / 1e9
    left, right = (np.ascontiguousarray(v.T) for v in _vectors())
    state, steps = np.zeros(SIZE), 40
    seconds = interleaved(
        {
            "all": _simulated(network, steps + 1),
            "one": _simulated(network, 1),
            "limit": lambda: _streamed(state, left, right, steps),
        },
        rounds=9,
    )
    own = (seconds["all"] - seconds["one"]) / steps
    numbers = {
        "peak GB": peak,
        "us a step": float(np.median(own)) * 1e6,
        "neurosim / limit": ratio(own, seconds["limit"] / steps),
    }
    goals = {"peak GB": ("<=", 2.0), "neurosim / limit": ("<=", 2.0)}
    yield Row(f"rank {RANK}, N = {SIZE:,}, euler, float64", numbers, goals)
