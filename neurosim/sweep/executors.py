"""Executors of the user: pools, Dask clients, and addresses of Dask schedulers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

from neurosim.errors import ParameterError
from neurosim.sweep.processes import cores
from neurosim.sweep.workers import ExecutorWorkers

__all__ = ["executor_workers"]

PATIENCE = 10.0
"""Seconds to wait for a scheduler."""
REFRESH = 2.0
"""Seconds between two looks at the size of a cluster."""


@contextlib.contextmanager
def executor_workers(executor: Any) -> Iterator[ExecutorWorkers]:
    """Workers of what the user gave.

    Parameters
    ----------
    executor : concurrent.futures.Executor, distributed.Client or str
        A string is the address of a Dask scheduler, such as ``"tcp://head:8786"``.
    """
    if isinstance(executor, str):
        with _client_at(executor) as client:
            yield _workers_of_client(client)
    elif hasattr(executor, "get_executor"):
        yield _workers_of_client(executor)
    elif isinstance(executor, Executor):
        count = getattr(executor, "_max_workers", None) or cores()
        yield ExecutorWorkers(executor, lambda: int(count))
    else:
        raise ParameterError(
            f"executor must be a concurrent.futures.Executor, a Dask client or the address of a Dask scheduler (got "
            f"{executor!r}); leave it out for processes of this machine."
        )


def _workers_of_client(client: Any) -> ExecutorWorkers:
    return ExecutorWorkers(
        client.get_executor(pure=False), _refresh_seldom(lambda: sum(client.nthreads().values()))
    )


@contextlib.contextmanager
def _client_at(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise ParameterError(
            f"executor = {address!r} needs Dask; install it with  python -m pip install 'neurosim-rnn[dask]'."
        ) from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ParameterError(
            f"executor must be the address of a Dask scheduler that runs (got {address!r}, which does not answer: "
            f"{error}); start one with  dask scheduler  and give the address that it prints."
        ) from error
    with client:
        yield client


def _refresh_seldom(count: Callable[[], int]) -> Callable[[], int]:
    """Number that is asked for at most every two seconds."""
    asked, known = -REFRESH, 0

    def current() -> int:
        nonlocal asked, known
        if time.monotonic() - asked > REFRESH:
            asked, known = time.monotonic(), count()
        return known

    return current
