"""Workers: processes of this machine, or an executor of the user."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from itertools import islice
from typing import Any, ClassVar, Protocol

from neurosim.errors import ParameterError
from neurosim.free_memory import available_memory
from neurosim.sweep.processes import KERNELS, Kind, WorkerProcess, cores, release_process, start_process
from neurosim.validation import whole_number

__all__ = [
    "ExecutorWorkers",
    "ProcessWorkers",
    "Workers",
    "is_lost",
    "largest_memory",
    "local_workers",
    "require_guarded_script",
]

LOOKED_AT = 200
"""Points whose memory and disk are estimated before the start."""

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
        thing = measure if hasattr(measure, "__qualname__") else type(measure)
        self._available = available_memory()
        kind = Kind(min(threads, int(os.environ.get(KERNELS, threads))), with_script)
        self._start = partial(start_process, kind, thing.__module__, thing.__qualname__)
        self._processes: list[WorkerProcess] = []
        try:
            for _ in range(count):
                self._processes.append(self._start())
            # a process that cannot start, or cannot import the function, fails here and not at every point
            self._require_started(self._processes[0])
        except BaseException:
            self.close(kill=True)
            raise

    def capacity(self) -> int:
        """Number of processes."""
        return len(self._processes)

    def free(self) -> int:
        """Number of processes without a task."""
        return sum(process.is_free() for process in self._processes)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run a function in a process that has no task; one that was killed while it was idle is replaced."""
        place = next(k for k, process in enumerate(self._processes) if process.is_free())
        try:
            return self._processes[place].submit(function, *arguments)
        except BrokenExecutor:
            # killed while it was idle
            self._processes[place] = self._start()
            return self._processes[place].submit(function, *arguments)

    def observe(self, memory: float) -> str:
        """Stop an idle process if not all fit into memory; returns what was done, or an empty text."""
        count = len(self._processes)
        fitting = max(1, int(self._available / memory)) if memory else count
        free = [process for process in self._processes if process.is_free()]
        if fitting >= count or not free:
            return ""
        self._processes.remove(free[0])
        free[0].close(kill=False)
        return f"the number of workers falls to {count - 1}, since each needs {memory / 1e9:.3g} GB"

    def close(self, *, kill: bool) -> None:
        """End all processes, those that compute only if `kill` is true; without it `keep_processes` may keep them."""
        for process in self._processes:
            if kill:
                process.close(kill=True)
            else:
                release_process(process)

    @staticmethod
    def _require_started(process: WorkerProcess) -> None:
        try:
            process.wait_until_ready()
        except BrokenExecutor as error:
            raise ParameterError(UNGUARDED) from error


def require_guarded_script() -> None:
    """Raise in a worker that comes to a study while it imports the script, as `multiprocessing` does a little later."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ParameterError(UNGUARDED)


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
