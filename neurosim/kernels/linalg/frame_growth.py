r"""Growth of orthonormal frames under products of Jacobians, and the exact adjoint of that growth.

A frame, rows of K tangent vectors, is multiplied step by step with :math:`J = 1 + A + B W C`, where A, B and C are
diagonal in the units, and made orthonormal again: with columns, :math:`J Q = Q' R`. The adjoint of such a step for
cotangents :math:`\bar Q'` of the new frame and :math:`g_k` of :math:`\log R_{kk}` is

.. math:: \bar Z = \big(\bar Q' + Q'\,\mathrm{sym}(M)\big) R^{-T}, \qquad M = \mathrm{diag}(g) - \bar Q'^T Q',
          \qquad \bar Q = J^T \bar Z,

where sym copies the lower triangle of a matrix to the upper one. Since nothing but the diagonals of R counts, the
strict lower triangle of :math:`F = \bar Q'^T Q'` is zero: :math:`F + \mathrm{sym}(M)` is an upper triangular U, and one
step further back :math:`\bar Q^T Q = R^{-1} U R` is one as well. What rounding leaves there grows from step to step by
the ratio of two lengths, and is subtracted, as M does. Its copy in the upper triangle shrinks and is left out, which
saves half of two products.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.gram_schmidt import factorize
from neurosim.kernels.linalg.kernel_calls import addresses, dense, outer
from neurosim.kernels.linalg.layout import aligned_array, pack_columns, pack_rows
from neurosim.kernels.linalg.panels import LINE, MANY_STRIP, VECTOR
from neurosim.kernels.runtime.jit import inlined, kernel
from neurosim.kernels.runtime.threads import run_in_threads
from neurosim.validation import require_memory

__all__ = ["FrameGrowth", "Lost"]

FLOAT = np.dtype(np.float64)
LANES = VECTOR // FLOAT.itemsize
BLOCK = MANY_STRIP * LANES
"""Rows whose cotangents are solved for at once: the width of a strip of packed columns."""
LEAST = 1e3 * np.finfo(FLOAT).eps
"""Length relative to the largest below which the direction of a vector is no more than rounding."""


class Lost(NamedTuple):
    """Step that annihilates a tangent vector, and the index of the vector."""

    step: int
    vector: int


@inlined
def _combine(factors, row, total):  # type: ignore[no-untyped-def]
    """Sum over variables of the parts of a row times factors of the units."""
    for i in range(total.size):
        total[i] = factors[0, i] * row[0, i]
    for v in range(1, row.shape[0]):
        for i in range(total.size):
            total[i] += factors[v, i] * row[v, i]


@inlined
def _multiply_add(x, y, total):  # type: ignore[no-untyped-def]
    for i in range(total.size):
        total[i] += x[i] * y[i]


@inlined
def _subtract(row, factor, other):  # type: ignore[no-untyped-def]
    for i in range(row.size):
        row[i] -= factor * other[i]


@inlined
def _multiply(a, b, c, before, columns, dense_address, sent, pushed, after):  # type: ignore[no-untyped-def]
    """Rows after one step, ``before @ J.T``, and the currents W C that they send."""
    count, variables, width = before.shape
    for k in range(count):
        _combine(c, before[k], sent[k])
    pushed[:] = 0.0
    dense(dense_address, columns, sent, pushed, count, columns.shape[0])
    for k in range(count):
        for v in range(variables):
            own, later, current = before[k, v], after[k, v], pushed[k]
            for i in range(width):
                later[i] = own[i] + b[v, i] * current[i]
            for w in range(variables):
                _multiply_add(a[v, w], before[k, w], later)


@inlined
def _first_lost(factors):  # type: ignore[no-untyped-def]
    """First vector whose length vanishes or is not finite; -1 for none."""
    longest = 0.0
    for k in range(len(factors)):
        longest = max(longest, factors[k, k])
    for k in range(len(factors)):
        if not (factors[k, k] > LEAST * longest and factors[k, k] < math.inf):
            return k
    return -1


@kernel
def _advance(  # type: ignore[no-untyped-def]
    dense_address, columns, a, b, c, frames, pushed, factors, sent, logarithms, discard, lost
):
    """All steps of one trial; `lost` is the step and the vector where a length vanishes."""
    wide_vectors()
    steps, count = factors.shape[:2]
    width = pushed.shape[2]
    for t in range(steps):
        current = pushed[t % pushed.shape[0]]
        _multiply(a[t], b[t], c[t], frames[t], columns, dense_address, sent, current, frames[t + 1])
        factorize(frames[t + 1].reshape(count, frames.shape[2] * width), factors[t])
        vector = _first_lost(factors[t])
        if vector >= 0:
            lost[0], lost[1] = t, vector
            return
        if t >= discard:
            for k in range(count):
                logarithms[k] += math.log(factors[t, k, k])


@inlined
def _undo_factors(  # type: ignore[no-untyped-def]
    dense_address, outer_address, frames, factors, t, slopes, packed, shares, left, sums, by_rows
):
    """Turn the cotangents of frame t + 1 into those of the rows that it was made of, in place."""
    count, length = frames.shape[1:]
    pack_columns(frames[t + 1], packed, BLOCK)
    for first in range((count - 1) // BLOCK * BLOCK, -1, -BLOCK):
        last = min(first + BLOCK, count)
        rows, wide = last - first, min(first + BLOCK, packed.shape[1])
        overlaps, taken = shares[: rows * wide].reshape(rows, wide), sums[:rows]
        overlaps[:] = 0.0
        dense(dense_address, packed, by_rows[0, first:last], overlaps, rows, length)
        for j in range(last):
            for k in range(rows):
                left[0, j, k] = overlaps[k, j] if j <= first + k else 0.0
        for k in range(rows):
            left[0, first + k, k] -= slopes[first + k]
        taken[:] = 0.0
        outer(outer_address, left[:, :last], 0, frames[:, :last], t + 1, 1, taken, 1)
        outer(outer_address, factors[:, last:, first:], t, by_rows[:, last:], 0, 1, taken, 1)
        for k in range(last - 1, first - 1, -1):
            row = by_rows[0, k]
            _subtract(row, 1.0, taken[k - first])
            for j in range(k + 1, last):
                _subtract(row, factors[t, j, k], by_rows[0, j])
            inverse = 1.0 / factors[t, k, k]
            for i in range(length):
                row[i] *= inverse


@inlined
def _add_products(rows, others, sums):  # type: ignore[no-untyped-def]
    """Add the products of the variables of rows and of other rows, summed over the rows."""
    for k in range(rows.shape[0]):
        for v in range(rows.shape[1]):
            for w in range(others.shape[1]):
                _multiply_add(rows[k, v], others[k, w], sums[v, w])


@inlined
def _through_units(a, c, by_sent, above, by_rows):  # type: ignore[no-untyped-def]
    """Turn cotangents of the rows after a step into those before it, given those of the currents that they send."""
    count, variables, width = by_rows.shape
    for k in range(count):
        for v in range(variables):
            # an assignment of arrays would compile the texts of its errors, for seconds
            for i in range(width):
                above[v, i] = by_rows[k, v, i]
        for v in range(variables):
            _multiply_add(c[v], by_sent[k], by_rows[k, v])
            for w in range(variables):
                _multiply_add(a[w, v], above[w], by_rows[k, v])


@kernel
def _retreat(  # type: ignore[no-untyped-def]
    dense_address, outer_address, rows, a, b, c, frames, pushed, factors, slopes, discard, packed, shares, left, sums,
    by_rows, sent, by_pushed, by_sent, above, by_weights, by_a, by_b, by_c,
):  # fmt: skip
    """Add the derivatives by weights, a, b and c of one trial, for cotangents of the logarithms of its lengths.

    Those by a and b are left out where their arrays have no entries.
    """
    wide_vectors()
    steps, count = factors.shape[:2]
    variables, width = frames.shape[2:]
    flat = frames.reshape(steps + 1, count, variables * width)
    flat_by_rows = by_rows.reshape(1, count, variables * width)
    for t in range(steps - 1, -1, -1):
        if t == discard - 1:
            slopes[:] = 0.0
        _undo_factors(
            dense_address, outer_address, flat, factors, t, slopes, packed, shares, left, sums, flat_by_rows
        )
        for k in range(count):
            _combine(c[t], frames[t, k], sent[k])
            _combine(b[t], by_rows[k], by_pushed[0, k])
        by_sent[:] = 0.0
        dense(dense_address, rows, by_pushed[0], by_sent, count, rows.shape[0])
        outer(outer_address, by_pushed, 0, sent.reshape(1, count, width), 0, 1, by_weights, 1)
        _add_products(by_sent.reshape(count, 1, width), frames[t], by_c[t].reshape(1, variables, width))
        if by_a.size > 0:
            _add_products(by_rows, frames[t], by_a[t])
        if by_b.size > 0:
            _add_products(by_rows, pushed[t].reshape(count, 1, width), by_b[t].reshape(variables, 1, width))
        _through_units(a[t], c[t], by_sent, above, by_rows)


class FrameGrowth:
    """Growth of a frame along several trials.

    Parameters
    ----------
    weights : ndarray, shape (units, units)
        W.
    a, b, c : ndarray, shape (variables, variables, trials, steps, units) and (variables, trials, steps, units)
        A, B and C before each step.
    frame : ndarray, shape (count, variables * units)
        Orthonormal rows, ordered by variable, then unit: the start in every trial.
    discard : int
        Steps at the start whose growth does not count.
    threads : int
        Trials are divided among them; numbers do not depend on it.
    by_a, by_b : bool
        Whether gradients with respect to A and B are wanted. Those with respect to B take the currents of all steps.

    Attributes
    ----------
    logarithms : ndarray, shape (trials, count)
        Sum over the steps that count of the logarithms of the lengths.
    lost : Lost or None
        Where a vector was annihilated; the logarithms are then of no use.

    Raises
    ------
    MemoryLimitError
        Where frames, currents and factors of all steps do not fit into memory.

    Notes
    -----
    Cost for N units, one variable and each step: three products of the weights with K vectors and 5 N K² operations for
    the decomposition and its adjoint. Memory: N K + K² numbers for each step and trial, and N K where `by_b` is true.

    References
    ----------
    D. A. O. Roberts, L. R. Roberts, arXiv:2009.10071 (2020): the adjoint of the QR decomposition.
    """

    def __init__(
        self,
        weights: np.ndarray,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray,
        frame: np.ndarray,
        discard: int,
        threads: int,
        *,
        by_a: bool = True,
        by_b: bool = True,
    ) -> None:
        (variables, trials, steps, size), count = b.shape, len(frame)
        self._size, self._discard, self._threads, self._wanted = size, discard, threads, (by_a, by_b, True)
        self._weights, width = np.asarray(weights, FLOAT, order="C"), _whole_lines(size)
        shapes = (
            (steps + 1, count, variables, width),
            (steps if by_b else 1, count, width),
            (steps, count, count),
        )
        self._frames, self._pushed, self._factors = _arrays([(trials, *shape) for shape in shapes])
        self._frames[:, 0] = 0.0
        self._frames[:, 0, :, :, :size] = frame.reshape(count, variables, size)
        self._flow = [_by_step(each, width) for each in (a, b, c)]
        self.logarithms, lost = np.zeros((trials, count)), np.full((trials, 2), -1)
        columns = aligned_array((size, width), FLOAT)
        pack_columns(self._weights, columns, BLOCK)
        given = [addresses(FLOAT.name)["dense_address"], columns]
        calls = []
        for q in range(trials):
            work = [aligned_array((count, width), FLOAT), self.logarithms[q], discard, lost[q]]
            calls.append([*given, *self._saved(q), *work])
        run_in_threads(_advance, calls, threads)
        self.lost = next((Lost(*map(int, each)) for each in lost if each[0] >= 0), None)

    def gradients(self, by_logarithms: np.ndarray) -> tuple[np.ndarray | None, ...]:
        """Derivatives by weights, a, b and c, for those by the logarithms; None for one that is not wanted."""
        rows = aligned_array((self._size, self._pushed.shape[-1]), FLOAT)
        pack_rows(self._weights, rows, BLOCK)
        given = [*(addresses(FLOAT.name)[name] for name in ("dense_address", "outer_address")), rows]
        by_flow = [
            aligned_array(part.shape if wanted else (len(part), *[0] * (part.ndim - 1)), FLOAT)
            for part, wanted in zip(self._flow, self._wanted, strict=True)
        ]
        by_weights, calls = [], []
        for q, slopes in enumerate(np.array(by_logarithms, FLOAT)):
            by_weights.append(aligned_array(rows.shape, FLOAT))
            filled = [by_weights[q], *(part[q] for part in by_flow)]
            calls.append([*given, *self._saved(q), slopes, self._discard, *self._work(), *filled])
        run_in_threads(_retreat, calls, self._threads)
        # in the order of the trials, whatever the threads
        total = sum(by_weights[1:], by_weights[0])[:, : self._size]
        return total, *(
            np.moveaxis(part[..., : self._size], (0, 1), (-3, -2)) if wanted else None
            for part, wanted in zip(by_flow, self._wanted, strict=True)
        )

    def _saved(self, trial: int) -> list[np.ndarray]:
        """Local derivatives, frames, currents and factors of one trial."""
        return [part[trial] for part in (*self._flow, self._frames, self._pushed, self._factors)]

    def _work(self) -> list[np.ndarray]:
        """Arrays of one backward pass."""
        count, variables, width = self._frames.shape[2:]
        length, wide = variables * width, -(-count // LANES) * LANES
        shapes = [
            (length, wide),
            (BLOCK * wide,),
            (1, count, BLOCK),
            (BLOCK, length),
            (count, variables, width),
            (count, width),
            (1, count, width),
            (count, width),
            (variables, width),
        ]
        return [aligned_array(shape, FLOAT) for shape in shapes]


def _arrays(shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Arrays that are not filled, in one allocation, which the C library keeps for the next call where it can.

    Several would be given back to the system, and half of the time of a pass would be that of getting pages anew.
    """
    sizes = [_whole_lines(math.prod(shape)) for shape in shapes]
    require_memory(8.0 * sum(sizes), "the frames of all steps", "Take fewer exponents, steps or trials.")
    parts = np.split(aligned_array((sum(sizes),), FLOAT, fill=None), np.cumsum(sizes)[:-1])
    return [part[: math.prod(shape)].reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _whole_lines(size: int) -> int:
    """Units in whole cache lines."""
    lanes = LINE // FLOAT.itemsize
    return -(-size // lanes) * lanes


def _by_step(values: np.ndarray, width: int) -> np.ndarray:
    """Local derivatives (..., trials, steps, units) as (trials, steps, ..., width), padded with zeros."""
    moved = np.moveaxis(values, (-3, -2), (0, 1))
    padded = aligned_array((*moved.shape[:-1], width), FLOAT)
    padded[..., : moved.shape[-1]] = moved
    return padded
