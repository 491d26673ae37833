"""Python programs in processes of their own: with a cache, a limit of memory, or a signal that ends them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start(
    code: str,
    *arguments: object,
    cache: Path | None = None,
    home: tuple[Path, Path] | None = None,
    **options: object,
) -> subprocess.Popen[str]:
    """Start a program with a kernel cache, or with a home and a temporary folder, where they are given."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    if cache is not None:
        environment["NEUROSIM_CACHE"] = str(cache)
    if home is not None:
        for name in ("NEUROSIM_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            environment.pop(name, None)
        environment.update(zip(("HOME", "TMPDIR"), map(str, home), strict=True))
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[arg-type]
    )


def finish(process: subprocess.Popen[str], seconds: float = 300.0) -> tuple[int | None, str, str]:
    """Exit code (None where it had to be killed), output and errors of a program."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return None, out, err
    return process.returncode, out, err


SIMULATE = """
import sys
import neurosim as ns
from neurosim.errors import NeurosimError
network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 16, rng=0)
try:
    run = ns.simulate(network, 2.0, 0.1, rng=0, progress=False)
except NeurosimError as error:
    print(type(error).__name__, error)
    sys.exit(3)
print(run.states[0, -1].tobytes().hex())
"""
"""Prints the bits of a run, or ends with 3 after an error of the package."""
