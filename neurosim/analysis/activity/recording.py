"""Recorded activity, from a run or an array, as one array without its transient."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import as_array, finite, non_negative, positive

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory


Activity: TypeAlias = "Trajectory | np.ndarray"
"""Recorded activity as every measurement takes it."""

__all__ = ["Activity", "Recording", "recording", "variance"]


class Recording(NamedTuple):
    """Array of activity, shape (trials, samples, units), and the time between its samples."""

    values: np.ndarray
    interval: float


def recording(activity: Activity, *, dt: float | None = None, discard: float = 0.0) -> Recording:
    """Array of activity of a run or an array, without its transient.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the first state variable is taken, or an array such as ``run.rates``.
    dt : float, optional
        Time between the samples of an array. Default: 1. Not for a run, which has its own.
    discard : float, optional
        Time to discard at the beginning.

    Returns
    -------
    Recording

    Raises
    ------
    ShapeError, ParameterError
        When the array has other axes, or fewer than two samples remain.
    """
    if hasattr(activity, "__array__"):
        values, interval = as_array("activity", activity), 1.0 if dt is None else positive("dt", dt)
        values = values[None] if values.ndim == 2 else values
    else:
        if not hasattr(activity, "states"):
            raise ParameterError(
                f"activity must be a run or an array (got {type(activity).__name__}); "
                f"try ns.simulate(network, duration, dt)."
            )
        if dt is not None:
            raise ParameterError(f"dt must not be given with a run, which has its own (got {dt!r}).")
        values = activity.states if activity.states.ndim == 3 else activity.states[..., 0]
        interval = activity.dt
    if values.ndim != 3 or 0 in values.shape:
        raise ShapeError(
            f"activity must have the shape (trials, samples, units), none of them 0 (got {values.shape})."
        )
    first = int(np.ceil(non_negative("discard", discard) / interval - 1e-9))
    if values.shape[1] - first < 2:
        raise ParameterError(
            f"discard must leave two samples or more (got discard = {discard!r}, which leaves "
            f"{max(values.shape[1] - first, 0)} of {values.shape[1]} samples at intervals of {interval:.6g}); try a "
            f"longer simulation or discard less."
        )
    return Recording(finite("activity", values[:, first:]), interval)


def variance(activity: Activity, *, discard: float = 0.0, dt: float | None = None) -> float:
    """Variance of the activity over units, time and trials together.

    Parameters
    ----------
    activity, dt, discard
        As in `recording`.

    Returns
    -------
    float
        In squared units of the activity; to be compared with `neurosim.theory.variance` for states.
    """
    return float(np.var(recording(activity, dt=dt, discard=discard).values))
