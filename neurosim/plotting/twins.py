"""One network among its twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.weights.twin_comparison import TwinComparison
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes
from neurosim.validation import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["twins"]


@check_results
def twins(result: TwinComparison, name: str | None = None, ax: Axes | None = None) -> Axes:
    """One number of a network as a line and of its twins as points by kind, with intervals and p-values.

    Parameters
    ----------
    result : TwinComparison
        Result of ``neurosim.analysis.twins(...).compare(...)``.
    name : str, optional
        Name of the number. Default: the first.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    chosen = result.names[0] if name is None else one_of("name", name, result.names)
    number = result.names.index(chosen)
    kinds = list(result.values)
    ax = axes(ax, figsize=(1.8 + 1.1 * len(kinds), 3.4))
    for place, kind in enumerate(kinds):
        values = result.values[kind][:, number]
        # a deterministic jitter, so that equal values do not coincide
        spread = place + 0.3 * (np.modf(np.arange(len(values)) * 0.618)[0] - 0.5)
        color = COLORS[place % len(COLORS)]
        ax.plot(spread, values, "o", color=color, markersize=4, markeredgewidth=0.0, alpha=0.5)
        low, high = result.intervals[kind][:, number]
        ax.errorbar(
            place + 0.28, 0.5 * (low + high), 0.5 * (high - low), color=color, linewidth=2.5, capsize=4
        )
    ax.axhline(result.measured[number], color="black", linestyle="--", label="network")
    labels = [f"{kind}\np = {result.p_values[kind][number]:.2g}" for kind in kinds]
    ax.set_xticks(np.arange(len(kinds)), labels, fontsize=9)
    ax.set(xlim=(-0.5, len(kinds) - 0.3), ylabel=chosen)
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax
