"""Points in space from distances (classical multidimensional scaling)."""

from __future__ import annotations

import numpy as np

from neurosim.errors import ParameterError
from neurosim.validation import whole_number

__all__ = ["classical_scaling"]


def classical_scaling(distances: np.ndarray, count: int = 2) -> np.ndarray:
    r"""Points whose Euclidean distances approximate given ones (classical multidimensional scaling).

    The leading eigenvectors of :math:`-\tfrac{1}{2} J D^2 J`, with :math:`J = I - 1 1^T / n`, times the square roots of
    their eigenvalues; negative ones, where distances are not Euclidean, count as zero.

    Parameters
    ----------
    distances : ndarray, shape (n, n)
    count : int, optional
        Dimensions, at most n.

    Returns
    -------
    ndarray, shape (n, count)
        Centered, dimensions by descending variance.

    References
    ----------
    W. S. Torgerson, Psychometrika 17, 401 (1952).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.scaling import classical_scaling
    >>> places = np.array([0.0, 3.0, 4.0])
    >>> np.abs(np.diff(classical_scaling(np.abs(places[:, None] - places), 1)[:, 0])).round(9)
    array([3., 1.])
    """
    if whole_number("count", count) > len(distances):
        raise ParameterError(f"count must be at most the {len(distances)} solutions (got {count}).")
    squares = distances**2
    centered = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = np.linalg.eigh(-0.5 * centered)
    leading = vectors[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count], 0.0))
    # a direction has no sign: let the largest entry be positive
    signs = np.sign(leading[np.abs(leading).argmax(axis=0), np.arange(count)])
    return leading * np.where(signs < 0.0, -1.0, 1.0)
