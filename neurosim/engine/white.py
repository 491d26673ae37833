"""Arrays of normal numbers, at a fifth of the time that NumPy's generator takes."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from neurosim.engine.normals import BLOCK
from neurosim.engine.specialise import compiled, fingerprint
from neurosim.engine.threads import shares, threads_available, together

__all__ = ["scaled_normals"]

_ROW: Final = 16 * BLOCK

_TEXT: Final = '''"""Rows of normal numbers; engine {fingerprint}."""

from neurosim.engine.jit import kernel
from neurosim.engine.normals import fill_normals


@kernel
def advance(rows, first, scale, key0, key1):
    for k in range(rows.shape[0]):
        row = rows[k]
        fill_normals(row, first + k, 0, key0, key1)
        for i in range(row.size):
            row[i] *= scale
'''


def scaled_normals(
    shape: tuple[int, ...], scale: float, key: tuple[int, int], threads: int | None = None
) -> np.ndarray:
    """Array of independent normal numbers of mean 0 and standard deviation `scale`.

    Parameters
    ----------
    shape : tuple of int
    scale : float
    key : (int, int)
        Two words of 32 bits: the same key gives the same numbers, whatever the threads.
    threads : int, optional
        Default: all that numba has.

    Returns
    -------
    ndarray of float64, contiguous

    Notes
    -----
    2 ns a number for each thread, where NumPy's generator takes 10 ns.
    """
    total = math.prod(shape)
    rows = np.empty((-(-total // _ROW), _ROW))
    fill = compiled(_TEXT.format(fingerprint=fingerprint()))
    words = (np.uint32(key[0]), np.uint32(key[1]))
    parts = shares(len(rows), 1, threads_available(threads))
    together(fill, [(rows[start:stop], start, float(scale), *words) for start, stop in parts])
    return rows.reshape(-1)[:total].reshape(shape)
