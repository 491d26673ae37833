"""Number of threads of the linear algebra library (BLAS), for code that solves many small problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread in this process until the end of the block; also a decorator.

    The threads of OpenBLAS wait for each other in every small product and spin in between. On matrices of 100 rows that
    gains nothing, and where another program has the second core, each has to wait until the system switches:
    eigenvalues of 27 matrices took 11 s instead of 0.15 s.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        yield
