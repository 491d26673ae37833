"""Time to the first result of a kernel, in fresh processes: with an empty cache folder, and with a full one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from measure import Row

SCRIPT = """
import time
begin = time.perf_counter()
import neurosim as ns
imported = time.perf_counter() - begin
network = ns.Network(ns.LeakyCurrent("tanh"), {connectivity}, size=100, rng=0)
begin = time.perf_counter()
ns.simulate(network, 1.0, 0.1, "{scheme}", trials={trials}, noise={noise}, rng=1, threads=1, progress=False)
print(imported, time.perf_counter() - begin)
"""

KERNELS = {
    "dense, euler": ("ns.Gaussian(gain=1.5)", "euler", 1, None),
    "dense, rk4, 8 trials": ("ns.Gaussian(gain=1.5)", "rk4", 8, None),
    "dense, euler, noise": ("ns.Gaussian(gain=1.5)", "euler", 1, "ns.WhiteNoise(0.1)"),
    "sparse, euler": ("ns.Sparse(density=0.1, gain=1.5)", "euler", 1, None),
}
REPEATS = 3


def _seconds(script: str, folder: str) -> tuple[float, float]:
    """Import, then first call of `simulate`, in a fresh process."""
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "NEUROSIM_CACHE": folder},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    imported, simulated = map(float, finished.stdout.split())
    return imported, simulated


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _row(name: str) -> Row:
    connectivity, scheme, trials, noise = KERNELS[name]
    script = SCRIPT.format(connectivity=connectivity, scheme=scheme, trials=trials, noise=noise)
    first, second, imports = [], [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            first.append(_seconds(script, folder)[1])
            imported, simulated = _seconds(script, folder)
            second.append(simulated)
            imports.append(imported)
    numbers = {"first s": _middle(first), "second s": _middle(second), "import s": _middle(imports)}
    goals = {"first s": ("<=", 3.0), "second s": ("<=", 0.5), "import s": ("<=", 0.5)}
    return Row(name, numbers, goals)


def rows() -> Iterator[Row]:
    """One row for each kind of kernel; medians of three folders."""
    yield from map(_row, KERNELS)
