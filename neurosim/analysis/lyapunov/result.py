"""Lyapunov spectrum of a trajectory, with its dimension, entropy rate and confidence intervals."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from neurosim.analysis.attractors.boundedness import Boundedness
from neurosim.noise import Noise
from neurosim.results.result import Result

__all__ = ["LyapunovSpectrum", "resample_means"]

LEVEL = (2.5, 97.5)
BLOCKS = 20
"""Blocks that a series is divided into, and the least number of samples that it needs."""
DRIFT = 4.0
"""Standard errors by which the halves of a converged run, or two starts on one attractor, may differ."""
SLACK = 1e-3
"""The same relative to the largest exponent by size, for runs that hardly fluctuate."""
SHORT = 20.0
"""Slowest time constants below which a run is too short: fewer than one for each block of the bootstrap."""


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum(
    Result,
    values="1/time",
    growth="1/time",
    interval="time",
    duration="time",
    discard="time",
    dt="time",
    time_constant="time",
):
    r"""Exponents of one trajectory, in 1/time.

    Intervals hold 95 % and are those of a block bootstrap over time: how far a number would move along another
    stretch of the same trajectory. They do not include other realizations of the weights, or other attractors of the
    same network: those need several starts. They are NaN where there are fewer than 20 intervals between
    orthonormalizations.

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
    time_constant : float
        Slowest time constant of a unit by itself, in which `duration` is judged.
    noise : WhiteNoise, OrnsteinUhlenbeck or None
        Noise along the trajectory, frozen; None: the trajectory is deterministic.
    status : {"bounded", "growing", "unbounded"}
        Whether the state stays bounded. A positive exponent is chaos only where it does. Growing: the state was still
        growing when the run ended, from which it returns later; discard more. Unbounded: it grows for ever, and the
        exponents are the rates of that growth.
    others : tuple of LyapunovSpectrum
        Those of the other starts; see `attractors`.
    """

    values: np.ndarray
    growth: np.ndarray
    interval: float
    duration: float
    discard: float
    dt: float
    scheme: str
    dimensions: int
    time_constant: float
    noise: Noise | None = None
    status: Boundedness = "bounded"
    others: tuple[LyapunovSpectrum, ...] = ()

    @property
    def per_step(self) -> np.ndarray:
        """Exponents of the map that one step is, in 1/step: its logarithmic growth per iteration."""
        return self.values * self.dt

    @property
    def short(self) -> bool:
        """Whether the run was shorter than 20 of the slowest time constants."""
        return self.duration < SHORT * self.time_constant

    @property
    def chaotic(self) -> bool:
        """Whether the largest exponent is above 0 by its interval, and the state stays bounded."""
        return bool(self.status == "bounded" and self.confidence[0, 0] > 0.0)

    @functools.cached_property
    def attractors(self) -> int:
        """Number of attractors of different exponents, within their errors, that the starts reached.

        Attractors of the same exponents, such as mirror images, count once. One start counts as one.
        """
        distinct: list[LyapunovSpectrum] = []
        for one in (self, *self.others):
            if not any(_same_exponents(one, other) for other in distinct):
                distinct.append(one)
        return len(distinct)

    @functools.cached_property
    def _bootstrap_means(self) -> np.ndarray:
        return resample_means(self.growth)

    @functools.cached_property
    def standard_errors(self) -> np.ndarray:
        """Standard errors of `values`, shape (count,)."""
        return self._bootstrap_means.std(axis=0)

    @functools.cached_property
    def confidence(self) -> np.ndarray:
        """Lower and upper ends of the intervals of `values`, shape (2, count)."""
        return np.percentile(self._bootstrap_means, LEVEL, axis=0)

    @functools.cached_property
    def entropy_rate(self) -> float:
        """Sum of the positive exponents, 1/time: bounds the entropy rate (Pesin); NaN if there are too few."""
        return _entropy_rate(self.values, self.dimensions)

    @functools.cached_property
    def entropy_rate_confidence(self) -> np.ndarray:
        """Lower and upper end of the interval of `entropy_rate`."""
        rates = [_entropy_rate(values, self.dimensions) for values in self._bootstrap_means]
        return np.percentile(rates, LEVEL)

    @functools.cached_property
    def dimension(self) -> float:
        r"""Kaplan–Yorke dimension, :math:`k + \sum_{i \le k} \lambda_i / |\lambda_{k+1}|`; NaN if too few exponents."""
        return _dimension(self.values, self.dimensions)

    @functools.cached_property
    def dimension_confidence(self) -> np.ndarray:
        """Lower and upper end of the interval of `dimension`."""
        return np.percentile([_dimension(values, self.dimensions) for values in self._bootstrap_means], LEVEL)

    @functools.cached_property
    def converged(self) -> bool:
        """Whether both halves of the run give the same exponents, within what their fluctuations explain.

        It does not mean that another start gives the same: a network may have several attractors, each with exponents
        that converge. See the argument `starts` of `lyapunov_spectrum`.
        """
        half = len(self.growth) // 2
        if not np.isfinite(self.standard_errors).all():
            return False
        difference = np.abs(self.growth[:half].mean(axis=0) - self.growth[half:].mean(axis=0))
        # a half has twice the variance of the whole, a difference of halves four times
        allowed = DRIFT * 2.0 * self.standard_errors + SLACK * np.abs(self.values).max()
        return bool((difference <= allowed).all())


def _same_exponents(a: LyapunovSpectrum, b: LyapunovSpectrum) -> bool:
    """Whether two spectra agree within their standard errors."""
    errors = np.hypot(np.nan_to_num(a.standard_errors), np.nan_to_num(b.standard_errors))
    allowed = DRIFT * errors + SLACK * max(np.abs(a.values).max(), np.abs(b.values).max())
    return a.status == b.status and bool((np.abs(a.values - b.values) <= allowed).all())


def resample_means(series: np.ndarray, resamples: int = 500) -> np.ndarray:
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
