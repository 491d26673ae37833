"""Figures of fixed points under several constant inputs, and of the Floquet multipliers of a limit cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.analysis.attractors.limit_cycles import LimitCycle
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.stability import growth_in_map
from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.plane import first_variable, label_plane, plane_of
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = ["fixed_points_by_input", "multipliers"]

NAMED = 8
"""Most names in the legend."""


@check_results
def fixed_points_by_input(
    result: Mapping[str, Sequence[FixedPoints]] | Sequence[FixedPoints],
    activity: Activity | None = None,
    ax: Axes | None = None,
    *,
    directions: Sequence[Any] | None = None,
) -> Axes:
    """Fixed points under several inputs in one plane, a color for each input or epoch; filled where stable.

    Parameters
    ----------
    result : mapping of str to sequence of FixedPoints, or sequence of FixedPoints
        Results of `neurosim.analysis.fixed_points_by_epoch` or `fixed_points_by_input`.
    activity : Trajectory or ndarray, shape (trials, samples, units), optional
        Drawn in gray.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of the activity; without it, of the points.

    Returns
    -------
    matplotlib.axes.Axes
    """
    named = (
        dict(result)
        if isinstance(result, Mapping)
        else {f"input {k + 1}": (one,) for k, one in enumerate(result)}
    )
    states = [first_variable(one.states, one.network) for each in named.values() for one in each]
    if not sum(map(len, states)):
        raise ParameterError("result must hold a fixed point (got none); there is nothing to draw.")
    plane = plane_of(np.concatenate(states)[None] if activity is None else activity, directions)
    ax = axes(ax, figsize=(4.8, 4.0))
    if activity is not None:
        for x, y in np.moveaxis(plane.project(recording(activity).values), -1, 1):
            ax.plot(x, y, color=GREY, linewidth=0.5, alpha=0.5, zorder=1)
    for k, (name, searches) in enumerate(named.items()):
        color, label = COLORS[k % len(COLORS)], name if k < NAMED else None
        for one in searches:
            places = plane.project(first_variable(one.states, one.network))
            for chosen, face in ((one.stable, color), (~one.stable, "white")):
                if chosen.any():
                    x, y = places[chosen].T
                    ax.plot(x, y, "o", markersize=6, color=color, markerfacecolor=face, label=label)
                    label = None
    label_plane(ax, plane)
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


@check_results
def multipliers(result: LimitCycle, ax: Axes | None = None) -> Axes:
    """Floquet multipliers of a limit cycle; displacements outside of the unit circle grow from period to period.

    Parameters
    ----------
    result : LimitCycle
        Result of `neurosim.analysis.limit_cycle`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The ring marks the multiplier along the orbit, which is 1 for any cycle.
    """
    ax = axes(ax, figsize=(4.0, 4.0))
    turn = np.linspace(0.0, 2.0 * np.pi, 400)
    ax.plot(np.cos(turn), np.sin(turn), color=GREY, linewidth=1.0)
    values = result.multipliers
    others = np.delete(values, result.trivial)
    growth = growth_in_map(others)
    for sign, color, name in ((-1, COLORS[0], "shrinks"), (0, GREY, "marginal"), (1, COLORS[1], "grows")):
        chosen = growth == sign
        if chosen.any():
            ax.plot(others[chosen].real, others[chosen].imag, "o", color=color, markersize=5, label=name)
    along = values[result.trivial]
    ax.plot(along.real, along.imag, "o", color="black", markersize=9, markerfacecolor="none", label="along")
    ax.set(xlabel="real part", ylabel="imaginary part", aspect="equal")
    ax.set_title(f"period {result.period:.4g}" + ("" if result.converged else ", not converged"))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9, frameon=False)
    return ax
