"""Statistics along the first axis of an array of repetitions; NaN is a repetition without a value."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

__all__ = ["bootstrap_interval", "count", "mean", "quantile", "standard_error"]


def count(values: np.ndarray) -> np.ndarray:
    """Number of values."""
    return np.asarray(_present(values).sum(axis=0))


def mean(values: np.ndarray) -> np.ndarray:
    """Mean of the values; NaN where there are none."""
    number = count(values)
    total = np.where(_present(values), values, 0).sum(axis=0)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))


def standard_error(values: np.ndarray) -> np.ndarray:
    r"""Standard error of the mean, :math:`\sqrt{\sum (x - \bar x)^2 / (n (n - 1))}`; NaN for fewer than two values."""
    number = count(values)
    square = np.where(_present(values), np.abs(values - mean(values)) ** 2, 0.0).sum(axis=0)
    return np.asarray(np.where(number > 1, np.sqrt(square / np.maximum(number * (number - 1), 1)), np.nan))


def quantile(values: np.ndarray, q: float) -> np.ndarray:
    """Quantile with linear interpolation between order statistics; NaN where there are no values."""
    rows = np.moveaxis(values.reshape(len(values), -1).astype(float), 0, 1)
    found = [np.quantile(row[~np.isnan(row)], q) if not np.isnan(row).all() else np.nan for row in rows]
    return np.asarray(found).reshape(values.shape[1:])


def bootstrap_interval(
    values: np.ndarray, level: float, resamples: int, rng: Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile bootstrap interval of the mean.

    Parameters
    ----------
    values : array, shape (repetitions, ...)
    level : float
        Probability of the interval, such as 0.95.
    resamples : int
    rng : Generator

    Returns
    -------
    low, high : array
        NaN for fewer than two values.

    Notes
    -----
    With few repetitions it is too short: by a factor of about sqrt((n - 1) / n), and further since it knows no Student
    distribution.

    References
    ----------
    B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    rows = np.moveaxis(values.reshape(len(values), -1).astype(float), 0, 1)
    tails = (0.5 * (1.0 - level), 0.5 * (1.0 + level))
    found = np.full((2, len(rows)), np.nan)
    for k, row in enumerate(rows):
        present = row[~np.isnan(row)]
        if len(present) > 1:
            means = rng.choice(present, (resamples, len(present))).mean(axis=1)
            found[:, k] = np.quantile(means, tails)
    low, high = found.reshape(2, *values.shape[1:])
    return low, high


def _present(values: np.ndarray) -> np.ndarray:
    return ~np.isnan(values)
