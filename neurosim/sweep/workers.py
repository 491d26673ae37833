"""Workers: processes of this machine, or an executor of the user."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from itertools import islice
from types import ModuleType
from typing import Any, ClassVar, Protocol

from neurosim.errors import ParameterError
from neurosim.free_memory import available_memory
from neurosim.sweep.worker import prepare_process
from neurosim.validation import whole_number

__all__ = [
    "ExecutorWorkers",
    "ProcessWorkers",
    "Workers",
    "cores",
    "is_lost",
    "largest_memory",
    "local_workers",
    "require_guarded_script",
]

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
KERNELS = "NUMBA_NUM_THREADS"
LOOKED_AT = 200
"""Points whose memory and disk are estimated before the start."""

TURNS = "NEUROSIM_SHARED_COMPILATION"
"""Workers take turns at compiling, see `neurosim.kernels.runtime.shared_compilation`, which is costly to import."""

UNGUARDED = (
    "worker processes end as soon as they start; a script that runs a study needs the line  "
    "if __name__ == '__main__':  before study.run(...), since every worker imports it."
)

FOOTPRINT = 250e6
"""Bytes of a worker that has imported neurosim and runs a small network."""


class Workers(Protocol):
    """Interface of workers to the scheduler."""

    shared: ClassVar[bool]
    """Whether several tasks may be lost with one worker."""

    def free(self) -> int:
        """How many more tasks they can take."""

    def capacity(self) -> int:
        """How many tasks they can have at a time."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task."""

    def observe(self, memory: float) -> str:
        """Take note of what a worker needed, in bytes; returns what changes by that, if anything."""

    def close(self, *, kill: bool) -> None:
        """End, at once or after the present tasks."""


def cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def is_lost(error: BaseException) -> bool:
    """Whether an error says that a worker was killed, rather than what a function raised."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def local_workers(
    measure: Any,
    points: int,
    workers: int | None = None,
    memory: float | None = None,
    *,
    with_script: bool = True,
) -> tuple[ProcessWorkers, str]:
    """Processes of this machine, no more than there are points or than fit into memory.

    Parameters
    ----------
    measure : callable
    points : int
        That are to be computed.
    workers : int, optional
        Default: one for each core.
    memory : float, optional
        What one worker needs, in bytes. Default: that of a small network, corrected by the first points.
    with_script : bool, optional
        Whether workers have to import the script that is run, since the function or a value is defined there.

    Returns
    -------
    workers : ProcessWorkers
    note : str
        Why there are fewer than asked for; empty where there are not.
    """
    wanted = min(whole_number("workers", cores() if workers is None else workers), max(points, 1))
    each = FOOTPRINT if memory is None else memory
    fitting = max(1, math.floor(min(available_memory() / each, wanted)))
    note = ""
    if fitting < wanted:
        note = f"{fitting} of {wanted} workers fit into memory, at {each / 1e9:.3g} GB each"
    return ProcessWorkers(measure, fitting, max(1, cores() // fitting), with_script=with_script), note


def largest_memory(measure: Any, points: Iterable[Mapping[str, Any]]) -> float | None:
    """Bytes of the most costly among some points; None where the measure does not tell.

    Parameters
    ----------
    measure : callable
        With a method ``memory`` of the values of a point, such as a `DeclaredMeasure`.
    points : iterable of mapping
        Points that differ in their seed alone cost the same; of the others the first two hundred are looked at.
    """
    if not hasattr(measure, "memory"):
        return None
    distinct = {str({**values, "seed": 0}): values for values in points}
    return max(float(measure.memory(values)) for values in islice(distinct.values(), LOOKED_AT))


class ProcessWorkers:
    """Processes of this machine, each in a pool of its own, so that the end of one leaves the others alone.

    Parameters
    ----------
    measure : callable
    count : int
    threads : int
        Threads of each for compiled kernels. BLAS always has one.
    with_script : bool, optional
        Whether they import the script that is run. That script then needs ``if __name__ == "__main__"``.
    """

    shared: ClassVar[bool] = False

    def __init__(self, measure: Any, count: int, threads: int, *, with_script: bool = True) -> None:
        self._with_script = with_script
        thing = measure if hasattr(measure, "__qualname__") else type(measure)
        self._target, self._available = (thing.__module__, thing.__qualname__), available_memory()
        limits = {
            **dict.fromkeys(POOLS, "1"),
            KERNELS: str(min(threads, int(os.environ.get(KERNELS, threads)))),
            TURNS: "1",
        }
        self._environment = contextlib.ExitStack()
        self._environment.enter_context(_environment(limits))
        self._slots: list[_Slot] = []
        try:
            self._slots = [_Slot(self._target, self._with_script) for _ in range(count)]
            # a process that cannot start, or cannot import the function, fails here and not at every point
            for slot in self._slots[:1]:
                slot.require_started()
        except BaseException:
            self.close(kill=True)
            raise

    def capacity(self) -> int:
        """Number of processes."""
        return len(self._slots)

    def free(self) -> int:
        """Number of processes without a task."""
        return sum(slot.is_free() for slot in self._slots)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run a function in a process that has no task; one that was killed while it was idle is replaced."""
        place = next(k for k, slot in enumerate(self._slots) if slot.is_free())
        try:
            return self._slots[place].submit(function, *arguments)
        except BrokenExecutor:
            # killed while it was idle
            self._slots[place] = _Slot(self._target, self._with_script)
            return self._slots[place].submit(function, *arguments)

    def observe(self, memory: float) -> str:
        """Stop an idle process if not all fit into memory; returns what was done, or an empty text."""
        count = len(self._slots)
        fitting = max(1, int(self._available / memory)) if memory else count
        free = [slot for slot in self._slots if slot.is_free()]
        if fitting >= count or not free:
            return ""
        self._slots.remove(free[0])
        free[0].close(kill=False)
        return f"the number of workers falls to {count - 1}, since each needs {memory / 1e9:.3g} GB"

    def close(self, *, kill: bool) -> None:
        """End all processes, those that compute only if `kill` is true."""
        for slot in self._slots:
            slot.close(kill=kill)
        self._environment.close()


