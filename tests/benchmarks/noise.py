"""White noise on every unit: the numbers alone, and beside a run without noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numba
import numpy as np
from measure import Row, interleaved, ratio
from problems import DT, Problem

import neurosim as ns
from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.random import normals
from neurosim.kernels.random.normals import whole_rows
from neurosim.kernels.runtime.jit import FAST_MATH


def _filling(dtype: str) -> Callable[[np.ndarray, int], None]:
    fill = getattr(normals, dtype).fill

    @numba.njit(error_model="numpy", fastmath=FAST_MATH)
    def filled(out: np.ndarray, steps: int, key0: np.uint32, key1: np.uint32) -> None:
        wide_vectors()
        for step in range(steps):
            fill(out, 0, step, key0, key1)

    # the keys as arguments, as in time loops: those that LLVM knows, it computes with otherwise
    return lambda out, steps: filled(out, steps, np.uint32(1), np.uint32(2))


def _numbers(size: int, dtype: str) -> Row:
    filled = _filling(dtype)
    # rows as the engine has them, padded to whole blocks; a normal counts where a unit uses it
    out, steps = np.empty(whole_rows(size), dtype), 400_000 // size
    generator = np.random.default_rng(0)
    kind = np.dtype(dtype).type

    def numpys() -> None:
        for _ in range(steps):
            generator.standard_normal(out=out[:size], dtype=kind)

    seconds = interleaved({"own": lambda: filled(out, steps), "numpy": numpys})
    each = float(np.median(seconds["own"])) / (steps * size) * 1e9
    numbers = {"ns a normal": each, "numpy / neurosim": ratio(seconds["numpy"], seconds["own"])}
    goals = {"ns a normal": ("<=", 2.5 if dtype == "float64" else 1.5)} if size > 1000 else {}
    return Row(f"normals in rows of {size}, {dtype}", numbers, goals)


def _beside_no_noise(problem: Problem) -> Row:
    network, start = problem.network(), problem.start()

    def simulated(noise: ns.WhiteNoise | None) -> Callable[[], object]:
        return lambda: ns.simulate(
            network,
            problem.steps * DT,
            DT,
            problem.scheme,
            initial_state=start,
            noise=noise,
            record="states",
            rng=1,
            threads=1,
            progress=False,
        )

    seconds = interleaved({"noise": simulated(ns.WhiteNoise(density=0.1)), "none": simulated(None)})
    goals = {"with / without noise": ("<=", 2.0)}
    return Row(problem.work, {"with / without noise": ratio(seconds["noise"], seconds["none"])}, goals)


def rows() -> Iterator[Row]:
    """Normal numbers in long and short rows, then a small network."""
    for size in (4096, 50):
        for dtype in ("float64", "float32"):
            yield _numbers(size, dtype)
    for dtype in ("float64", "float32"):
        yield _beside_no_noise(Problem(50, 1, 20_000, "euler", dtype))
