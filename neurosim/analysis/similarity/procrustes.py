"""Procrustes distance between linear operators: the angle between them after the best change of orthogonal frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.errors import ShapeError
from neurosim.validation import finite

__all__ = ["procrustes_distance", "procrustes_distances"]

MOST_STEPS = 300
FLAT = 1e-6
"""Norm of the gradient, of operators of norm 1, below which an ascent ends."""
MEMORY = 8
"""Steps from which the curvature is estimated."""
LONGEST = 2.0
"""Largest norm of a step, in radians."""
RISE = 1e-4
"""Share of the linear prediction by which a step must increase the product."""
HALVINGS = 12


def procrustes_distance(first: np.ndarray, second: np.ndarray) -> float:
    r"""Angle between two operators, minimized over orthogonal changes of coordinates.

    .. math:: d(A, B) = \min_{C \in O(r)} \arccos \frac{\operatorname{tr}(A^T C B C^T)}{\lVert A \rVert_F
        \lVert B \rVert_F}

    Parameters
    ----------
    first, second : ndarray, shape (rank, rank)
        The smaller one is filled up with zeros. Neither may be zero.

    Returns
    -------
    float
        In radians, between 0 and π; 0 for A and :math:`Q A Q^T` with Q orthogonal.

    Raises
    ------
    ParameterError, ShapeError
        When an operator is not square, is zero, or has entries that are not finite.

    Notes
    -----
    The minimum is not convex: this is the best of four local minima, and an upper bound. Two ascents start at the
    identity and at an exchange of two axes, so that both components of O(r) are searched (Ostrow et al. 2023). Two more
    start where the eigenvectors of the symmetric parts agree, with signs chosen by the antisymmetric parts, and with
    one sign reversed: exact for operators that differ by a change of frame, where the first two are often trapped.

    Each is a quasi-Newton (L-BFGS) ascent on the group, with steps along Cayley transforms of antisymmetric matrices.
    With :math:`M = C B C^T`, the gradient is the antisymmetric part of :math:`A M^T - M^T A`. Some 150 steps of 10
    rank³ operations; many pairs at once cost far less than one after the other.

    References
    ----------
    M. Ostrow, A. Eisen, L. Kozachkov, I. Fiete, NeurIPS 36 (2023), eq. 5. Ascent: Z. Wen, W. Yin, Math. Program. 142,
    397 (2013). Gradient: R. W. Brockett, Linear Algebra Appl. 146, 79 (1991).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.procrustes import procrustes_distance
    >>> fast, slow = np.diag([0.5, 0.1]), np.diag([0.1, 0.5])
    >>> bool(procrustes_distance(fast, slow) < 1e-6)
    True
    """
    return float(procrustes_distances([first], [second])[0])


def procrustes_distances(
    first: list[np.ndarray] | np.ndarray, second: list[np.ndarray] | np.ndarray
) -> np.ndarray:
    """Procrustes distances of many pairs of operators at once.

    Parameters
    ----------
    first, second : sequence of ndarray, each of shape (rank, rank)

    Returns
    -------
    ndarray, shape (pairs,)
        As `procrustes_distance` gives them.

    Raises
    ------
    ParameterError, ShapeError
        As `procrustes_distance`.
    """
    if len(first) != len(second):
        raise ShapeError(f"first and second must have equal lengths (got {len(first)} and {len(second)}).")
    normalized = [_normalize("first", a) for a in first], [_normalize("second", b) for b in second]
    rank = max((len(each) for side in normalized for each in side), default=1)
    a, b = (np.array([_fill(each, rank) for each in side]).reshape(-1, rank, rank) for side in normalized)
    return np.min([_angles_from(a, b, start) for start in _starts(a, b)], axis=0)


def _normalize(name: str, operator: np.ndarray) -> np.ndarray:
    """Operator of Frobenius norm 1."""
    values = finite(name, operator, np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.any():
        raise ShapeError(f"{name} must be a square matrix other than zero (got shape {values.shape}).")
    return values / np.linalg.norm(values)


def _fill(operator: np.ndarray, rank: int) -> np.ndarray:
    return np.pad(operator, (0, rank - len(operator)))


def _starts(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """Rotations to start from, in both components of the orthogonal group, each of shape (pairs, rank, rank)."""
    rank = a.shape[-1]
    identity = np.broadcast_to(np.eye(rank), a.shape)
    exchange = np.arange(rank)
    exchange[:2] = exchange[:2][::-1]
    return [identity, identity[:, exchange], *_align_symmetric_parts(a, b)]


def _align_symmetric_parts(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations that align the eigenvectors of the symmetric parts.

    If A = Q B Qᵀ, the eigenvectors U and V agree up to signs, Q = U S Vᵀ. The antisymmetric parts in these frames are
    then K and S K S, so that the entrywise product of the two is :math:`s_i s_j K_{ij}^2`, whose leading eigenvector
    has the signs s.
    """
    frames = [np.linalg.eigh(x + x.swapaxes(-1, -2))[1] for x in (a, b)]
    turns = [_antisymmetric(f.swapaxes(-1, -2) @ x @ f) for f, x in zip(frames, (a, b), strict=True)]
    leading = np.linalg.eigh(turns[0] * turns[1])[1][..., -1]
    signs = np.where(leading < 0.0, -1.0, 1.0)
    other = signs.copy()
    weakest = np.abs(leading).argmin(axis=-1)
    other[np.arange(len(other)), weakest] *= -1.0
    u, v = frames[0], frames[1].swapaxes(-1, -2)
    return (u * signs[:, None]) @ v, (u * other[:, None]) @ v


