"""Worker processes of this machine, which one study may leave to the next."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from neurosim.sweep.worker import can_forget_peak_memory, prepare_process

__all__ = ["KERNELS", "Kind", "WorkerProcess", "cores", "keep_processes", "release_process", "start_process"]

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
KERNELS = "NUMBA_NUM_THREADS"
TURNS = "NEUROSIM_SHARED_COMPILATION"
"""Workers take turns at compiling, see `neurosim.kernels.runtime.shared_compilation`, which is costly to import."""

_kept: ContextVar[list[WorkerProcess] | None] = ContextVar("kept", default=None)


def cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@dataclass(frozen=True)
class Kind:
    """What a process is started with, and cannot change.

    Parameters
    ----------
    threads : int
        For compiled kernels. BLAS always has one.
    with_script : bool
        Whether it imports the script that is run. That script then needs ``if __name__ == "__main__"``.
    """

    threads: int
    with_script: bool

    @contextlib.contextmanager
    def surroundings(self) -> Iterator[None]:
        """Environment and main module that a new process gets."""
        changes = {**dict.fromkeys(POOLS, "1"), KERNELS: str(self.threads), TURNS: "1"}
        with _environment(changes), contextlib.nullcontext() if self.with_script else _hide_script():
            yield


class WorkerProcess:
    """One process, and the task that it has.

    It is a pool of its own, so that its end leaves the others alone.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._ready: Future[int]
        self._task: Future[Any] | None = None

    def prepare(self, module: str, name: str) -> None:
        """Begin to import the function that it is to measure.

        Raises
        ------
        BrokenExecutor
            When the process has been killed.
        """
        with self.kind.surroundings():
            self._ready = self._pool.submit(prepare_process, module, name)

    def wait_until_ready(self) -> int:
        """Wait for the import, and raise what it raised; returns the number of the process."""
        return self._ready.result()

    def is_free(self) -> bool:
        """Whether it has no task."""
        return self._task is None or self._task.done()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task."""
        self._task = self._pool.submit(function, *arguments)
        return self._task

    def close(self, *, kill: bool) -> None:
        """End it after its task, or at once."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if kill and self._ready.done() and not self._ready.exception():
            with contextlib.suppress(OSError):
                os.kill(self._ready.result(), signal.SIGTERM)


@contextlib.contextmanager
def keep_processes() -> Iterator[None]:
    """Leave the processes of a study that has ended to those that follow in this block.

    That spares each study the seconds in which new processes import the package and load the kernels. Where the system
    does not let a process forget how much memory it needed at most (only Linux does), every study starts its own, since
    their number follows from that.
    """
    if _kept.get() is not None or not can_forget_peak_memory():
        yield
        return
    kept: list[WorkerProcess] = []
    before = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(before)
        for process in kept:
            process.close(kill=False)


def start_process(kind: Kind, module: str, name: str) -> WorkerProcess:
    """Process that imports a function: one that was kept, or a new one."""
    kept = _kept.get() or []
    for process in [process for process in kept if process.kind == kind]:
        kept.remove(process)
        # one that was killed meanwhile is of no use
        with contextlib.suppress(BrokenExecutor):
            process.prepare(module, name)
            process.wait_until_ready()
            return process
    process = WorkerProcess(kind)
    process.prepare(module, name)
    return process


def release_process(process: WorkerProcess) -> None:
    """Keep a process for the next study in a block of `keep_processes`, else end it."""
    kept = _kept.get()
    if kept is None or not process.is_free():
        process.close(kill=False)
        return
    kept.append(process)
    # some of another kind may come into use again, but idle processes hold memory
    if len(kept) > 2 * cores():
        kept.pop(0).close(kill=False)


@contextlib.contextmanager
def _hide_script() -> Iterator[None]:
    """Let processes that start in this block not import the script that is run.

    A spawned process imports the file of ``__main__``, so that a script without ``if __name__ == "__main__"`` would run
    again in each.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


@contextlib.contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    """Environment that new processes get."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
