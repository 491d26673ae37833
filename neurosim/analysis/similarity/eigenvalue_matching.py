"""Optimal transport between two sets of eigenvalues in the complex plane."""

from __future__ import annotations

import numpy as np

from neurosim.errors import ParameterError, ShapeError

__all__ = ["matching_cost"]


def matching_cost(first: np.ndarray, second: np.ndarray) -> float:
    r"""Mean squared distance between the eigenvalues of two sets under the best matching.

    .. math:: \min_\pi \frac{1}{n} \sum_k |\lambda_k - \mu_{\pi(k)}|^2

    for sets of equal size; else the cost of optimal transport between equal weights. Its square root is the
    2-Wasserstein distance.

    Parameters
    ----------
    first, second : ndarray, shape (eigenvalues,)
        Complex or real. Singular values in place of eigenvalues say little about dynamics: a rotation and a
        decaying mode of the same size have the same singular values.

    Returns
    -------
    float
        In squared units of the eigenvalues.

    Raises
    ------
    ShapeError, ParameterError
        When a set is not a vector, is empty, or has entries that are not finite.

    Notes
    -----
    n³ operations for sets of equal size n (an assignment); a linear program of n · m unknowns for others.

    References
    ----------
    G. Peyré, M. Cuturi, Found. Trends Mach. Learn. 11, 355 (2019), section 2.3. On eigenvalues of dynamics: W. T.
    Redman et al., NeurIPS 37 (2024).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.eigenvalue_matching import matching_cost
    >>> matching_cost(np.array([1.0, 2.0]), np.array([2.5, 1.0]))
    0.125
    """
    a, b = _check_eigenvalues("first", first), _check_eigenvalues("second", second)
    costs = np.abs(a[:, None] - b) ** 2
    return _assignment_cost(costs) if len(a) == len(b) else _transport_cost(costs)


def _check_eigenvalues(name: str, eigenvalues: np.ndarray) -> np.ndarray:
    values = np.asarray(eigenvalues, dtype=np.complex128)
    if values.ndim != 1 or not values.size:
        raise ShapeError(f"{name} must be a vector of eigenvalues (got shape {values.shape}).")
    if not np.isfinite(values).all():
        raise ParameterError(f"{name} must be finite (got {values[~np.isfinite(values)][0]}).")
    return values


def _assignment_cost(costs: np.ndarray) -> float:
    from scipy.optimize import linear_sum_assignment

    return float(costs[linear_sum_assignment(costs)].mean())


def _transport_cost(costs: np.ndarray) -> float:
    """Cost of optimal transport between equal weights, as a linear program."""
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, kron, vstack

    n, m = costs.shape
    sums = vstack([kron(eye_array(n), np.ones((1, m))), kron(np.ones((1, n)), eye_array(m))])
    weights = np.concatenate([np.full(n, 1.0 / n), np.full(m, 1.0 / m)])
    return float(linprog(costs.ravel(), A_eq=sums.tocsr(), b_eq=weights, method="highs").fun)
