"""Rank of a matrix in white noise by the hard threshold of its singular values, and the window that it suggests."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["median_coefficient", "noise_coefficient", "significant_rank", "suggested_delays"]


def noise_coefficient(shape: float) -> float:
    r"""Optimal hard threshold of singular values, in units of noise level times square root of the longer side.

    .. math:: \lambda_*(\beta) = \sqrt{2(\beta+1) + \frac{8\beta}{(\beta+1) + \sqrt{\beta^2 + 14\beta + 1}}}

    Parameters
    ----------
    shape : float
        Ratio :math:`\beta` of the shorter to the longer side of the matrix, above 0 and up to 1.

    References
    ----------
    M. Gavish, D. L. Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014), eq. 11.

    Examples
    --------
    >>> round(noise_coefficient(1.0), 3)  # 4/√3
    2.309
    """
    return math.sqrt(
        2.0 * (shape + 1.0) + 8.0 * shape / (shape + 1.0 + math.sqrt(shape**2 + 14.0 * shape + 1.0))
    )


def median_coefficient(shape: float) -> float:
    r"""Optimal hard threshold of singular values, in units of their median, where the noise level is not known.

    :math:`\omega(\beta) = \lambda_*(\beta) / \sqrt{\mu_\beta}` with the median :math:`\mu_\beta` of the
    Marchenko–Pastur distribution.

    Parameters
    ----------
    shape : float
        As in `noise_coefficient`.

    References
    ----------
    M. Gavish, D. L. Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014), eq. 4.

    Examples
    --------
    >>> round(median_coefficient(1.0), 3)
    2.858
    """
    return noise_coefficient(shape) / math.sqrt(_marchenko_pastur_median(shape))


def significant_rank(singular_values: np.ndarray, rows: int, columns: int) -> int:
    """Number of singular values of a matrix above the optimal hard threshold for white noise of unknown level.

    Parameters
    ----------
    singular_values : ndarray, shape (min(rows, columns),)
        All of them, in any order.
    rows, columns : int
        Of the matrix.

    Returns
    -------
    int
        At least 1.

    Notes
    -----
    Assumes that more than half of the dimensions are noise. The entries of Hankel matrices repeat, so that their noise
    is not white; the threshold is then a rule of thumb. Without noise the median is rounding, and all that is above
    that counts.

    References
    ----------
    M. Gavish, D. L. Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014).
    """
    coefficient = median_coefficient(min(rows, columns) / max(rows, columns))
    return max(1, int(np.count_nonzero(singular_values > coefficient * np.median(singular_values))))


def suggested_delays(delays: int, rank: int, samples: int) -> int:
    r"""Delays that resolve a rank that was found with fewer of them.

    .. math:: q_* = \min\left(\left\lceil q_0 \left(1 + (r_0 / q_0)^2\right)\right\rceil,
        \left\lfloor (N + 1) / 2 \right\rfloor\right)

    Parameters
    ----------
    delays, rank : int
        :math:`q_0`, and the rank :math:`r_0` of the Hankel matrix with so many delays.
    samples : int
        N, of a trial.
    """
    # whole numbers: (q0² + r0²) / q0 rounded up
    return min(-(-(delays**2 + rank**2) // delays), (samples + 1) // 2)


def _marchenko_pastur_median(shape: float) -> float:
    """Median of the Marchenko–Pastur distribution of a ratio of sides, in units of the variance."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    # x = center - half cos(angle), in which the density has no square root at its ends
    center, half = 1.0 + shape, 2.0 * math.sqrt(shape)

    def density(angle: float) -> float:
        x = center - half * math.cos(angle)
        # at a ratio of 1 the lower end is at 0, where the limit of sin²/x is 2 / half
        ratio = math.sin(angle) ** 2 / x if x > 0.0 else 2.0 / half
        return half**2 * ratio / (2.0 * math.pi * shape)

    angle = brentq(lambda end: quad(density, 0.0, end)[0] - 0.5, 0.0, math.pi, xtol=1e-12)
    return center - half * math.cos(angle)
