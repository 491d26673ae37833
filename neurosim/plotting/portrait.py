"""Trajectories in a plane of the state space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity import recording
from neurosim.errors import ParameterError
from neurosim.plotting.style import COLOURS, axes
from neurosim.validation import shaped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity import Activity

    Direction = int | np.ndarray

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

    A dot marks where each starts, an open circle where it ends.

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
    if directions is None:
        plane, labels = _principal_plane(values)
        values = values - values.mean(axis=(0, 1))
    else:
        plane, labels = _given_plane(directions, values.shape[2])
    ax = axes(ax, figsize=(4.4, 4.0))
    for trial, (x, y) in enumerate(np.moveaxis(values @ plane, -1, 1)):
        colour = COLOURS[trial % len(COLOURS)]
        ax.plot(x, y, color=colour, linewidth=1.0, alpha=0.8, label=f"trial {trial}")
        ax.plot(x[0], y[0], color=colour, marker="o", markersize=5)
        ax.plot(x[-1], y[-1], color=colour, marker="o", markersize=6, markerfacecolor="white")
    ax.set(xlabel=labels[0], ylabel=labels[1])
    return ax


def _principal_plane(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    samples = values.reshape(-1, values.shape[2])
    if samples.shape[1] < 2:
        raise ParameterError("activity has one unit, and a plane needs two; draw it with traces().")
    covariance = np.cov(samples, rowvar=False)
    variances, vectors = np.linalg.eigh(covariance)
    if variances[-1] <= 0.0:
        raise ParameterError("activity never changes and has no principal components; give two directions.")
    shares = np.maximum(variances[:-3:-1], 0.0) / variances.sum()
    labels = [f"principal component {k + 1} ({100.0 * share:.0f} %)" for k, share in enumerate(shares)]
    plane = vectors[:, :-3:-1]
    # an eigenvector has no sign: let the larger part of it be positive, so that figures can be compared
    return plane * np.sign(plane.sum(axis=0) + 1e-300), labels


def _given_plane(directions: Sequence[Direction], size: int) -> tuple[np.ndarray, list[str]]:
    if len(directions) != 2:
        raise ParameterError(f"directions has {len(directions)} entries; give two units or two vectors.")
    columns, labels = [], []
    for place, direction in enumerate(directions):
        if np.ndim(direction) == 0:
            columns.append(_unit_vector(int(direction), size))
            labels.append(f"unit {direction}")
        else:
            columns.append(_normalised(np.asarray(direction), size))
            labels.append(f"direction {place + 1}")
    return np.stack(columns, axis=1), labels


def _unit_vector(unit: int, size: int) -> np.ndarray:
    if not 0 <= unit < size:
        raise ParameterError(f"directions names unit {unit}; the {size} recorded units are 0 to {size - 1}.")
    return np.eye(1, size, unit)[0]


def _normalised(direction: np.ndarray, size: int) -> np.ndarray:
    vector = shaped("directions", direction, (size,), f"The activity has {size} units.")
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise ParameterError("directions has a vector of zeros; give two directions that are not zero.")
    return vector / length
