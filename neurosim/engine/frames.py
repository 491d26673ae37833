"""Orthonormal frames of tangent vectors."""

from __future__ import annotations

import math

from neurosim.engine.bits import wide_vectors
from neurosim.engine.jit import kernel
from neurosim.engine.products import overlap

__all__ = ["orthonormalise"]


@kernel
def orthonormalise(rows, lengths):  # type: ignore[no-untyped-def]
    """Make rows orthonormal in place, by modified Gram–Schmidt, and keep the lengths that they had on the way.

    `lengths` are the diagonal of R in the QR decomposition of the transpose. Between two calls vectors turn by little,
    so that the loss of orthogonality, condition number times rounding, does not matter. LAPACK would do; but its
    threads wait for each other a thousand times longer than the work takes where another program has the cores.

    Cost: 2 units count² operations.

    Parameters
    ----------
    rows : ndarray, shape (count, units)
        Changed in place.
    lengths : ndarray, shape (count,)
        Filled.
    """
    wide_vectors()
    for i in range(rows.shape[0]):
        row = rows[i]
        length = math.sqrt(overlap(row, row))
        lengths[i] = length
        for k in range(row.size):
            row[k] /= length
        for j in range(i + 1, rows.shape[0]):
            other = rows[j]
            share = overlap(row, other)
            for k in range(row.size):
                other[k] -= share * row[k]
