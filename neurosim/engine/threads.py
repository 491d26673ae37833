"""Threads around whole kernels.

Kernels release Python's global lock, so ordinary threads run them side by side: nothing has to be compiled a second
time for parallel use, there is no pool that spins between steps, and no second pool to fight with. Only one trial
of a large network is divided inside its kernel, since its tiles have to wait for each other in every stage.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numba

from neurosim.validation import whole_number

__all__ = ["shares", "threads_available", "together"]


def threads_available(threads: int | None) -> int:
    """Threads to use: as many as asked for, and at most those that numba has (NUMBA_NUM_THREADS)."""
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    return most if threads is None else min(whole_number("threads", threads), most)


@functools.cache
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="neurosim")


def together(
    function: Callable[..., None], calls: Sequence[Sequence[Any]], threads: int | None = None
) -> None:
    """Call a compiled function with each of the argument lists, by some threads, and wait for all of them.

    Default: a thread for each. Ctrl-C is raised after all have come to their end, so that no thread is left behind the
    others. A function that has still to be compiled is not called from the main thread, where Ctrl-C would break into
    the compiler.
    """
    workers = len(calls) if threads is None else min(threads, len(calls))
    if workers == 1 and getattr(function, "overloads", None):
        for arguments in calls:
            function(*arguments)
        return
    running: list[Future[None]] = [_pool(workers).submit(function, *arguments) for arguments in calls]
    try:
        wait(running)
    finally:
        wait(running)
    for future in running:
        future.result()


def shares(count: int, block: int, threads: int) -> list[tuple[int, int]]:
    """Divide `count` things into at most `threads` ranges whose bounds are multiples of `block`."""
    blocks = -(-count // block)
    parts = max(1, min(threads, blocks))
    bounds = [min(count, block * (k * blocks // parts)) for k in range(parts)] + [count]
    return list(itertools.pairwise(bounds))
