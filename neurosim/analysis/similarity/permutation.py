"""Weights compared up to an order of the units (graph matching)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.errors import ShapeError
from neurosim.validation import finite

__all__ = ["PermutationMatch", "permutation_match"]


class PermutationMatch(NamedTuple):
    """Best order of the units of one network that was found, and the angle that is left."""

    angle: float
    order: np.ndarray


def permutation_match(first: np.ndarray, second: np.ndarray) -> PermutationMatch:
    r"""Angle between two weight matrices under the best order of the units that is found.

    .. math:: \min_P \arccos \frac{\operatorname{tr}(A^T P B P^T)}{\lVert A \rVert_F \lVert B \rVert_F}

    over permutations P.

    Parameters
    ----------
    first, second : ndarray, shape (units, units)

    Returns
    -------
    PermutationMatch
        ``angle`` in radians, and ``order``: ``second[order][:, order]`` is nearest to ``first``.

    Raises
    ------
    ShapeError, ParameterError
        When sizes differ, a matrix is zero, or has entries that are not finite.

    Notes
    -----
    Graph matching is NP-hard: the angle is an **upper bound**. The smallest of two is returned: units matched by their
    sorted incoming and outgoing weights, which is exact for matrices that differ by an order of the units whose weights
    all differ; and the same followed by the fast approximate method of Vogelstein et al., from there and from the
    barycenter. Independent random weights come out some way below a right angle, since an order can be found that fits
    best. Costs about 30 units³ operations a start.

    References
    ----------
    J. T. Vogelstein et al., PLoS ONE 10, e0121002 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.permutation import permutation_match
    >>> weights = np.random.default_rng(0).standard_normal((20, 20))
    >>> bool(permutation_match(weights, weights[::-1, ::-1]).angle < 1e-7)
    True
    """
    a, b = _normalize("first", first), _normalize("second", second)
    if a.shape != b.shape:
        raise ShapeError(f"second must have the {len(a)} units of first (got {len(b)}).")
    orders = _orders(a, b)
    gaps = [float(np.linalg.norm(a - b[np.ix_(order, order)])) for order in orders]
    best = int(np.argmin(gaps))
    return PermutationMatch(2.0 * float(np.arcsin(min(gaps[best] / 2.0, 1.0))), orders[best])


def _normalize(name: str, weights: np.ndarray) -> np.ndarray:
    """Weights of Frobenius norm 1."""
    values = finite(name, weights, np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.any():
        raise ShapeError(f"{name} must be a square matrix other than zero (got shape {values.shape}).")
    return values / np.linalg.norm(values)


def _orders(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """Orders of the units of b that are local optima, or match single units."""
    from scipy.optimize import linear_sum_assignment, quadratic_assignment

    _, matched = linear_sum_assignment(_unlikeness(a, b))
    near = 0.5 * np.eye(len(a))[matched] + 0.5 / len(a)
    # neither start is random; without a generator SciPy would look at the global one of NumPy
    rng = np.random.default_rng(0)
    options = [{"P0": start, "maximize": True, "rng": rng} for start in (near, "barycenter")]
    found = [quadratic_assignment(a, b, method="faq", options=each).col_ind for each in options]
    return [matched, *found]


def _unlikeness(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances between the sorted weights of units, which no order of the others changes."""
    from scipy.spatial.distance import cdist

    profiles = [np.hstack([np.sort(w, axis=1), np.sort(w.T, axis=1), np.diag(w)[:, None]]) for w in (a, b)]
    return cdist(*profiles, "sqeuclidean")
