"""Variance profile of random weights: whether rows or columns differ, and the spectral radius that it gives."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Perron",
    "differ_beyond_chance",
    "perron",
    "row_squares",
    "rows_differ",
    "sampling_limit",
    "share_within",
    "spread",
    "squared_deviations",
    "unequal_variances",
]

ITERATIONS = 1000
TOLERANCE = 1e-12


class Perron(NamedTuple):
    r"""Largest eigenvalue of a matrix of variances, and its eigenvectors.

    Attributes
    ----------
    radius : float
        Square root of the eigenvalue: the radius of the disc that the eigenvalues of the weights fill.
    participation : float
        Share of the units that the edge of the disc belongs to, :math:`(\sum l_i r_i)^2 / (N \sum l_i^2 r_i^2)` with
        the left and right eigenvectors l and r: 1 where all variances are equal. The density of eigenvalues at the
        edge is that of a disc of this share of the units.
    """

    radius: float
    participation: float


def rows_differ(base: Any, means: np.ndarray) -> bool:
    """Whether rows of dense or sparse weights differ in their mean squares about the means of the columns."""
    if isinstance(base, np.ndarray):
        return _differ(squared_deviations(base, means), base - means, axis=1)
    absent = len(means) - np.bincount(base.indices, minlength=len(means))
    fourth = np.sum((base.data.astype(np.float64) - means[base.indices]) ** 4) + absent @ means**4
    return differ_beyond_chance(row_squares(base, means), float(fourth))


def row_squares(base: Any, means: np.ndarray) -> np.ndarray:
    """Sum over each row of the squared deviations of the weights from the mean of their column, shape (units,)."""
    squares = base**2 if isinstance(base, np.ndarray) else base.power(2)
    return np.asarray(squares.sum(axis=1)).ravel() - 2.0 * (base @ means) + means @ means


def squared_deviations(base: Any, means: np.ndarray) -> np.ndarray:
    """Squared deviation of each weight from the mean of its column, shape (units, units)."""
    dense = base if isinstance(base, np.ndarray) else base.toarray()
    return (dense.astype(np.float64) - means) ** 2


def unequal_variances(weights: np.ndarray) -> np.ndarray | None:
    """Squared weights if they differ both between rows and between columns, beyond chance; else None.

    Where all rows, or all columns, have the same mean square, the radius follows from that alone.
    """
    squares = weights**2
    return squares if all(_differ(squares, weights, axis) for axis in (0, 1)) else None


def _differ(squares: np.ndarray, weights: np.ndarray, axis: int) -> bool:
    """Whether sums of squares over an axis differ more than those of independent, or of rotated, weights do."""
    sums, fourth = squares.sum(axis=axis), float(np.sum(squares**2))
    return differ_beyond_chance(sums, fourth) and differ_beyond_chance(sums, fourth, spread(weights))


def spread(weights: np.ndarray) -> float:
    r"""Relative variance of the squared singular values, :math:`\langle s^4\rangle / \langle s^2\rangle^2 - 1`."""
    total = float(np.sum(weights**2))
    return len(weights) * float(np.sum((weights @ weights.T) ** 2)) / total**2 - 1.0 if total > 0.0 else 0.0


def differ_beyond_chance(sums: np.ndarray, fourth: float, spread: float = 1.0) -> bool:
    r"""Whether sums of squared weights over rows (or columns) differ more than those of equal variances.

    N independent squares with the kurtosis κ of the weights have a sum of relative variance :math:`(\kappa - 1)/N`. The
    weights of a random rotation of given singular values have rows, the diagonal of
    :math:`W W^T = U \Sigma^2 U^T`, of relative variance 2 `spread` / N. See `sampling_limit` for the limit above them.

    Parameters
    ----------
    sums : ndarray, shape (units,)
    fourth : float
        Sum of the fourth powers of all weights.
    spread : float, optional
        Relative variance of the squared singular values; that of independent weights is 1.
    """
    size, total = len(sums), float(sums.sum())
    if total <= 0.0:
        return False
    kurtosis = size**2 * fourth / total**2
    chance = max(kurtosis - 1.0, 2.0 * spread) / size
    return float(np.var(sums)) > (total / size) ** 2 * chance * sampling_limit(size)


def sampling_limit(count: int) -> float:
    """Mean of the squares of normal numbers that is exceeded in one of e^20 samples (Laurent & Massart 2000)."""
    return float(1.0 + 2.0 * np.sqrt(20.0 / count) + 40.0 / count)


def perron(variances: np.ndarray) -> Perron:
    r"""Largest eigenvalue of a matrix with entries that are not negative, by power iteration.

    Parameters
    ----------
    variances : ndarray, shape (units, units)
        Variance of each weight. The squares of one sample of the weights serve as well: they are the variances times
        independent numbers of mean 1, which add a random matrix whose radius is smaller by a factor :math:`\sqrt N`.

    References
    ----------
    J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev. Lett. 114, 088101 (2015): blocks. N. Cook, W. Hachem, J. Najim, D.
    Renfrew, Electron. J. Probab. 23, 110 (2018): any profile.
    """
    right, value = _power_iteration(variances)
    left, _ = _power_iteration(variances.T)
    products = left * right
    return Perron(float(np.sqrt(value)), float(products.sum() ** 2 / (len(products) * np.sum(products**2))))


def _power_iteration(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Perron vector and eigenvalue."""
    # the shift makes other eigenvalues of the same modulus, as of two populations that drive each other, smaller
    shift = float(matrix.sum()) / len(matrix)
    vector, value = np.ones(len(matrix)), 0.0
    for _ in range(ITERATIONS):
        image = matrix @ vector + shift * vector
        before, value = value, float(np.linalg.norm(image) / np.linalg.norm(vector))
        vector = image / image.max()
        if abs(value - before) <= TOLERANCE * value:
            break
    return vector, value - shift


def share_within(variances: np.ndarray, radius: float) -> float:
    r"""Share F of the eigenvalues of a matrix of independent entries that lie within a radius r of the center.

    .. math:: q_i = \frac{(S^T q)_i}{r^2 + (S \tilde q)_i (S^T q)_i}, \qquad
              \tilde q_i = \frac{(S \tilde q)_i}{r^2 + (S \tilde q)_i (S^T q)_i}, \qquad
              F(r) = 1 - \frac{1}{N} \sum_i q_i (S \tilde q)_i

    with the variances S (Cook et al. 2018, eqs. 2.4 to 2.6), by iteration.

    Parameters
    ----------
    variances : ndarray, shape (units, units)
    radius : float
        Below that of `perron`, beyond which the share is 1.
    """
    ahead, back = np.ones(len(variances)), np.ones(len(variances))
    share = 0.0
    for _ in range(ITERATIONS):
        received, sent = variances @ back, variances.T @ ahead
        denominator = radius**2 + received * sent
        # the mean of two iterates, which otherwise alternate
        ahead = 0.5 * (ahead + sent / denominator)
        back = 0.5 * (back + received / denominator)
        before, share = share, 1.0 - float(np.mean(ahead * (variances @ back)))
        if abs(share - before) <= 1e-9:
            break
    return share
