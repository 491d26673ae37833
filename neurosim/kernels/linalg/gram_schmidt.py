"""Gram–Schmidt orthonormalization of tangent vectors, with the factors that it takes out of them."""

from __future__ import annotations

import math

import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.products import overlap, reducing
from neurosim.kernels.runtime.jit import inlined, kernel

__all__ = ["factorize", "orthonormalize"]

PANEL = 4
"""Rows that are projected out of the others at once, so that each other row is loaded once for all of them."""


@inlined
def _remove(row, other):  # type: ignore[no-untyped-def]
    """Subtract from another row its projection on a row of length one, and return the projection."""
    share = overlap(row, other)
    for k in range(row.size):
        other[k] -= share * row[k]
    return share


@reducing
def _remove_panel(panel, one, two):  # type: ignore[no-untyped-def]
    """Subtract from two rows their projections on the rows of an orthonormal panel, and return these."""
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
    return p, q, r, s, t, u, v, w


@kernel
def factorize(rows, factors):  # type: ignore[no-untyped-def]
    """Make rows orthonormal in place by modified Gram–Schmidt in panels; ``factors @ rows`` is what they were.

    They are the transpose of R in the QR decomposition of the transposed rows. Orthogonality is lost by the condition
    number times rounding. For the gain over LAPACK see kernels/README.md.

    Cost: 2 units count² operations.

    Parameters
    ----------
    rows : ndarray, shape (count, units)
        Changed in place. Zeros at the end of rows stay zero; fastest where each row starts on a cache line.
    factors : ndarray, shape (count, >= count)
        Filled on and below the diagonal.
    """
    wide_vectors()
    count = rows.shape[0]
    for first in range(0, count, PANEL):
        last = min(first + PANEL, count)
        for i in range(first, last):
            row = rows[i]
            length = math.sqrt(overlap(row, row))
            factors[i, i] = length
            for k in range(row.size):
                row[k] /= length
            for j in range(i + 1, last):
                factors[j, i] = _remove(row, rows[j])
        for j in range(last, count - 1, 2):
            shares = _remove_panel(rows[first:last], rows[j], rows[j + 1])
            for k in range(PANEL):
                factors[j, first + k], factors[j + 1, first + k] = shares[k], shares[PANEL + k]
        if (count - last) % 2:
            for i in range(first, last):
                factors[count - 1, i] = _remove(rows[i], rows[count - 1])


def orthonormalize(rows: np.ndarray, lengths: np.ndarray) -> None:
    """Make rows orthonormal in place, and return in `lengths` the diagonal of the factors of `factorize`.

    The condition number of tangent vectors is small, since they turn little between two calls.

    Parameters
    ----------
    rows : ndarray, shape (count, units)
    lengths : ndarray, shape (count,)
    """
    factors = np.empty((len(rows), len(rows)), rows.dtype)
    factorize(rows, factors)
    lengths[:] = factors.diagonal()
