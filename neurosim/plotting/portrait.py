"""Trajectories in a plane of the state space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.plotting.plane import plane_of
from neurosim.plotting.style import COLORS, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity
    from neurosim.plotting.plane import Direction

__all__ = ["phase_portrait"]


def phase_portrait(
    activity: Activity,
    directions: Sequence[Direction] | None = None,
    ax: Axes | None = None,
    *,
    discard: float = 0.0,
    dt: float | None = None,
) -> Axes:
    """Trajectories of all trials, projected on two directions of the state space.

    A dot marks the start of each trajectory, an open circle its end.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the states are drawn, or an array such as ``run.rates``.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors, which are scaled to norm 1. Default: the two principal components of all trials
        together, about their mean.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    discard : float, optional
        Time that is left out at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values, _ = recording(activity, dt=dt, discard=discard)
    plane = plane_of(values, directions)
    ax = axes(ax, figsize=(4.4, 4.0))
    for trial, (x, y) in enumerate(np.moveaxis(plane.project(values), -1, 1)):
        color = COLORS[trial % len(COLORS)]
        ax.plot(x, y, color=color, linewidth=1.0, alpha=0.8, label=f"trial {trial}")
        ax.plot(x[0], y[0], color=color, marker="o", markersize=5)
        ax.plot(x[-1], y[-1], color=color, marker="o", markersize=6, markerfacecolor="white")
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    return ax
