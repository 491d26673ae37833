"""Computation of points in a worker process, each with its own random numbers."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import math
import os
import secrets
import shutil
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError
from neurosim.renaming import rename
from neurosim.sweep.claims import PARTIAL, WORD
from neurosim.sweep.durability import force_to_disk
from neurosim.sweep.files import is_full_disk
from neurosim.sweep.measures import name_of, to_results
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.points import seed_of

__all__ = ["can_forget_peak_memory", "prepare_process", "run_points"]

FORGET = Path("/proc/self/clear_refs")


class _OneThread:
    """BLAS held at one thread while at least one thread of this process computes points."""

    def __init__(self) -> None:
        self._lock, self._users, self._stack = threading.Lock(), 0, ExitStack()

    @contextmanager
    def hold(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._stack.enter_context(one_blas_thread())
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._stack.close()


_BLAS = _OneThread()

Task = tuple[str, Mapping[str, Any]]
"""Identity and values of a point."""


def prepare_process(module: str, name: str) -> int:
    """Make ready a process of this machine for a study, be it its first or not, and return its number.

    Ctrl-C is left to the parent. When that is killed, this process ends too.

    Parameters
    ----------
    module, name : str
        Of the function that is to be measured, which must be importable.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _watch_parent()
    _forget_peak_memory()
    try:
        functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except Exception as error:
        raise ParameterError(
            f"measure must be a function that worker processes can import (got {name!r} of {module}: "
            f"{type(error).__name__}: {error}); write it at the top level of a file, above the line "
            f"  if __name__ == '__main__':"
        ) from error
    return os.getpid()


def run_points(
    measure: Callable[..., Any], tasks: Sequence[Task], files: str, patience: float = math.inf
) -> list[Outcome]:
    """Outcome of each point; an exception is the outcome of its point alone, unless it says that the disk is full.

    Parameters
    ----------
    measure : callable
    tasks : sequence of (identity, values)
    files : str
        Folder below which each point may have one of its own.
    patience : float, optional
        Seconds after which no further point is begun. The outcomes are those of the first points then.
    """
    begin = time.perf_counter()
    outcomes: list[Outcome] = []
    # BLAS rounds differently with another number of threads, and results must not depend on that
    with _BLAS.hold():
        for identity, values in tasks:
            outcomes.append(_run_point(measure, identity, values, Path(files) / identity))
            if time.perf_counter() - begin > patience:
                break
    return outcomes


def _run_point(measure: Callable[..., Any], identity: str, values: Mapping[str, Any], files: Path) -> Outcome:
    begin = time.perf_counter()
    try:
        results = to_results(_call_measure(measure, identity, values, files), name_of(measure))
    except (Exception, SystemExit) as error:
        if is_full_disk(error):
            raise  # the point is not at fault, and is to be computed when there is room
        text = " ".join(f"{type(error).__name__}: {error}".split())
        told = traceback.format_exc()
        return Outcome(
            identity, error=text, traceback=told, seconds=time.perf_counter() - begin, memory=peak_memory()
        )
    return Outcome(
        identity,
        {name: value for name, value in results.items() if not isinstance(value, np.ndarray)},
        {name: value for name, value in results.items() if isinstance(value, np.ndarray)},
        seconds=time.perf_counter() - begin,
        memory=peak_memory(),
    )


def _call_measure(measure: Callable[..., Any], identity: str, values: Mapping[str, Any], files: Path) -> Any:
    parameters = inspect.signature(measure).parameters
    given = dict(values)
    if not (parameters.keys() >= given.keys() or _takes_all(parameters)):
        del given["seed"]  # it only numbers the realizations, whose streams are those of rng
    if "rng" in parameters and "rng" not in given:
        given["rng"] = np.random.default_rng(seed_of(identity))
    # a declared study without trained networks writes nothing, and workers elsewhere may not reach its disk
    if "folder" not in parameters or "folder" in given or not getattr(measure, "writes_files", True):
        return measure(**given)
    partial = files.with_name(f".{files.name[:WORD]}-{secrets.token_hex(4)}{PARTIAL}")
    partial.mkdir(parents=True)
    try:
        returned = measure(**given, folder=partial)
        force_to_disk((path for path in partial.rglob("*") if path.is_file()), partial)
        shutil.rmtree(files, ignore_errors=True)
        if any(partial.iterdir()):
            rename(partial, files)
            force_to_disk([files], files.parent.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return returned


def _takes_all(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())


def peak_memory() -> float:
    """Largest resident memory of this process so far, in bytes; 0 where the system does not tell."""
    try:
        # on Linux getrusage counts what the parent had when it started this process
        with open("/proc/self/status", encoding="ascii") as lines:
            return next(1024.0 * float(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return 0.0
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)  # macOS counts in bytes


def can_forget_peak_memory() -> bool:
    """Whether `prepare_process` makes the memory that earlier studies needed count no more."""
    return FORGET.exists()


def _forget_peak_memory() -> None:
    with contextlib.suppress(OSError):
        FORGET.write_text("5", encoding="ascii")  # resets VmHWM, see proc(5)


@functools.cache
def _watch_parent() -> None:
    threading.Thread(target=_end_with_parent, name="neurosim parent", daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