class _Point(NamedTuple):
    """Rotation C, M = C B Cᵀ, its product with A, and the gradient of the product, for every pair."""

    rotation: np.ndarray
    moved: np.ndarray
    value: np.ndarray
    gradient: np.ndarray

    def only(self, chosen: np.ndarray) -> _Point:
        """Point of some of the pairs."""
        return _Point(*(part[chosen] for part in self))


def _point(a: np.ndarray, b: np.ndarray, rotation: np.ndarray) -> _Point:
    moved = rotation @ b @ rotation.swapaxes(-1, -2)
    turned = moved.swapaxes(-1, -2)
    return _Point(rotation, moved, _product(a, moved), _antisymmetric(a @ turned - turned @ a))


def _angles_from(a: np.ndarray, b: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Angles between operators of norm 1 after an ascent from a rotation, for every pair."""
    point = _point(a, b, start)
    gaps = np.empty(len(a))
    active = np.arange(len(a))
    history: list[tuple[np.ndarray, np.ndarray]] = []
    rising = np.ones(len(a), dtype=bool)
    for _ in range(MOST_STEPS):
        gaps[active] = np.linalg.norm(a - point.moved, axis=(-2, -1))
        going = rising & (np.linalg.norm(point.gradient, axis=(-2, -1)) > FLAT)
        if not going.any():
            break
        if not going.all():
            a, b, active, point = a[going], b[going], active[going], point.only(going)
            history = [(step[going], change[going]) for step, change in history]
        new, step, rising = _search_line(a, b, point, _direction(point.gradient, history))
        history = [*history, (step, point.gradient - new.gradient)][-MEMORY:]
        point = new
    # the arc sine resolves small angles, where the arc cosine of the product loses half of the digits
    return 2.0 * np.arcsin(np.minimum(gaps / 2.0, 1.0))


def _direction(gradient: np.ndarray, history: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Quasi-Newton direction of ascent (two-loop recursion); the gradient where curvature is not known."""
    direction = gradient.copy()
    if not history:
        return direction
    curvatures = [_product(step, change) for step, change in history]
    inverses = [np.where(c > 0.0, 1.0 / np.where(c > 0.0, c, 1.0), 0.0) for c in curvatures]
    weights = []
    for (step, change), inverse in zip(reversed(history), reversed(inverses), strict=True):
        weights.append(inverse * _product(step, direction))
        direction -= _times(weights[-1], change)
    last = history[-1][1]
    scale = curvatures[-1] / np.maximum(_product(last, last), np.finfo(np.float64).tiny)
    direction *= np.where(scale > 0.0, scale, 1.0)[:, None, None]
    for (step, change), inverse, weight in zip(history, inverses, reversed(weights), strict=True):
        direction += _times(weight - inverse * _product(change, direction), step)
    uphill = _product(direction, gradient) > 0.0
    return np.where(uphill[:, None, None], direction, gradient)


def _search_line(
    a: np.ndarray, b: np.ndarray, point: _Point, direction: np.ndarray
) -> tuple[_Point, np.ndarray, np.ndarray]:
    """Point that is higher along a direction, the step to it, and for which pairs one was found."""
    lengths = np.linalg.norm(direction, axis=(-2, -1))
    direction = direction * np.minimum(1.0, LONGEST / lengths)[:, None, None]
    slope = _product(direction, point.gradient)
    rotation, factors = point.rotation.copy(), np.zeros(len(a))
    left, factor = np.arange(len(a)), 1.0
    for _ in range(HALVINGS):
        tried = _cayley(factor * direction[left]) @ rotation[left]
        value = _product(a[left], tried @ b[left] @ tried.swapaxes(-1, -2))
        higher = value >= point.value[left] + RISE * factor * slope[left]
        rotation[left[higher]] = tried[higher]
        factors[left[higher]] = factor
        left, factor = left[~higher], 0.5 * factor
        if not len(left):
            break
    return _point(a, b, rotation), _times(factors, direction), factors > 0.0


def _cayley(turn: np.ndarray) -> np.ndarray:
    """Rotation (I - T/2)⁻¹ (I + T/2) of antisymmetric T: equal to exp(T) up to the third order."""
    identity = np.eye(turn.shape[-1])
    return np.linalg.solve(identity - turn / 2.0, identity + turn / 2.0)


def _antisymmetric(x: np.ndarray) -> np.ndarray:
    return 0.5 * (x - x.swapaxes(-1, -2))


def _product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Scalar product of matrices, for every pair."""
    return np.einsum("pij,pij->p", x, y)


def _times(factors: np.ndarray, x: np.ndarray) -> np.ndarray:
    return factors[:, None, None] * x
