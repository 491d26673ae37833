"""Generator of a linear system with delays as a matrix: the derivative of its recent history on Chebyshev points."""

from __future__ import annotations

import numpy as np

from neurosim.analysis.delays.linear_system import DelayedLinearSystem
from neurosim.validation import require_memory

__all__ = ["generator_matrix", "history_directions"]


def history_directions(system: DelayedLinearSystem) -> np.ndarray:
    """Orthonormal directions of the state that delayed terms depend on, shape (size, directions).

    Of a circuit in which few units, or few combinations of them, act with a delay, the history of these is enough.
    """
    stacked = system.delayed.reshape(-1, system.size)
    if not stacked.size:
        return np.zeros((system.size, 0))
    _, sizes, rows = np.linalg.svd(stacked, full_matrices=False)
    kept = sizes > max(stacked.shape) * np.finfo(float).eps * sizes[0]
    return rows[kept].T


def generator_matrix(system: DelayedLinearSystem, points: int) -> np.ndarray:
    r"""Matrix whose eigenvalues approach the characteristic roots as the number of points grows.

    The state is x(t) together with its history :math:`y_j = R^T x(t + \theta_j)` at Chebyshev points
    :math:`\theta_1 \ldots \theta_M` of [-d, 0), d the longest delay and R the `history_directions`. The history moves
    by its derivative in θ, that of its interpolating polynomial; x moves by the equation, with
    the polynomial at the delays. For R = 1 this is the method of Breda, Maset & Vermiglio, SIAM J. Sci. Comput. 27, 482
    (2005), Eqs. 2.4 and 2.5; analytic histories make the error fall faster than any power of M.

    Parameters
    ----------
    system : DelayedLinearSystem
        With at least one delay.
    points : int
        M.

    Returns
    -------
    ndarray, shape (size + points directions,) twice
    """
    size, directions = system.size, history_directions(system)
    rank = directions.shape[1]
    whole = size + points * rank
    require_memory(4.0 * 8.0 * whole**2, "the generator of a system with delays", "Take fewer roots.")
    matrix = np.zeros((whole, whole))
    matrix[:size, :size] = system.instantaneous
    for delay, weights in zip(system.delays, system.delayed, strict=True):
        at_delay = _interpolation(points, 1.0 - 2.0 * delay / system.longest)
        onto = weights @ directions
        matrix[:size, :size] += at_delay[0] * onto @ directions.T
        matrix[:size, size:] += np.kron(at_delay[1:], onto)
    derivative = 2.0 / system.longest * _differentiation(points)
    matrix[size:, :size] = np.kron(derivative[1:, :1], directions.T)
    matrix[size:, size:] = np.kron(derivative[1:, 1:], np.eye(rank))
    return matrix


def _chebyshev(points: int) -> np.ndarray:
    """Chebyshev points from 1 down to -1, shape (points + 1,)."""
    return np.cos(np.pi * np.arange(points + 1) / points)


def _barycentric(points: int) -> np.ndarray:
    weights = (-1.0) ** np.arange(points + 1)
    weights[[0, -1]] *= 0.5
    return weights


def _interpolation(points: int, place: float) -> np.ndarray:
    """Values of the Lagrange polynomials of the Chebyshev points at a place, shape (points + 1,)."""
    distances = place - _chebyshev(points)
    hit = np.abs(distances) < 1e-15
    if hit.any():
        return hit.astype(float)
    terms = _barycentric(points) / distances
    return np.asarray(terms / terms.sum())


def _differentiation(points: int) -> np.ndarray:
    """Derivative of the interpolating polynomial at the Chebyshev points, shape (points + 1, points + 1)."""
    nodes, weights = _chebyshev(points), _barycentric(points)
    distances = nodes[:, None] - nodes
    np.fill_diagonal(distances, 1.0)
    matrix = weights / weights[:, None] / distances
    np.fill_diagonal(matrix, 0.0)
    # the derivative of a constant is zero, to rounding
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return matrix
