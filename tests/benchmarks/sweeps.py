"""Studies of many networks: two workers beside one, ten thousand trivial points, and the start of workers."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from host import peak_bytes
from measure import Row

import neurosim as ns
from neurosim.sweep import Sweep, Table

NETWORKS = 200
TRIVIAL = 10_000
TRAININGS = 40


def variance_of(gain: float, rng: np.random.Generator) -> float:
    """Variance of a network of 100 units over 300 time constants."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain), size=100, rng=rng)
    run = ns.simulate(network, 300.0, 0.1, "rk4", rng=rng, progress=False)
    return float(run.states.var())


def square(number: int) -> float:
    """As little work as there can be."""
    return float(number) ** 2


def _timed(study: Sweep, folder: str, **options: Any) -> tuple[float, Table]:
    begin = time.perf_counter()
    table = study.run(folder, progress=False, **options)
    return time.perf_counter() - begin, table


def _in_new_folder(run: Callable[[str], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return run(os.path.join(folder, "study"))


def _first_result(workers: int) -> float:
    """Seconds until the first point of as many workers is on the disk."""
    study = Sweep(variance_of, gain=[1.5], seed=range(workers))

    def run(folder: str) -> float:
        begin = time.time()
        study.run(folder, workers=workers, progress=False)
        return min(path.stat().st_mtime for path in Path(folder, "points").rglob("*.json")) - begin

    return float(_in_new_folder(run))


def start_row() -> Row:
    """First result of one worker and of two, with kernels in the cache; medians of five."""
    _first_result(1)
    seconds = {workers: np.median([_first_result(workers) for _ in range(5)]) for workers in (1, 2)}
    numbers = {
        "one worker s": float(seconds[1]),
        "two workers s": float(seconds[2]),
        "two / one": float(seconds[2] / seconds[1]),
    }
    return Row("start of workers, warm cache", numbers, {"two / one": ("<=", 1.5)})


def networks_row() -> Row:
    """Two hundred networks of 100 units, by one worker and by two."""
    study = Sweep(variance_of, gain=[1.2, 1.5, 2.0, 3.0], seed=range(NETWORKS // 4))
    lone = Sweep(variance_of, gain=[1.0], seed=[0])
    start, first = _in_new_folder(lambda folder: _timed(lone, folder, workers=1))
    one, table = _in_new_folder(lambda folder: _timed(study, folder, workers=1))
    two, _ = _in_new_folder(lambda folder: _timed(study, folder, workers=2))
    idle = start - first.seconds.sum()
    numbers = {
        "one worker s": one,
        "two workers s": two,
        "one / two": one / two,
        "overhead ms a point": 1e3 * (one - idle - table.seconds.sum()) / NETWORKS,
    }
    goals = {"one / two": (">=", 1.8), "overhead ms a point": ("<=", 5.0)}
    return Row(f"{NETWORKS} networks, N = 100, 300 time constants, RK4", numbers, goals)


def trivial_row() -> Row:
    """Ten thousand points of no work, a second look at them, and the memory of this process."""
    study = Sweep(square, number=range(TRIVIAL))

    def both(folder: str) -> tuple[float, float]:
        return _timed(study, folder)[0], _timed(study, folder)[0]

    first, again = _in_new_folder(both)
    numbers = {"first s": first, "again s": again, "parent MB": peak_bytes() / 1e6}
    goals = {"first s": ("<=", 60.0), "again s": ("<=", 2.0), "parent MB": ("<=", 500.0)}
    return Row(f"{TRIVIAL} trivial points", numbers, goals)


def trainings_row() -> Row:
    """Forty trainings of Xor as shipped, but for one epoch instead of twenty."""
    # every worker imports this file, and measures networks without it
    from neurosim.sweep.declared import read_study

    shipped = Path(ns.__file__).parent / "experiments" / "shipped" / "trainings" / "xor.toml"
    text = shipped.read_text(encoding="utf-8").replace("epochs = 20", "epochs = 1")
    study = read_study(f"{text}\n[sweep]\nseeds = {TRAININGS}\n", "xor.toml")
    one, _ = _in_new_folder(lambda folder: _timed(study, folder, workers=1))
    two, _ = _in_new_folder(lambda folder: _timed(study, folder, workers=2))
    numbers = {"one worker s": one, "two workers s": two, "one / two": one / two}
    return Row(f"{TRAININGS} trainings of Xor, one epoch", numbers, {"one / two": (">=", 1.8)})


def dask_row() -> Row:
    """Ten thousand trivial points on a Dask cluster of two processes, and the memory of its scheduler."""
    from distributed import Client, LocalCluster

    study = Sweep(square, number=range(TRIVIAL))
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        seconds, _ = _in_new_folder(lambda folder: _timed(study, folder, executor=client))
    # the scheduler of a LocalCluster lives in this process
    return Row(
        f"{TRIVIAL} trivial points, Dask", {"first s": seconds, "scheduler and parent MB": peak_bytes() / 1e6}
    )


def trivial_rows() -> Iterator[Row]:
    """Rows that are measured in a process of their own, whose memory is looked at."""
    yield trivial_row()


def dask_rows() -> Iterator[Row]:
    """See `trivial_rows`."""
    yield dask_row()


def rows() -> Iterator[Row]:
    """Start of workers, networks, trainings."""
    yield start_row()
    yield networks_row()
    yield trainings_row()