def require_guarded_script() -> None:
    """Raise in a worker that comes to a study while it imports the script, as `multiprocessing` does a little later."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ParameterError(UNGUARDED)


class _Slot:
    """One process, and the task that it has."""

    def __init__(self, target: tuple[str, str], with_script: bool) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        with contextlib.nullcontext() if with_script else _hide_script():
            self._process = self._pool.submit(prepare_process, *target)
        self._task: Future[Any] | None = None

    def require_started(self) -> None:
        try:
            self._process.result()
        except BrokenExecutor as error:
            raise ParameterError(UNGUARDED) from error

    def is_free(self) -> bool:
        return self._task is None or self._task.done()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self._task = self._pool.submit(function, *arguments)
        return self._task

    def close(self, *, kill: bool) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        if kill and self._process.done() and not self._process.exception():
            with contextlib.suppress(OSError):
                os.kill(self._process.result(), signal.SIGTERM)


class ExecutorWorkers:
    """Workers of an executor: a pool of the user's, or a Dask cluster.

    Parameters
    ----------
    executor : concurrent.futures.Executor
    count : callable
        How many points the workers compute at a time, which may change while they do.
    """

    shared: ClassVar[bool] = True
    AHEAD = 2
    """Tasks for each worker, so that none waits for the next one."""

    def __init__(self, executor: Executor, count: Callable[[], int]) -> None:
        self._executor, self._count = executor, count
        self._tasks: list[Future[Any]] = []

    def capacity(self) -> int:
        """Number of workers, at least 1."""
        return max(1, self._count())

    def free(self) -> int:
        """Number of tasks that may still be submitted."""
        self._tasks = [task for task in self._tasks if not task.done()]
        return self.AHEAD * self.capacity() - len(self._tasks)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit a function to the executor."""
        task = self._executor.submit(function, *arguments)
        self._tasks.append(task)
        return task

    def observe(self, memory: float) -> str:  # noqa: ARG002
        """Do nothing, since the executor is the user's; returns an empty text."""
        return ""

    def close(self, *, kill: bool) -> None:  # noqa: ARG002
        """Cancel the tasks that have not begun; the executor belongs to the user."""
        for task in self._tasks:
            task.cancel()


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
