"""Simulations, trainings and analyses at random in one process, for a long time.

    python tests/reliability/soak.py [--count SECONDS]

Promise: after the first minute (or the first third of a shorter run), memory grows by less than 30 MB, and threads and
open files do not grow.
"""

from __future__ import annotations

import gc
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
from outcomes import Outcomes, run_attack

import neurosim as ns

GROWTH = 30e6
"""Bytes by which memory may grow after the beginning; kernels that are compiled late and fragments take some."""


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """Do random work for so many seconds."""
    matplotlib.use("Agg")
    outcomes, rng, begin = Outcomes(), np.random.default_rng(seed), time.monotonic()
    works = (simulate, train, analyze, save_and_load, draw, fail)
    for work in works:  # compiles
        work(rng, folder)
    start, state = None, resources()
    while time.monotonic() - begin < count:
        work = works[rng.integers(len(works))]
        work(rng, folder)
        outcomes.held(work.__name__, "done")
        if start is None and time.monotonic() - begin > min(60.0, count / 3):
            start = resources()
    state = resources()
    for name, before, after, allowed in zip(
        state, (start or state).values(), state.values(), (GROWTH, 0, 0), strict=True
    ):
        what = f"{before:.0f} -> {after:.0f}"
        outcomes.judge(name, f"stays, {what}", after - before <= allowed, what)
    return outcomes


def resources() -> dict[str, float]:
    """Memory in bytes, threads, and open files of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    threads, files = len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))
    return {
        "memory": float(pages * os.sysconf("SC_PAGE_SIZE")),
        "threads": float(threads),
        "open files": float(files),
    }


def network(rng: np.random.Generator) -> ns.Network:
    return ns.Network(
        ns.LeakyRate("tanh"), ns.Gaussian(rng.uniform(0.5, 2.0)), int(rng.integers(5, 60)), rng=rng
    )


def simulate(rng: np.random.Generator, _: Path) -> ns.engine.Trajectory:
    return ns.simulate(network(rng), 20.0, 0.1, trials=int(rng.integers(1, 4)), rng=rng, progress=False)


def train(rng: np.random.Generator, _: Path) -> None:
    task = ns.tasks.And(fixation=2.0, stimulus=4.0, delay=2.0, response=8.0)
    start = ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), 12, inputs=task.inputs, outputs=task.outputs, rng=rng
    )
    ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=64, batch_size=32).fit(start, task, rng=rng, progress=False)


def analyze(rng: np.random.Generator, _: Path) -> None:
    one = network(rng)
    ns.analysis.spectrum(one)
    ns.analysis.fixed_points(one, starts=10, rng=rng, progress=False)


def save_and_load(rng: np.random.Generator, folder: Path) -> None:
    one = network(rng)
    one.save(folder / "soak.npz")
    assert ns.load(folder / "soak.npz").equals(one)


def draw(rng: np.random.Generator, folder: Path) -> None:
    import matplotlib.pyplot as plt

    ns.plotting.traces(simulate(rng, folder), units=3)
    plt.close("all")


def fail(rng: np.random.Generator, folder: Path) -> None:
    """What users do: mistakes, which must not leave anything behind."""
    mistakes: list[Callable[[], object]] = [
        lambda: ns.simulate(network(rng), -1.0, 0.1),
        lambda: ns.load(folder / "missing.npz"),
        lambda: ns.BPTT(epochs=-1),
    ]
    try:
        mistakes[rng.integers(len(mistakes))]()
    except ns.errors.NeurosimError:
        return
    raise AssertionError("a mistake went unnoticed")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    run_attack(attack, __doc__, 3600)
