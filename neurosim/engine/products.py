"""Products of weights and rates inside a kernel, each adding to currents that are there already.

Dense weights are stored by *columns of W*, one contiguous row of targets for each source unit, so that the inner
loop runs along memory and no sum is ever reordered: the current of a unit does not depend on
the vector width, on the tile or on the thread that computes it. Sums are written as chains, each link of
which is one fused multiply-add.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from neurosim.engine.bits import wide_vectors
from neurosim.engine.jit import FAST_MATH, inlined

__all__ = ["add_dense", "add_dense_to_one", "add_low_rank", "add_sparse", "overlap"]

# a product for several trials may stay a call: it is long, and the time loop is compiled faster without it
outlined: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH)
# sums along one row may be split into vector lanes; the split depends on the length alone
reducing: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH | {"reassoc"})
# gathers that LLVM makes out of an indexed sum under fast mathematics are twice as slow as scalar loads
indexed: Final = numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})


@inlined
def add_dense_to_one(columns, rates, currents, sources):  # type: ignore[no-untyped-def]
    """Add ``rates @ columns`` to the currents of one trial.

    Shapes: columns (sources, >= width), rates (>= sources,), currents (width,). Eight columns are added at a time, so
    that each current is loaded and stored once for eight sources.
    """
    eights = sources // 8 * 8
    for j in range(0, eights, 8):
        r0, r1, r2, r3 = rates[j], rates[j + 1], rates[j + 2], rates[j + 3]
        r4, r5, r6, r7 = rates[j + 4], rates[j + 5], rates[j + 6], rates[j + 7]
        c0, c1, c2, c3 = columns[j], columns[j + 1], columns[j + 2], columns[j + 3]
        c4, c5, c6, c7 = columns[j + 4], columns[j + 5], columns[j + 6], columns[j + 7]
        for i in range(currents.size):
            early = (((currents[i] + c0[i] * r0) + c1[i] * r1) + c2[i] * r2) + c3[i] * r3
            currents[i] = (((early + c4[i] * r4) + c5[i] * r5) + c6[i] * r6) + c7[i] * r7
    for j in range(eights, sources):
        r0, c0 = rates[j], columns[j]
        for i in range(currents.size):
            currents[i] += c0[i] * r0


@inlined
def _add_dense_to_four(columns, rates, currents, first, sources):  # type: ignore[no-untyped-def]
    """Add four columns to four trials at a time: sixteen products for each eight loads."""
    width = currents.shape[1]
    p, q, r, s = rates[first], rates[first + 1], rates[first + 2], rates[first + 3]
    x, y, z, w = currents[first], currents[first + 1], currents[first + 2], currents[first + 3]
    fours = sources // 4 * 4
    for j in range(0, fours, 4):
        p0, p1, p2, p3 = p[j], p[j + 1], p[j + 2], p[j + 3]
        q0, q1, q2, q3 = q[j], q[j + 1], q[j + 2], q[j + 3]
        r0, r1, r2, r3 = r[j], r[j + 1], r[j + 2], r[j + 3]
        s0, s1, s2, s3 = s[j], s[j + 1], s[j + 2], s[j + 3]
        c0, c1, c2, c3 = columns[j], columns[j + 1], columns[j + 2], columns[j + 3]
        for i in range(width):
            d0, d1, d2, d3 = c0[i], c1[i], c2[i], c3[i]
            x[i] = (((x[i] + d0 * p0) + d1 * p1) + d2 * p2) + d3 * p3
            y[i] = (((y[i] + d0 * q0) + d1 * q1) + d2 * q2) + d3 * q3
            z[i] = (((z[i] + d0 * r0) + d1 * r1) + d2 * r2) + d3 * r3
            w[i] = (((w[i] + d0 * s0) + d1 * s1) + d2 * s2) + d3 * s3
    for j in range(fours, sources):
        p0, q0, r0, s0, c0 = p[j], q[j], r[j], s[j], columns[j]
        for i in range(width):
            d0 = c0[i]
            x[i] += d0 * p0
            y[i] += d0 * q0
            z[i] += d0 * r0
            w[i] += d0 * s0


@outlined
def add_dense(columns, rates, currents, first, last, sources):  # type: ignore[no-untyped-def]
    """Add ``rates @ columns`` to the currents of trials first to last - 1.

    Shapes: columns (sources, >= width), rates (trials, >= sources), currents (trials, width).
    """
    wide_vectors()
    fours = first + (last - first) // 4 * 4
    for q in range(first, fours, 4):
        _add_dense_to_four(columns, rates, currents, q, sources)
    for q in range(fours, last):
        add_dense_to_one(columns, rates[q], currents[q], sources)


@indexed
def _add_sparse_to_one(starts, sources, weights, rates, currents):  # type: ignore[no-untyped-def]
    wide_vectors()
    for i in range(starts.size - 1):
        first, last = starts[i], starts[i + 1]
        fours = first + (last - first) // np.uint64(4) * np.uint64(4)
        a = b = c = d = rates[0] * 0
        for k in range(first, fours, np.uint64(4)):
            a += weights[k] * rates[sources[k]]
            b += weights[k + np.uint64(1)] * rates[sources[k + np.uint64(1)]]
            c += weights[k + np.uint64(2)] * rates[sources[k + np.uint64(2)]]
            d += weights[k + np.uint64(3)] * rates[sources[k + np.uint64(3)]]
        for k in range(fours, last):
            a += weights[k] * rates[sources[k]]
        currents[i] += (a + b) + (c + d)


@outlined
def add_sparse(starts, sources, weights, rates, currents, first, last):  # type: ignore[no-untyped-def]
    """Add the product with rows of a CSR matrix (uint64 starts, uint32 sources) to currents of those rows."""
    for q in range(first, last):
        _add_sparse_to_one(starts, sources, weights, rates[q], currents[q])


@reducing
def overlap(vector, rates):  # type: ignore[no-untyped-def]
    """Sum of products of two rows of equal length."""
    wide_vectors()
    total = vector[0] * 0
    for i in range(rates.size):
        total += vector[i] * rates[i]
    return total


@outlined
def add_low_rank(left, overlaps, currents):  # type: ignore[no-untyped-def]
    """Add ``sum_k left[k] * overlaps[k]`` to one row of currents; left is (rank, width)."""
    wide_vectors()
    for k in range(left.shape[0]):
        strength, direction = overlaps[k], left[k]
        for i in range(currents.size):
            currents[i] += direction[i] * strength
