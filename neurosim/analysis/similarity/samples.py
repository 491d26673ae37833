"""Activity as a matrix of samples without their mean: the form that comparisons of simultaneous samples take."""

from __future__ import annotations

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite

__all__ = ["center_pair", "center_samples"]

ROUNDING = 1e-13
"""Deviations of this size, relative to the activity, are rounding."""


def center_samples(name: str, activity: np.ndarray) -> np.ndarray:
    """Samples of all trials without the mean of each unit, shape (samples, units).

    Parameters
    ----------
    name : str
        Of the argument, for errors.
    activity : ndarray, shape (trials, samples, units) or (samples, units)

    Raises
    ------
    ShapeError, ParameterError
        When the array has other axes or fewer than two samples, or the activity never changes.
    """
    values = finite(name, activity, np.float64)
    if values.ndim not in (2, 3) or 0 in values.shape or values[..., 0].size < 2:
        raise ShapeError(
            f"{name} must be (trials, samples, units) or (samples, units), with two samples at least (got shape "
            f"{values.shape})."
        )
    flat = values.reshape(-1, values.shape[-1])
    samples = flat - flat.mean(axis=0)
    if np.abs(samples).max() <= ROUNDING * np.abs(flat).max():
        raise ParameterError(f"{name} never changes, so that it cannot be compared; record a transient.")
    return samples


def center_pair(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of simultaneous samples, each as `center_samples` gives it.

    Raises
    ------
    ShapeError
        When the numbers of samples differ.
    """
    pair = center_samples("first", first), center_samples("second", second)
    if len(pair[0]) != len(pair[1]):
        raise ShapeError(
            f"second must have the samples of first (got {len(pair[1])} and {len(pair[0])}); record both at the same "
            f"times of the same trials."
        )
    return pair
