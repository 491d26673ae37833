"""One thread for NumPy's linear algebra, where many small matrices follow each other."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

__all__ = ["one_blas_thread"]

FOLDERS = ("../numpy.libs", ".dylibs")
"""Where NumPy's wheels keep OpenBLAS, from the folder of the package: on Linux and Windows, and on macOS."""
NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold NumPy's OpenBLAS at one thread; where NumPy brings none of its own, nothing changes.

    Its threads wait for each other in every small product and watch for work in between. On matrices of 100 rows that
    gains nothing, and where another program has the second core, each has to wait until the system takes turns:
    eigenvalues of 27 matrices took 11 s instead of 0.15 s. It holds for the whole process, until the end of the block.
    """
    pool = _pool()
    if pool is None:
        yield
        return
    count, limit = pool
    before = count()
    limit(1)
    try:
        yield
    finally:
        limit(before)


@functools.cache
def _pool() -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """Functions that tell and set the number of threads of NumPy's own OpenBLAS."""
    package = Path(np.__file__).parent
    for path in (file for folder in FOLDERS for file in sorted((package / folder).glob("*openblas*"))):
        library = ctypes.CDLL(str(path))
        for name in NAMES:
            if hasattr(library, name.format("set")):
                return getattr(library, name.format("get")), getattr(library, name.format("set"))
    return None
