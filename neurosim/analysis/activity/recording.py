"""Recorded activity as one array: the form in which every measurement takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, non_negative, positive

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

    Activity: TypeAlias = "Trajectory | np.ndarray"

__all__ = ["Activity", "Recording", "recording", "variance"]


class Recording(NamedTuple):
    """Activity of shape (trials, samples, units) and the time between its samples."""

    values: np.ndarray
    interval: float


def recording(activity: Activity, *, dt: float | None = None, discard: float = 0.0) -> Recording:
    """Activity without its transient.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the first state variable is taken, or an array such as ``run.rates``.
    dt : float, optional
        Time between the samples of an array. Default: 1. A run knows its own.
    discard : float, optional
        Time that is left out at the beginning.

    Returns
    -------
    Recording

    Raises
    ------
    ShapeError, ParameterError
        When the array has other axes, or fewer than two samples would be left.
    """
    if isinstance(activity, np.ndarray):
        values, interval = activity, 1.0 if dt is None else positive("dt", dt)
        values = values[None] if values.ndim == 2 else values
    else:
        if not hasattr(activity, "states"):
            raise ParameterError(
                f"activity is a {type(activity).__name__}, which has no states; give a run, such as "
                f"ns.simulate(network, duration, dt), or an array."
            )
        if dt is not None:
            raise ParameterError(f"dt = {dt!r} is given with a run, which knows its own; leave dt out.")
        values = activity.states if activity.states.ndim == 3 else activity.states[..., 0]
        interval = activity.dt
    if values.ndim != 3 or 0 in values.shape:
        raise ShapeError(
            f"activity has shape {values.shape}; give (trials, samples, units), none of them empty."
        )
    first = int(np.ceil(non_negative("discard", discard) / interval - 1e-9))
    if values.shape[1] - first < 2:
        raise ParameterError(
            f"discard = {discard!r} leaves {max(values.shape[1] - first, 0)} of {values.shape[1]} samples, "
            f"{interval:.6g} apart; simulate for longer or discard less."
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
