"""Newton steps of many states at once, each Jacobian formed and eliminated in the cache of one core."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.linalg.layout import aligned_array
from neurosim.kernels.runtime.jit import inlined, kernel
from neurosim.kernels.runtime.threads import run_in_threads, shares
from neurosim.validation import require_memory

__all__ = ["newton_steps"]

LANES = 8
"""Numbers of a cache line; rows of the matrix begin on one."""
PIVOTS = 4
"""Columns that are eliminated at once, so that each row is loaded once for all of them."""


@inlined
def _fill(work, weights, by_state, by_input, rate_by_state, speeds):  # type: ignore[no-untyped-def]
    """Jacobian of one state, with minus the speed as its last column."""
    variables, units = by_input.shape
    size = variables * units
    for v in range(variables):
        for i in range(units):
            row = work[v * units + i]
            strength = by_input[v, i]
            for w in range(variables):
                for j in range(units):
                    row[w * units + j] = strength * weights[i, j] * rate_by_state[w, j]
                row[w * units + i] += by_state[v, w, i]
            row[size] = -speeds[v, i]


@inlined
def _factor_panel(work, first, last, size):  # type: ignore[no-untyped-def]
    """Eliminate columns first to last - 1 within themselves, with partial pivoting over whole rows."""
    for k in range(first, last):
        best, largest = k, abs(work[k, k])
        for i in range(k + 1, size):
            if abs(work[i, k]) > largest:
                best, largest = i, abs(work[i, k])
        if best != k:
            for j in range(first, size + 1):
                work[k, j], work[best, j] = work[best, j], work[k, j]
        inverse = 1.0 / work[k, k]
        for i in range(k + 1, size):
            factor = work[i, k] * inverse
            work[i, k] = factor
            for j in range(k + 1, last):
                work[i, j] -= factor * work[k, j]


@inlined
def _from(row, column):  # type: ignore[no-untyped-def]
    """View of a row that starts at index 0, which LLVM vectorizes."""
    return row[column:]


@inlined
def _subtract(row, factor, other):  # type: ignore[no-untyped-def]
    for j in range(row.size):
        row[j] -= factor * other[j]


@inlined
def _carry_over(work, k, size):  # type: ignore[no-untyped-def]
    """Apply the elimination of a panel of `PIVOTS` columns to all columns right of it."""
    for m in range(1, PIVOTS):
        for n in range(m):
            _subtract(_from(work[k + m], k + PIVOTS), work[k + m, k + n], _from(work[k + n], k + PIVOTS))
    a, b, c, d = (
        _from(work[k], k + PIVOTS),
        _from(work[k + 1], k + PIVOTS),
        _from(work[k + 2], k + PIVOTS),
        _from(work[k + 3], k + PIVOTS),
    )
    for i in range(k + PIVOTS, size):
        p, q, r, s = work[i, k], work[i, k + 1], work[i, k + 2], work[i, k + 3]
        row = _from(work[i], k + PIVOTS)
        for j in range(row.size):
            row[j] -= p * a[j] + q * b[j] + r * c[j] + s * d[j]


@inlined
def _solve(work, size):  # type: ignore[no-untyped-def]
    """Solution in the last column; infinite or NaN where the matrix is singular."""
    wide = size // PIVOTS * PIVOTS
    for k in range(0, wide, PIVOTS):
        _factor_panel(work, k, k + PIVOTS, size)
        _carry_over(work, k, size)
    for k in range(wide, size):
        _factor_panel(work, k, k + 1, size)
        for i in range(k + 1, size):
            _subtract(_from(work[i], k + 1), work[i, k], _from(work[k], k + 1))
    for k in range(size - 1, -1, -1):
        total = work[k, size]
        for j in range(k + 1, size):
            total -= work[k, j] * work[j, size]
        work[k, size] = total / work[k, k]


@kernel
def _steps(work, weights, by_state, by_input, rate_by_state, speeds, steps):  # type: ignore[no-untyped-def]
    wide_vectors()
    variables, states, units = by_input.shape
    for q in range(states):
        _fill(work, weights, by_state[:, :, q], by_input[:, q], rate_by_state[:, q], speeds[:, q])
        _solve(work, variables * units)
        for v in range(variables):
            for i in range(units):
                steps[v, q, i] = work[v * units + i, variables * units]


def newton_steps(
    weights: np.ndarray,
    by_state: np.ndarray,
    by_input: np.ndarray,
    rate_by_state: np.ndarray,
    speeds: np.ndarray,
    threads: int,
) -> np.ndarray:
    r"""Solutions of :math:`(A + B W C)\, \delta = -F`, one system for each state.

    Gaussian elimination with partial pivoting, four columns at a time. One Jacobian is formed and solved in the second
    cache level, and each thread solves systems of its own. For the gain over a batched LAPACK solver see
    kernels/README.md.

    Parameters
    ----------
    weights : ndarray, shape (units, units)
    by_state : ndarray, shape (variables, variables, states, units)
        A, the derivative of the drift by the state.
    by_input, rate_by_state : ndarray, shape (variables, states, units)
        B and C, the derivatives of the drift by the input current and of the rate by the state.
    speeds : ndarray, shape (variables, states, units)
        F, the time derivative of each state.
    threads : int

    Returns
    -------
    ndarray, shape (variables, states, units)
        Infinite or NaN where a Jacobian is singular.

    Notes
    -----
    Cost: (variables units)³ / 3 multiplications per state.
    """
    variables, states, units = speeds.shape
    size = variables * units
    row = -(-(size + 1) // LANES) * LANES
    ranges = shares(states, 1, threads)
    require_memory(8.0 * len(ranges) * size * row, f"the Jacobian of {size} variables", "Take fewer units.")
    arrays = [
        np.ascontiguousarray(a, np.float64) for a in (weights, by_state, by_input, rate_by_state, speeds)
    ]
    weights, by_state, by_input, rate_by_state, speeds = arrays
    steps = np.empty_like(speeds)
    calls = [
        [
            aligned_array((size, row), np.dtype(np.float64)),
            weights,
            by_state[:, :, a:b],
            by_input[:, a:b],
            rate_by_state[:, a:b],
            speeds[:, a:b],
            steps[:, a:b],
        ]
        for a, b in ranges
    ]
    run_in_threads(_steps, calls)
    return steps
