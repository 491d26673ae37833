"""Figures of mechanisms of context: drift along line attractors, and three terms of context modulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.behavior.context_selection import ContextSelection
from neurosim.analysis.fixed_points.line_attractor import LineAttractor
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["context_selection", "line_attractor"]

TERMS = ("direct", "indirect", "selection")
LABELS = ("direct input", "indirect input", "selection vector")


@check_results
def line_attractor(result: LineAttractor, ax: Axes | None = None, *, label: str | None = None) -> Axes:
    """Drift along a line attractor, with its fixed points: filled where the flow comes together, open elsewhere.

    Parameters
    ----------
    result : LineAttractor
        Result of `neurosim.analysis.line_attractor`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; several attractors can share it. Default: a new figure.
    label : str, optional
        Name in a legend.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    color = COLORS[sum(str(line.get_label()).startswith("drift") for line in ax.lines) % len(COLORS)]
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    name = f"drift{'' if label is None else f', {label}'}"
    ax.plot(result.positions, result.drift, color=color, label=name)
    for place in result.fixed:
        slope = np.gradient(result.drift, result.positions)
        stable = np.interp(place, result.positions, slope) < 0.0
        ax.plot(place, 0.0, "o", color=color, markerfacecolor=color if stable else "white", zorder=5)
    ax.set(xlabel="position on the attractor (rms state)", ylabel="drift (state/time)")
    if label is not None:
        ax.legend(fontsize=9)
    return ax


@check_results
def context_selection(result: ContextSelection, ax: Axes | None = None) -> Axes:
    """Difference of the effect of each stimulus between contexts, as a stack of its three terms, means over points.

    Parameters
    ----------
    result : ContextSelection
        Result of `neurosim.analysis.context_selection`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Terms of the same sign are stacked; a black line is the sum of all three.
    """
    ax = axes(ax)
    places = np.arange(len(result.stimuli))
    above, below = np.zeros(len(places)), np.zeros(len(places))
    for name, label, color in zip(TERMS, LABELS, COLORS, strict=False):
        values = getattr(result, name).mean(axis=1)
        start = np.where(values >= 0.0, above, below)
        ax.bar(places, values, bottom=start, color=color, width=0.6, label=label)
        above, below = above + np.maximum(values, 0.0), below + np.minimum(values, 0.0)
    total = result.differences.mean(axis=1)
    ax.hlines(total, places - 0.4, places + 0.4, color="black", label="sum")
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    ax.set(xticks=places, ylabel=f"Δ(s · i), {result.contexts[0]} − {result.contexts[1]}")
    ax.set_xticklabels(result.stimuli)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=9)
    return ax
