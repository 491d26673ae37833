"""Gram–Schmidt orthonormalization of tangent vectors."""

from __future__ import annotations

import math

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.products import overlap, reducing
from neurosim.kernels.runtime.jit import inlined, kernel

__all__ = ["orthonormalize"]

PANEL = 4
"""Rows that are projected out of the others at once, so that each other row is loaded once for all of them."""


@inlined
def _remove(row, other):  # type: ignore[no-untyped-def]
    """Subtract from another row its projection on a row of length one."""
    share = overlap(row, other)
    for k in range(row.size):
        other[k] -= share * row[k]


@reducing
def _remove_panel(panel, one, two):  # type: ignore[no-untyped-def]
    """Subtract from two rows their projections on the rows of an orthonormal panel."""
    wide_vectors()
    a, b, c, d = panel[0], panel[1], panel[2], panel[3]
    p = q = r = s = t = u = v = w = one.dtype.type(0.0)
    for k in range(one.size):
        p += a[k] * one[k]
        q += b[k] * one[k]
        r += c[k] * one[k]
        s += d[k] * one[k]
        t += a[k] * two[k]
        u += b[k] * two[k]
        v += c[k] * two[k]
        w += d[k] * two[k]
    for k in range(one.size):
        one[k] -= p * a[k] + q * b[k] + r * c[k] + s * d[k]
        two[k] -= t * a[k] + u * b[k] + v * c[k] + w * d[k]


@kernel
def orthonormalize(rows, lengths):  # type: ignore[no-untyped-def]
    """Make rows orthonormal in place by modified Gram–Schmidt in panels, and return the diagonal of R.

    `lengths` is the diagonal of R in the QR decomposition of the transpose. Orthogonality is lost by the condition
    number times rounding, which is small because vectors turn little between two calls. For the gain over LAPACK see
    kernels/README.md.

    Cost: 2 units count² operations.

    Parameters
    ----------
    rows : ndarray, shape (count, units)
        Changed in place. Zeros at the end of rows stay zero; fastest where each row starts on a cache line.
    lengths : ndarray, shape (count,)
        Filled.
    """
    wide_vectors()
    count = rows.shape[0]
    for first in range(0, count, PANEL):
        last = min(first + PANEL, count)
        for i in range(first, last):
            row = rows[i]
            length = math.sqrt(overlap(row, row))
            lengths[i] = length
            for k in range(row.size):
                row[k] /= length
            for j in range(i + 1, last):
                _remove(row, rows[j])
        for j in range(last, count - 1, 2):
            _remove_panel(rows[first:last], rows[j], rows[j + 1])
        if (count - last) % 2:
            for i in range(first, last):
                _remove(rows[i], rows[count - 1])
