"""Sequentiality of activity: whether units peak one after the other, and how sharply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import non_negative, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["Sequentiality", "sequentiality"]

# Pseudocount of each bin of peak times.
SMOOTHING = 0.1
# Lower bound of rates in logarithms.
SMALLEST = 1e-6


@dataclass(frozen=True, eq=False)
class Sequentiality(Result):
    """Sequentiality index of activity, its two parts, and the peak times of the units.

    Attributes
    ----------
    index : float
        `peak_entropy` + `ridge_to_background`, averaged over trials.
    peak_entropy : float
        Entropy of the distribution of peak times in nats: ln(bins) where peaks cover the trial evenly, near 0 where all
        units peak together.
    ridge_to_background : float
        Mean logarithm of the rate around the peak over the rate elsewhere.
    by_trial : ndarray, shape (trials,)
        The index of each trial.
    peak_times : ndarray, shape (units,)
        Time at which the rate of each unit, averaged over trials, is largest.
    active : ndarray of bool, shape (trials, units)
        Units whose mean rate exceeds the threshold.
    """

    index: float
    peak_entropy: float
    ridge_to_background: float
    by_trial: np.ndarray
    peak_times: np.ndarray
    active: np.ndarray

    @property
    def order(self) -> np.ndarray:
        """Units by ascending peak time, shape (units,): the order of rows in `neurosim.plotting.sequence`."""
        return np.argsort(self.peak_times, kind="stable")


def sequentiality(
    activity: Activity,
    *,
    bins: int = 20,
    window: int = 5,
    threshold: float = 0.1,
    discard: float = 0.0,
    dt: float | None = None,
) -> Sequentiality:
    """Sequentiality index of Orhan & Ma: entropy of the peak times plus mean log ridge-to-background ratio.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        Rates, which are not negative: an array such as ``run.rates`` or ``np.abs(run.rates)``. Of a run, the states
        are taken.
    bins : int, optional
        Bins of peak times, at least 2.
    window : int, optional
        Samples of the ridge, half of them on each side of the peak: 5 are the peak and two on each side.
    threshold : float, optional
        Mean rate that units must exceed to count.
    discard, dt
        As in `recording`.

    Returns
    -------
    Sequentiality

    Raises
    ------
    ParameterError
        When rates are negative, no unit of a trial is active, or there are no samples outside the ridge.

    Notes
    -----
    Costs trials · samples · units. A pseudocount of 0.1 in each bin makes the entropy of units that peak together
    slightly larger than 0. The index grows with `bins`; compare indices of equal settings only.

    References
    ----------
    A. E. Orhan, W. J. Ma, Nat. Neurosci. 22, 275 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> one_after_the_other = np.kron(np.eye(20), np.ones((5, 1)))
    >>> sequence = ns.analysis.sequentiality(0.1 + 0.9 * one_after_the_other, threshold=0.0)
    >>> bool(np.isclose(sequence.peak_entropy, np.log(20)))
    True
    """
    whole_number("bins", bins, minimum=2)
    half = whole_number("window", window) // 2
    values, interval = recording(activity, discard=discard, dt=dt)
    values = values.astype(np.float64)
    if values.min() < 0.0:
        raise ParameterError(
            f"activity must be rates of at least 0 (got a minimum of {values.min():.4g}); try np.abs(run.rates)."
        )
    if values.shape[1] <= 2 * half + 1:
        raise ParameterError(
            f"window must be shorter than the recording of {values.shape[1]} samples (got {window})."
        )
    active = values.mean(axis=1) > non_negative("threshold", threshold)
    if not active.any(axis=1).all():
        raise ParameterError(
            f"threshold must be below the mean rate of a unit in each trial (got {threshold:g}, above all of trial "
            f"{int(np.argmin(active.any(axis=1)))}); try a lower one."
        )
    start = interval * np.ceil(discard / interval - 1e-9)
    parts = np.array(
        [_index_parts(trial[:, chosen], bins, half) for trial, chosen in zip(values, active, strict=True)]
    )
    return Sequentiality(
        index=float(parts.sum(axis=1).mean()),
        peak_entropy=float(parts[:, 0].mean()),
        ridge_to_background=float(parts[:, 1].mean()),
        by_trial=parts.sum(axis=1),
        peak_times=start + interval * np.argmax(values.mean(axis=0), axis=0),
        active=active,
    )


def _index_parts(rates: np.ndarray, bins: int, half: int) -> tuple[float, float]:
    """Entropy of the peak times and mean log ratio of one trial, shape (samples, units)."""
    samples = len(rates)
    peaks = np.argmax(rates, axis=0)
    counts = np.histogram(peaks, bins=bins, range=(0, samples))[0] + SMOOTHING
    shares = counts / counts.sum()
    on_ridge = np.abs(np.arange(samples)[:, None] - peaks) <= half
    ridge = np.sum(rates * on_ridge, axis=0) / on_ridge.sum(axis=0)
    background = np.sum(rates * ~on_ridge, axis=0) / (~on_ridge).sum(axis=0)
    ratio = np.log(np.maximum(ridge, SMALLEST)) - np.log(np.maximum(background, SMALLEST))
    return float(-np.sum(shares * np.log(shares))), float(ratio.mean())
