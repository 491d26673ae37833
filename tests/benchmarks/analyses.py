"""A mean-field solution, and everything that `neurosim analyze` does with a network of 200 units."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import Row, interleaved

import neurosim as ns

GAINS = (1.2, 1.5, 3.0)
KINDS = {"chaotic, g = 1.5": ns.Gaussian(gain=1.5), "at rest, orthogonal, g = 0.9": ns.Orthogonal(gain=0.9)}


def _mean_field(gain: float) -> Row:
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=gain), 200, rng=0)
    seconds = interleaved({"neurosim": lambda: ns.theory.autocorrelation(network)}, rounds=9)["neurosim"]
    return Row(f"mean field, g = {gain:g}", {"ms": 1e3 * float(np.median(seconds))}, {"ms": ("<=", 50.0)})


def _analyzed(path: Path) -> float:
    command = [
        sys.executable,
        "-m",
        "neurosim",
        "analyze",
        str(path),
        "--quiet",
        "--output",
        str(path.parent / "all"),
    ]
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def _analyze(name: str) -> Row:
    network = ns.Network(ns.LeakyCurrent("tanh"), KINDS[name], 200, inputs=1, outputs=1, rng=0)
    numbers = {}
    # kernels that are not in the cache of this machine yet cost some seconds, once
    for column in ("s, maybe compiling", "s"):
        with tempfile.TemporaryDirectory() as folder:
            network.save(Path(folder) / "network.npz")
            numbers[column] = _analyzed(Path(folder) / "network.npz")
    return Row(f"neurosim analyze, {name}, N = 200", numbers, {"s": ("<=", 30.0)})


def rows() -> Iterator[Row]:
    """One row for each gain, then one for each network; the latter in fresh processes."""
    yield from map(_mean_field, GAINS)
    yield from map(_analyze, KINDS)
