"""Weights from their matrix into the order in which products read them, as fast as they can be copied."""

from __future__ import annotations

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.runtime.jit import kernel

__all__ = ["pack_columns", "pack_rows"]


@kernel
def pack_columns(matrix, packed, strip):  # type: ignore[no-untyped-def]
    """Pack a matrix (units, sources) for currents of its units; what lies beyond them is left as it is.

    Parameters
    ----------
    matrix : ndarray, shape (units, sources), C-contiguous
    packed : ndarray, shape (sources, width)
        In strips of units, source after source (see `neurosim.kernels.linalg.panels`).
    strip : int
        Units of a strip.
    """
    wide_vectors()
    units, sources = matrix.shape
    flat = packed.reshape(packed.size)
    for low in range(0, packed.shape[1], strip):
        width = min(strip, packed.shape[1] - low)
        for i in range(low, min(low + width, units)):
            for j in range(sources):
                flat[sources * low + j * width + i - low] = matrix[i, j]


@kernel
def pack_rows(matrix, packed, strip):  # type: ignore[no-untyped-def]
    """Pack the transpose of a matrix (sources, units) for currents of its columns; else as `pack_columns`."""
    wide_vectors()
    sources, units = matrix.shape
    flat = packed.reshape(packed.size)
    for low in range(0, packed.shape[1], strip):
        width = min(strip, packed.shape[1] - low)
        inside = min(width, units - low)
        for j in range(sources):
            start = sources * low + j * width
            for i in range(inside):
                flat[start + i] = matrix[j, low + i]
