"""Covariance of recorded activity, of each pair of units at equal times and at lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["MeasuredCovariance", "covariance"]


@dataclass(frozen=True, eq=False)
class MeasuredCovariance(Result, values="activity²", lags="time", cross="activity²"):
    r"""Covariance of recorded activity.

    Attributes
    ----------
    values : ndarray, shape (units, units)
        At equal times.
    halves : ndarray, shape (2, units, units)
        Of the first and of the second half of the recording, about the means of all of it.
    lags : ndarray, shape (lags,)
    cross : ndarray, shape (lags, units, units)
        :math:`\langle r_i(t+s)\, r_j(t) \rangle` at the lags s, about the means.
    """

    values: np.ndarray
    halves: np.ndarray
    lags: np.ndarray
    cross: np.ndarray

    @property
    def reliability(self) -> float:
        """Correlation coefficient of the covariances of pairs in the two halves: 1 for an endless recording."""
        rows, columns = np.triu_indices(len(self.values), 1)
        return float(np.corrcoef(self.halves[:, rows, columns])[0, 1])


def covariance(
    activity: Activity, *, lags: np.ndarray | None = None, discard: float = 0.0, dt: float | None = None
) -> MeasuredCovariance:
    """Covariance of recorded activity, to be compared with `neurosim.theory.covariance`.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``. Two units or more.
    lags : ndarray, optional
        Whole multiples of the time between samples, at most half of the recording. Default: none.
    discard, dt
        As in `neurosim.analysis.autocorrelation`.

    Returns
    -------
    MeasuredCovariance

    Raises
    ------
    ParameterError
        For lags that are not whole multiples or are too long, or fewer than four samples.

    Notes
    -----
    Costs samples · units² for the covariance and for each lag. Chaotic activity of the correlation time T_c leaves an
    error of about the variance of a unit times (T_c / duration)^(1/2) in each entry.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> noise = np.random.default_rng(0).standard_normal((10_000, 2))
    >>> ns.analysis.covariance(noise).values.round(1) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    samples = values.shape[1]
    if values.shape[2] < 2 or samples < 4:
        raise ParameterError(
            f"activity must have two units and four samples (got {values.shape[2]} and {samples}); record more."
        )
    lags = np.atleast_1d(finite("lags", [] if lags is None else lags, np.float64))
    if lags.ndim != 1:
        raise ShapeError(f"lags must be one number or a row of them (got shape {lags.shape}).")
    places = np.rint(lags / interval).astype(int)
    if (np.abs(lags / interval - places) > 1e-6).any() or (2 * np.abs(places) > samples).any():
        raise ParameterError(
            f"lags must be whole multiples of the time between samples, {interval:g}, up to half of the recording (got "
            f"{lags.tolist()}); try {interval:g} * np.arange(...)."
        )
    centered = values.astype(np.float64) - values.mean(axis=(0, 1), dtype=np.float64)
    half = samples // 2
    halves = np.array([_products(part, part) for part in (centered[:, :half], centered[:, half:])])
    cross = [
        _products(centered[:, max(k, 0) : samples + min(k, 0)], centered[:, max(-k, 0) : samples - max(k, 0)])
        for k in places
    ]
    shape = (-1, values.shape[2], values.shape[2])
    return MeasuredCovariance(_products(centered, centered), halves, lags, np.array(cross).reshape(shape))


def _products(later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Mean products of all pairs of units over trials and samples."""
    units = later.shape[2]
    flat = later.reshape(-1, units)
    return flat.T @ earlier.reshape(-1, units) / len(flat)
