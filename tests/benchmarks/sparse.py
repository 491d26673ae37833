"""A sparse network against SciPy's product of a CSR matrix with a vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from measure import Row, interleaved, ratio

import neurosim as ns

SIZE, DENSITY, STEPS, DT = 20_000, 0.01, 20, 0.1


def _row(dtype: str) -> Row:
    network = ns.Network(
        ns.LeakyCurrent("tanh"), ns.Sparse(density=DENSITY, gain=1.5), size=SIZE, dtype=dtype, rng=0
    )
    matrix = network.recurrent.base
    rates = np.random.default_rng(1).standard_normal(SIZE).astype(dtype)

    def simulated(steps: int) -> Callable[[], object]:
        return lambda: ns.simulate(network, steps * DT, DT, record="states", rng=1, threads=1, progress=False)

    seconds = interleaved(
        {"all": simulated(STEPS + 1), "one": simulated(1), "scipy": lambda: matrix @ rates}, rounds=9
    )
    own = (seconds["all"] - seconds["one"]) / STEPS
    numbers = {
        "us a step": float(np.median(own)) * 1e6,
        "neurosim / scipy product": ratio(own, seconds["scipy"]),
    }
    return Row(
        f"{DENSITY:.0%} dense, N = {SIZE:,}, euler, {dtype}",
        numbers,
        {"neurosim / scipy product": ("<=", 1.3)},
    )


def rows() -> Iterator[Row]:
    """One row for each precision."""
    yield _row("float64")
    yield _row("float32")
