"""What a Lyapunov spectrum says: dimension, entropy, and how far to trust them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from neurosim.analysis.lyapunov.bootstrap import resampled_means
from neurosim.results.result import Result

__all__ = ["LyapunovSpectrum"]

LEVEL = (2.5, 97.5)
DRIFT = 4.0
"""Standard errors by which the halves of a converged run may differ."""
SLACK = 1e-3
"""The same relative to the largest exponent by size, for runs that hardly fluctuate."""


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum(
    Result, values="1/time", growth="1/time", interval="time", duration="time", discard="time", dt="time"
):
    r"""Exponents of one trajectory, in 1/time.

    Intervals hold 95 % and are those of a block bootstrap over time: how far a number would move along another
    stretch of the same trajectory. They say nothing about other realizations of the weights. They are NaN where there
    are fewer than 20 intervals between orthonormalizations.

    Attributes
    ----------
    values : ndarray, shape (count,)
        Mean exponential growth rates, descending.
    growth : ndarray, shape (intervals, count)
        Growth rate in each interval between two orthonormalizations, in 1/time.
    interval, duration, discard, dt : float
    scheme : str
    dimensions : int
        Number of all exponents: variables times units.
    """

    values: np.ndarray
    growth: np.ndarray
    interval: float
    duration: float
    discard: float
    dt: float
    scheme: str
    dimensions: int

    @property
    def per_step(self) -> np.ndarray:
        """Exponents of the map that one step is, in 1/step: its logarithmic growth per iteration."""
        return self.values * self.dt

    @functools.cached_property
    def _resampled(self) -> np.ndarray:
        return resampled_means(self.growth)

    @functools.cached_property
    def standard_errors(self) -> np.ndarray:
        """Standard errors of `values`, shape (count,)."""
        return self._resampled.std(axis=0)

    @functools.cached_property
    def confidence(self) -> np.ndarray:
        """Lower and upper ends of the intervals of `values`, shape (2, count)."""
        return np.percentile(self._resampled, LEVEL, axis=0)

    @functools.cached_property
    def entropy_rate(self) -> float:
        """Sum of the positive exponents, 1/time: bounds the entropy rate (Pesin); NaN if there are too few."""
        return _entropy_rate(self.values, self.dimensions)

    @functools.cached_property
    def entropy_rate_confidence(self) -> np.ndarray:
        """Lower and upper end of the interval of `entropy_rate`."""
        rates = [_entropy_rate(values, self.dimensions) for values in self._resampled]
        return np.percentile(rates, LEVEL)

    @functools.cached_property
    def dimension(self) -> float:
        r"""Kaplan–Yorke dimension, :math:`k + \sum_{i \le k} \lambda_i / |\lambda_{k+1}|`; NaN if too few exponents."""
        return _dimension(self.values, self.dimensions)

    @functools.cached_property
    def dimension_confidence(self) -> np.ndarray:
        """Lower and upper end of the interval of `dimension`."""
        return np.percentile([_dimension(values, self.dimensions) for values in self._resampled], LEVEL)

    @functools.cached_property
    def converged(self) -> bool:
        """Whether both halves of the run give the same exponents, within what their fluctuations explain."""
        half = len(self.growth) // 2
        if not np.isfinite(self.standard_errors).all():
            return False
        difference = np.abs(self.growth[:half].mean(axis=0) - self.growth[half:].mean(axis=0))
        # a half has twice the variance of the whole, a difference of halves four times
        allowed = DRIFT * 2.0 * self.standard_errors + SLACK * np.abs(self.values).max()
        return bool((difference <= allowed).all())


def _entropy_rate(values: np.ndarray, dimensions: int) -> float:
    if values.size < dimensions and values.min() > 0.0:
        return float("nan")
    return float(values[values > 0.0].sum())


def _dimension(values: np.ndarray, dimensions: int) -> float:
    values = np.sort(values)[::-1]
    sums = np.cumsum(values)
    below = np.flatnonzero(sums < 0.0)
    if not below.size:
        return float(dimensions) if values.size == dimensions else float("nan")
    k = below[0]
    return float(k + sums[k - 1] / abs(values[k])) if k else 0.0
