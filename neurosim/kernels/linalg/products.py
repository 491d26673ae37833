"""Products of weights and rates inside a kernel, each added to the currents.

Dense weights are stored by *columns of W* in panels of a few vectors of target units (see `panels`). The current of a
unit is one chain of fused multiply-adds in the order of the sources: it does not depend on the vector width, on the
tile, on the other trials or on the thread.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.panels import (
    MANY_STRIP,
    ONE_STRIP,
    ONE_VECTORS,
    TRIALS,
    VECTOR,
    add_panel_to_many,
    add_panel_to_one,
)
from neurosim.kernels.runtime.jit import FAST_MATH, inlined

__all__ = ["add_dense", "add_dense_to_one", "add_low_rank", "add_sparse", "overlap"]

# the product for several trials is long; as a call it shortens the compilation of the time loop
outlined: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH)
# sums along one row may be split into vector lanes; the split depends on the length alone
reducing: Final = numba.njit(nogil=True, error_model="numpy", fastmath=FAST_MATH | {"reassoc"})
# gathers that LLVM makes out of an indexed sum under fast mathematics are twice as slow as scalar loads
indexed: Final = numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})


@inlined
def add_dense_to_one(columns, rates, currents, sources):  # type: ignore[no-untyped-def]
    """Add ``rates @ columns`` to the currents of one trial, all (1, ...); columns packed in strips of `ONE_STRIP`."""
    wide_vectors()
    lanes = VECTOR // currents.itemsize
    vectors = currents.shape[1] // lanes
    strips = -(-vectors // ONE_STRIP)
    panels = -(-strips * ONE_STRIP // ONE_VECTORS)
    for p in range(panels):
        low, high = ONE_STRIP * (p * strips // panels), ONE_STRIP * ((p + 1) * strips // panels)
        add_panel_to_one(columns, rates, currents, 0, 1, low * lanes, min(high, vectors) - low, sources)


@outlined
def add_dense(columns, rates, currents, first, last, sources):  # type: ignore[no-untyped-def]
    """Add ``rates @ columns`` to the currents of trials first to last - 1.

    Shapes: columns (sources, width) in strips of `MANY_STRIP`, rates (trials, >= sources), currents (trials, width).
    """
    wide_vectors()
    lanes = VECTOR // currents.itemsize
    vectors, trials = currents.shape[1] // lanes, last - first
    blocks = -(-trials // TRIALS)
    for low in range(0, vectors, MANY_STRIP):
        count = min(MANY_STRIP, vectors - low)
        for b in range(blocks):
            start, end = first + b * trials // blocks, first + (b + 1) * trials // blocks
            add_panel_to_many(columns, rates, currents, start, end - start, low * lanes, count, sources)


@indexed
def _add_sparse_to_one(starts, sources, weights, rates, currents):  # type: ignore[no-untyped-def]
    wide_vectors()
    for i in range(starts.size - 1):
        first, last = starts[i], starts[i + 1]
        fours = first + (last - first) // np.uint64(4) * np.uint64(4)
        a = b = c = d = rates.dtype.type(0.0)
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
    total = vector.dtype.type(0.0)
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
