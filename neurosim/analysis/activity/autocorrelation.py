"""Autocorrelation of recorded activity, and its half width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, kind_of
from neurosim.results.result import Result
from neurosim.validation import finite, positive

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["MeasuredAutocorrelation", "autocorrelation", "crossing_lag", "half_width"]

# Size of the arrays that are Fourier transformed at once: 32 MB of float64.
BLOCK = 4_000_000


@runtime_checkable
class HasLags(Protocol):
    """Autocorrelation, measured or predicted: lags and the values at them."""

    @property
    def lags(self) -> np.ndarray:
        """Lags, from 0, shape (lags,)."""
        ...

    @property
    def values(self) -> np.ndarray:
        """Autocorrelation at each lag, shape (lags,)."""
        ...


@dataclass(frozen=True, eq=False)
class MeasuredAutocorrelation(Result, lags="time", values="state²", by_trial="state²"):
    """Autocorrelation of recorded activity.

    Attributes
    ----------
    lags : ndarray, shape (lags,)
        From 0, in the time unit of the run.
    values : ndarray, shape (lags,)
        ⟨x(t) x(t+s)⟩, averaged over time, units and trials; no mean is subtracted.
    by_trial : ndarray, shape (trials, lags)
        The same for each trial, for the sampling error.
    """

    lags: np.ndarray
    values: np.ndarray
    by_trial: np.ndarray


def autocorrelation(
    activity: Activity, *, discard: float = 0.0, longest: float | None = None, dt: float | None = None
) -> MeasuredAutocorrelation:
    r"""Autocorrelation of the activity, averaged over time, units and trials.

    .. math:: D(s) = \Big\langle \frac{1}{T - s} \sum_{t < T - s} x_i(t)\, x_i(t + s) \Big\rangle_i

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``.
    discard : float, optional
        Time to discard at the beginning, for the transient.
    longest : float, optional
        Longest lag. Default: a quarter of the recording; few products are averaged at longer ones.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    MeasuredAutocorrelation

    Notes
    -----
    Unbiased at every lag. Uses Fourier transforms padded with zeros, so that the correlation is not circular; costs
    samples × log samples for each unit, in blocks of 32 MB.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> wave = np.cos(2 * np.pi * np.arange(1000) / 50)
    >>> ns.analysis.autocorrelation(wave[None, :, None], longest=50).values[[0, 25, 50]].round(2)
    array([ 0.5, -0.5,  0.5])
    """
    values, interval = recording(activity, dt=dt, discard=discard)
    samples = values.shape[1]
    longest = 0.25 * (samples - 1) * interval if longest is None else positive("longest", longest)
    count = int(longest / interval + 1e-9) + 1
    if count > samples:
        raise ParameterError(
            f"longest = {longest:.6g} exceeds the recording of {(samples - 1) * interval:.6g}; "
            f"give a shorter lag or simulate for longer."
        )
    pairs = np.arange(samples, samples - count, -1)
    by_trial = np.array([_products(trial, count) for trial in values]) / (pairs * values.shape[2])
    return MeasuredAutocorrelation(interval * np.arange(count), by_trial.mean(axis=0), by_trial)


def _products(trial: np.ndarray, count: int) -> np.ndarray:
    """Sum over time and units of the products at each lag, shape (lags,)."""
    from scipy.fft import irfft, next_fast_len, rfft

    samples, units = trial.shape
    padded = next_fast_len(samples + count, real=True)
    width = max(1, BLOCK // padded)
    power = np.zeros(padded // 2 + 1)
    for start in range(0, units, width):
        transformed = rfft(trial[:, start : start + width].astype(np.float64), padded, axis=0)
        power += (transformed.real**2 + transformed.imag**2).sum(axis=1)
    return irfft(power, padded)[:count]


def half_width(correlation: HasLags, *, baseline: float = 0.0) -> float:
    """Half width at half maximum: lag at which an autocorrelation has fallen half way to its baseline.

    Parameters
    ----------
    correlation : MeasuredAutocorrelation or neurosim.theory.Autocorrelation
        Or anything with `lags`, which start at 0, and `values`.
    baseline : float, optional
        Value at infinite lag: 0, or the frozen variance where averages in time differ between units.

    Returns
    -------
    float
        In the unit of the lags, interpolated linearly between them.

    Raises
    ------
    ParameterError
        When it does not fall to half within its lags.
    """
    require_lags("correlation", correlation)
    lags = finite("correlation.lags", correlation.lags)
    values = finite("correlation.values", correlation.values) - finite("baseline", baseline)
    return crossing_lag(lags, values, 0.5)


def require_lags(name: str, correlation: Any) -> None:
    """Raise an error unless something has lags and values at them."""
    if not isinstance(correlation, HasLags):
        raise ParameterError(
            f"{name} must have lags and values (got {kind_of(correlation)}); give a result of "
            f"neurosim.analysis.autocorrelation."
        )


def crossing_lag(lags: np.ndarray, values: np.ndarray, level: float) -> float:
    """Lag at which values fall to a share `level` of the first value, interpolated linearly."""
    below = np.flatnonzero(values <= level * values[0])
    if values[0] <= 0.0 or below.size == 0:
        share = "half" if level == 0.5 else f"{level:.3g}"
        raise ParameterError(
            f"correlation must fall to {share} of its value at lag 0 (got {values[0]:.6g} to {values.min():.6g} over "
            f"the baseline within a lag of {lags[-1]:.6g}); try longer lags or another baseline."
        )
    after = below[0]
    step = (values[after - 1] - level * values[0]) / (values[after - 1] - values[after])
    return float(lags[after - 1] + step * (lags[after] - lags[after - 1]))
