"""Measure the speed of neurosim: ``python tests/benchmarks/run.py [NAME ...]``."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from host import description, environment, keep_to_one_core, load, warn_if_busy
from measure import Row
from report import table

PEERS = ("numpy", "jax", "torch")
LEARNING_PEERS = ("autograd", "jax", "torch")


class Benchmark(NamedTuple):
    """Module, function that yields rows, the peers that each get a process of their own, threads of libraries."""

    module: str
    function: str = "rows"
    peers: tuple[str, ...] = ("",)
    threads: int = 1


BENCHMARKS = {
    "one_trial": Benchmark("dense", "one_trial_rows", PEERS),
    "batch": Benchmark("dense", "batch_rows", PEERS),
    "sizes": Benchmark("sizes"),
    "threads": Benchmark("threads"),
    "functions": Benchmark("functions"),
    "kernels": Benchmark("kernels"),
    "plugin": Benchmark("plugin"),
    "noise": Benchmark("noise"),
    "low_rank": Benchmark("low_rank"),
    "sparse": Benchmark("sparse"),
    "first_result": Benchmark("first_result"),
    "training": Benchmark("training", "rows", LEARNING_PEERS),
    "training_threads": Benchmark("training", "rows_of_two_threads", ("", *LEARNING_PEERS), threads=2),
    "checkpointed": Benchmark("checkpointed"),
    "learning": Benchmark("learning"),
    "online": Benchmark("online"),
    "flossing": Benchmark("flossing", peers=("", "jax")),
    "building": Benchmark("building", peers=("neurogym",)),
    "lyapunov": Benchmark("lyapunov", "rows", ("numpy", "jax")),
    "lyapunov_threads": Benchmark("lyapunov", "rows_of_two_threads", threads=2),
    "fixed_points": Benchmark("fixed_points", threads=2),
    "all_fixed_points": Benchmark("all_fixed_points"),
    "analyses": Benchmark("analyses", threads=2),
    "effective_circuits": Benchmark("effective_circuits"),
    "covariance": Benchmark("covariance"),
    "sweeps": Benchmark("sweeps", threads=2),
    "sweeps_trivial": Benchmark("sweeps", "trivial_rows", threads=2),
    "sweeps_dask": Benchmark("sweeps", "dask_rows", threads=2),
    "similarity": Benchmark("similarity"),
    "circuits": Benchmark("circuits"),
    "delays": Benchmark("delays"),
}


def _print_rows(name: str, peer: str) -> None:
    """Measure in this process and print one row a line, for the process that asked."""
    benchmark = BENCHMARKS[name]
    if peer and benchmark.threads == 1:
        keep_to_one_core()
    rows = getattr(importlib.import_module(benchmark.module), benchmark.function)
    for row in rows(peer) if peer else rows():
        print(json.dumps(asdict(row)), flush=True)


def _measured_alone(name: str, peer: str) -> Iterator[Row]:
    """Rows of a benchmark beside one peer, from a fresh process whose libraries keep to their threads."""
    command = [sys.executable, str(Path(__file__).resolve()), name, "--here", peer]
    surroundings = {**os.environ, **environment(BENCHMARKS[name].threads)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=surroundings) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  {peer} {line.rstrip()}", file=sys.stderr)
            yield Row(**json.loads(line))
    if process.returncode:
        print(f"{name} {peer}: the process ended with {process.returncode}", file=sys.stderr)


def _merged(name: str) -> list[Row]:
    rows: dict[str, Row] = {}
    for peer in BENCHMARKS[name].peers:
        if peer and importlib.util.find_spec(peer) is None:
            print(f"{peer} is not installed: its columns stay empty", file=sys.stderr)
            continue
        for row in _measured_alone(name, peer):
            whole = rows.setdefault(row.work, Row(row.work, {}))
            whole.numbers |= row.numbers
            whole.goals |= row.goals
    return list(rows.values())


def main() -> None:
    """Run the benchmarks that were named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--here", metavar="PEER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}")
    if arguments.here is not None:
        _print_rows(arguments.names[0], arguments.here)
        return
    print(f"{description()}\nload average at the start {load():.2f}", flush=True)
    warn_if_busy()
    for name in arguments.names or BENCHMARKS:
        print(f"\n{name}\n\n{table(_merged(name))}", flush=True)


if __name__ == "__main__":
    main()
