"""The machine that a table was measured on."""

from __future__ import annotations

import os
import platform
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "numba", "scipy", "jax", "torch", "neurogym")
QUIET = 0.5
"""Load average above which a table is not to be trusted."""


def environment(threads: int) -> dict[str, str]:
    """Variables with which no library starts more than so many threads by itself."""
    pools = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    if threads == 1:
        pools["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return pools


def peak_bytes() -> float:
    """Largest memory that this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def keep_to_one_core() -> None:
    """Let this process have a single core: XLA divides large products among its threads whatever its flags say."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"


def description() -> str:
    """Processor, cores, how LLVM calls it, and versions."""
    from llvmlite.binding import get_host_cpu_name

    return "\n".join(
        [
            f"{_processor()} ({get_host_cpu_name()}), {os.cpu_count()} cores, {platform.system()}",
            f"Python {platform.python_version()}, {', '.join(map(_version, PACKAGES))}",
        ]
    )


def load() -> float:
    """Load average of the last minute; 0 where the system keeps none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def warn_if_busy() -> None:
    """Say so when other programs are running."""
    if load() > QUIET:
        print(f"load average {load():.2f} > {QUIET}: wait, these times will be disturbed", file=sys.stderr)
