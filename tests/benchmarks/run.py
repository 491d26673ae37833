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

from host import ONE_THREAD, description, keep_to_one_core, load, warn_if_busy
from measure import Row
from report import table

PEERS = ("numpy", "jax", "torch")
BENCHMARKS = {
    "one_trial": ("dense", "one_trial_rows", PEERS),
    "batch": ("dense", "batch_rows", PEERS),
    "threads": ("threads", "rows", ("",)),
    "functions": ("functions", "rows", ("",)),
    "plugin": ("plugin", "rows", ("",)),
    "noise": ("noise", "rows", ("",)),
    "low_rank": ("low_rank", "rows", ("",)),
    "sparse": ("sparse", "rows", ("",)),
    "first_result": ("first_result", "rows", ("",)),
}
"""Module, function that yields rows, and the peers that each get a process of their own."""


def _print_rows(name: str, peer: str) -> None:
    """Measure in this process and print one row a line, for the process that asked."""
    if peer:
        keep_to_one_core()
    module, function, _ = BENCHMARKS[name]
    rows = getattr(importlib.import_module(module), function)
    for row in rows(peer) if peer else rows():
        print(json.dumps(asdict(row)), flush=True)


def _measured_alone(name: str, peer: str) -> Iterator[Row]:
    """Rows of a benchmark beside one peer, from a fresh process that keeps to one thread."""
    command = [sys.executable, str(Path(__file__).resolve()), name, "--here", peer]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  {peer} {line.rstrip()}", file=sys.stderr)
            yield Row(**json.loads(line))
    if process.returncode:
        print(f"{name} {peer}: the process ended with {process.returncode}", file=sys.stderr)


def _merged(name: str) -> list[Row]:
    rows: dict[str, Row] = {}
    for peer in BENCHMARKS[name][2]:
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
