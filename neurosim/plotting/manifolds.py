"""Figures of invariant manifolds and of basins of attraction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.attractors.basins import Basins
from neurosim.analysis.fixed_points.manifolds import InvariantManifold
from neurosim.plotting.arguments import check_results
from neurosim.plotting.plane import first_variable, label_plane, plane_of, stability_color
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["basins", "invariant_manifold"]


@check_results
def invariant_manifold(
    result: InvariantManifold, ax: Axes | None = None, *, directions: Sequence[Any] | None = None
) -> Axes:
    """Branches of a stable or unstable manifold in a plane of the state space, with the fixed points.

    Filled circles are stable points, open ones others. To see both manifolds of a saddle, draw one over the other with
    the same `directions`.

    Parameters
    ----------
    result : InvariantManifold
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of the branches.

    Returns
    -------
    matplotlib.axes.Axes
    """
    network = result.points.network
    branches = [first_variable(each, network) for each in result.states]
    branches = [each[np.isfinite(each).all(axis=1)] for each in branches]
    plane = plane_of(np.concatenate(branches)[None], directions)
    ax = axes(ax, figsize=(4.8, 4.0))
    unstable = result.kind == "unstable"
    for k, branch in enumerate(branches):
        x, y = plane.project(branch).T
        label = f"{result.kind} manifold" if k == 0 else None
        ax.plot(x, y, color=COLORS[1 if unstable else 0], linewidth=1.2 if unstable else 0.9, label=label)
    places = plane.project(first_variable(result.points.states, network))
    growing = result.points.unstable_dimensions
    for place, number, stable in zip(places, growing, result.points.stable, strict=True):
        color = stability_color(int(number))
        ax.plot(*place, marker="o", markersize=7, color=color, markerfacecolor=color if stable else "white")
    label_plane(ax, plane)
    # beside the axes as in `basins`, over which a manifold may be drawn
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


@check_results
def basins(result: Basins, ax: Axes | None = None, *, directions: Sequence[Any] | None = None) -> Axes:
    """Starts in a plane of the state space, each in the color of the attractor that it reached.

    The legend gives the share of each basin with its interval. Basins of a network of many units overlap in a plane.

    Parameters
    ----------
    result : Basins
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of the starts.

    Returns
    -------
    matplotlib.axes.Axes
        Attractors that are fixed points are black-edged circles.
    """
    network = result.attractors.network
    starts = first_variable(result.starts, network)
    plane = plane_of(starts[None], directions)
    ax = axes(ax, figsize=(5.6, 4.0))
    for k, each in enumerate(result.attractors.found):
        color = GREY if each.kind in ("unsettled", "unbounded") else COLORS[k % len(COLORS)]
        x, y = plane.project(starts[result.attractors.labels == k]).T
        interval = f"{100.0 * result.low[k]:.0f}–{100.0 * result.high[k]:.0f} %"
        label = f"{each.kind}: {100.0 * result.shares[k]:.0f} % ({interval})"
        ax.plot(x, y, linestyle="none", marker=".", markersize=4, color=color, label=label)
        if each.kind.endswith("fixed point"):
            place = plane.project(first_variable(each.orbit, network))[0]
            ax.plot(*place, marker="o", markersize=8, color=color, markeredgecolor="black")
    label_plane(ax, plane)
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax
