"""Threads around whole kernels.

Kernels release Python's global lock, so ordinary threads run them side by side: nothing has to be compiled a second
time for parallel use, and no second pool is there to fight with. Only one trial of a large network is divided
inside its kernel, since its tiles have to wait for each other in every stage.

To wake a thread that sleeps takes a quarter of a millisecond where the processor sleeps with it, longer than a small
batch takes; a thread therefore watches its mailbox for a while after its work before it goes to sleep.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numba
import numpy as np

from neurosim.kernels.runtime.shared_flag import wait_for_change
from neurosim.validation import whole_number

__all__ = ["run_in_threads", "shares", "threads_available"]

LOOKS = 1_000_000
"""How often a thread looks for work before it sleeps: for about a third of a millisecond."""

Calls = Sequence[Sequence[Any]]


def threads_available(threads: int | None) -> int:
    """Threads to use: as many as asked for, and at most those that numba has (NUMBA_NUM_THREADS)."""
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    return most if threads is None else min(whole_number("threads", threads), most)


class _Worker:
    """A thread that does what is posted to it."""

    def __init__(self) -> None:
        self._posted, self._finished = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self._work, self._done = threading.Event(), threading.Event()
        self._job: tuple[Callable[..., None], Calls] | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._serve, name="neurosim", daemon=True).start()

    def post(self, function: Callable[..., None], calls: Calls) -> None:
        """Begin with these calls."""
        self._job, self._error = (function, calls), None
        self._posted[0] += 1
        self._work.set()

    def wait(self) -> None:
        """Wait for the end of what was posted; raises what it raised."""
        # a thread may say late that it was done with the work before; its number alone counts
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


# threads do not live on in a process that is forked
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)

_busy = threading.Lock()


@contextlib.contextmanager
def _delay_interrupts() -> Iterator[None]:
    """Let Ctrl-C take effect at the end of the block."""
    ours = threading.current_thread() is threading.main_thread()
    if not (ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler):
        yield
        return
    came = []
    signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt


def run_in_threads(function: Callable[..., None], calls: Calls, threads: int | None = None) -> None:
    """Call a compiled function with each of the argument lists, by some threads, and wait for all of them.

    Default: a thread for each, of which the caller is one. Ctrl-C is raised after all have come to their end, so that
    no share of the work is left behind the others, and nothing breaks into the compiler.
    """
    count = len(calls) if threads is None else min(threads, len(calls))
    with _delay_interrupts():
        # whoever calls from a second thread of his own does his work alone
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
    """Divide `count` things into at most `threads` ranges whose bounds are multiples of `block`."""
    blocks = -(-count // block)
    parts = max(1, min(threads, blocks))
    bounds = [min(count, block * (k * blocks // parts)) for k in range(parts)] + [count]
    return list(itertools.pairwise(bounds))
