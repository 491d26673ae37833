"""Block bootstrap: how far the mean of a correlated series would move along another stretch of it."""

from __future__ import annotations

import numpy as np

__all__ = ["BLOCKS", "resampled_means"]

BLOCKS = 20
"""Blocks that a series is divided into, and the least number of samples that it needs."""


def resampled_means(series: np.ndarray, resamples: int = 500) -> np.ndarray:
    """Means of series that are put together from blocks of the given one (circular block bootstrap).

    Within a block neighbors keep their correlation; a twentieth of the series is long enough as long as it spans a
    few correlation times.

    Parameters
    ----------
    series : ndarray, shape (samples, columns)
        At least `BLOCKS` samples; all columns are resampled together.
    resamples : int, optional

    Returns
    -------
    ndarray, shape (resamples, columns)
        The same numbers each time: the blocks are drawn from a fixed seed. NaN where there are too few samples.

    References
    ----------
    D. N. Politis, J. P. Romano, in Exploring the Limits of Bootstrap, 263 (1992).
    """
    count, columns = series.shape
    if count < BLOCKS:
        return np.full((resamples, columns), np.nan)
    length = count // BLOCKS
    total = np.cumsum(np.vstack([np.zeros(columns), series, series[:length]]), axis=0)
    sums = total[length : length + count] - total[:count]
    starts = np.random.default_rng(0).integers(0, count, size=(resamples, BLOCKS))
    return np.array([sums[chosen].sum(axis=0) for chosen in starts]) / (BLOCKS * length)
