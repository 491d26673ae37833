"""Threads that run whole kernels in parallel.

Kernels release the GIL, so ordinary threads run them in parallel: no second compilation for parallel use, and no
second thread pool that competes for the cores. Only a single trial of a large network is divided inside its kernel,
since its tiles have to be synchronized in every stage.

To wake a sleeping thread takes up to a quarter of a millisecond, longer than a small batch; a thread therefore polls
for new work for a while before it sleeps.
"""

from __future__ import annotations

import functools
import itertools
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np

from neurosim.interruptions import delay_interrupts
from neurosim.kernels.runtime.shared_flag import wait_for_change
from neurosim.validation import whole_number

__all__ = ["run_in_threads", "shares", "threads_available"]

LOOKS = 1_000_000
"""Number of polls before a thread sleeps, about a third of a millisecond."""

Calls = Sequence[Sequence[Any]]


def threads_available(threads: int | None) -> int:
    """Number of threads to use: the argument, or else as many as numba has, and never more (NUMBA_NUM_THREADS)."""
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    return most if threads is None else min(whole_number("threads", threads), most)


class _Worker:
    """Thread that runs the calls that are posted to it."""

    def __init__(self) -> None:
        self._posted, self._finished = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self._work, self._done = threading.Event(), threading.Event()
        self._job: tuple[Callable[..., None], Calls] | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._serve, name="neurosim", daemon=True).start()

    def post(self, function: Callable[..., None], calls: Calls) -> None:
        """Start these calls."""
        self._job, self._error = (function, calls), None
        self._posted[0] += 1
        self._work.set()

    def wait(self) -> None:
        """Wait for the end of the posted calls, and raise their error."""
        # the event may still be set from the calls before; only the count tells that these are finished
        while not wait_for_change(self._finished, self._posted[0] - 1, LOOKS):
            self._done.wait()
            self._done.clear()
        if self._error is not None:
            raise self._error

    def _serve(self) -> None:
        seen = 0
        while True:
            if not wait_for_change(self._posted, seen, LOOKS):
                self._work.wait()
            self._work.clear()
            if self._posted[0] == seen:
                continue
            seen = int(self._posted[0])
            assert self._job is not None
            function, calls = self._job
            try:
                for arguments in calls:
                    function(*arguments)
            except BaseException as error:
                self._error = error
            self._job = function = calls = arguments = None  # type: ignore[assignment]
            self._finished[0] = seen
            self._done.set()


@functools.cache
def _workers(count: int) -> list[_Worker]:
    return [_Worker() for _ in range(count)]


# threads do not survive in a forked process
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)

_busy = threading.Lock()


def run_in_threads(function: Callable[..., None], calls: Calls, threads: int | None = None) -> None:
    """Call a compiled function with each of the argument lists, by some threads, and wait for all of them.

    Default: one thread per list, of which the caller is one. Ctrl-C is raised when all calls are finished, so that all
    shares of the work have made the same number of steps and compilation is not interrupted.
    """
    count = len(calls) if threads is None else min(threads, len(calls))
    with delay_interrupts():
        # a call from another thread of the user runs in that thread alone
        if count > 1 and _busy.acquire(blocking=False):
            try:
                _divide_calls(function, calls, count)
            finally:
                _busy.release()
        else:
            for arguments in calls:
                function(*arguments)


def _divide_calls(function: Callable[..., None], calls: Calls, count: int) -> None:
    workers = _workers(count - 1)
    for k, worker in enumerate(workers, start=1):
        worker.post(function, calls[k::count])
    try:
        for arguments in calls[::count]:
            function(*arguments)
    finally:
        for worker in workers:
            worker.wait()


def shares(count: int, block: int, threads: int) -> list[tuple[int, int]]:
    """Divide range(count) into at most `threads` ranges whose bounds are multiples of `block`."""
    blocks = -(-count // block)
    parts = max(1, min(threads, blocks))
    bounds = [min(count, block * (k * blocks // parts)) for k in range(parts)] + [count]
    return list(itertools.pairwise(bounds))
