"""Figure of what is decoded from populations over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.decoding import Decoding
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["decoding"]


@check_results
def decoding(result: Decoding, ax: Axes | None = None, *, quantity: str = "information") -> Axes:
    """Information about a condition, or accuracy of its decoding, over time: a line for each population.

    Parameters
    ----------
    result : Decoding
        Result of `neurosim.analysis.decoding`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    quantity : {"information", "accuracy"}, optional

    Returns
    -------
    matplotlib.axes.Axes
        Bands are 95 % intervals of the accuracy. The gray band is where 95 % of the shuffles of all populations lie,
        the dashed line the entropy of the condition, or an accuracy of one.
    """
    of_information = one_of("quantity", quantity, ("information", "accuracy")) == "information"
    ax = axes(ax)
    values, null = getattr(result, quantity), getattr(result, f"null_{quantity}")
    ax.axhline(result.entropy if of_information else 1.0, color=GREY, linestyle="--", linewidth=1.0)
    if null.size:
        low, high = np.quantile(null, [0.025, 0.975], axis=(0, 1))
        ax.fill_between(
            result.times, low, high, color=GREY, alpha=0.35, linewidth=0.0, label="shuffled labels"
        )
    for k, name in enumerate(result.names):
        color = COLORS[k % len(COLORS)]
        ax.plot(result.times, values[k], color=color, label=name)
        if not of_information:
            ax.fill_between(
                result.times, *result.accuracy_interval[k].T, color=color, alpha=0.2, linewidth=0.0
            )
    label = "information (bits)" if of_information else "decoding accuracy"
    ax.set(xlabel="time", ylabel=label)
    ax.legend(fontsize=9)
    return ax
