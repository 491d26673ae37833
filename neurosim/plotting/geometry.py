"""Geometry of activity: tangling, planes of rotation, demixed and targeted axes, subspaces, tensor components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.geometry.jpca import RotationalPlanes
from neurosim.analysis.geometry.tangling import Tangling
from neurosim.errors import ParameterError
from neurosim.plotting.style import COLORS, GREY, axes, plain_numbers
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = ["rotations", "tangling"]


def tangling(result: Tangling, ax: Axes | None = None) -> Axes:
    """Tangling over time, a line for each trial, on a logarithmic axis, with its 90th percentile.

    Parameters
    ----------
    result : Tangling
        Result of `neurosim.analysis.tangling`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    for values in result.values:
        ax.plot(result.times, values, color=COLORS[0], linewidth=0.8, alpha=0.6)
    high = result.percentile(90.0)
    ax.axhline(high, color="black", linestyle="--", label=f"90th percentile {high:.3g}")
    ax.set(xlabel="time", ylabel="tangling Q (1/time²)", yscale="log")
    plain_numbers(ax, "y")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=9)
    return ax


def rotations(
    result: RotationalPlanes, activity: Activity, ax: Axes | None = None, *, plane: int = 0
) -> Axes:
    """Trajectories in a plane of rotation, colored by where they start along its first axis.

    Parameters
    ----------
    result : RotationalPlanes
        Result of `neurosim.analysis.jpca`.
    activity : Trajectory or ndarray, shape (trials, samples, units)
        Activity that the planes describe, without the samples that were discarded.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    plane : int, optional
        Which plane; 0 is the fastest.

    Returns
    -------
    matplotlib.axes.Axes
        With dots where trajectories start.

    References
    ----------
    M. M. Churchland et al., Nature 487, 51 (2012), Fig. 3.
    """
    import matplotlib

    if whole_number("plane", plane, minimum=0) >= len(result.frequencies):
        raise ParameterError(
            f"plane must be below {len(result.frequencies)}, the number of planes (got {plane})."
        )
    places = result.project(activity)[..., 2 * plane : 2 * plane + 2]
    ax = axes(ax, figsize=(4.2, 4.0))
    order = np.argsort(np.argsort(places[:, 0, 0])) / max(len(places) - 1, 1)
    for line, color in zip(places, matplotlib.colormaps["viridis"](0.9 * order), strict=True):
        ax.plot(*line.T, color=color, linewidth=1.0)
        ax.plot(*line[:1].T, "o", color=color, markersize=5)
    ax.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.set(xlabel=f"jPC {2 * plane + 1}", ylabel=f"jPC {2 * plane + 2}", aspect="equal")
    frequency, share = result.frequencies[plane], 100.0 * result.shares[plane]
    ax.set_title(f"{frequency:.3g} turns per time, {share:.0f} % of the variance", fontsize=9)
    return ax
