"""Versions that a record keeps."""

from __future__ import annotations

import functools
import importlib.metadata
import platform

import neurosim

__all__ = ["versions"]


@functools.cache
def versions() -> dict[str, str]:
    """Versions of what computes: Python, neurosim, NumPy, SciPy and Numba."""
    found = {name: importlib.metadata.version(name) for name in ("numpy", "scipy", "numba")}
    return {"neurosim": neurosim.__version__, "python": platform.python_version(), **found}
