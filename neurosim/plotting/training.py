"""History of a training: loss and accuracy by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.training import History, Training

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["history"]


@check_results
def history(result: Training | History, ax: Axes | None = None) -> Axes:
    """Loss (left, logarithmic) and accuracy (right) of every epoch.

    Lines are values on training trials, dashed lines those on held-out trials. A circle marks the lowest loss, on
    held-out trials if there are any. Gray lines mark the stages of a curriculum.

    Parameters
    ----------
    result : Training or History
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the loss.

    Raises
    ------
    ParameterError
        If the history has no loss.
    """
    numbers = result.history if isinstance(result, Training) else result
    if "loss" not in numbers.names or not numbers.length:
        raise ParameterError(f"result must have a loss in one row or more (got {numbers!r}).")
    ax = axes(ax)
    rows = np.arange(1, numbers.length + 1)
    _draw(ax, rows, numbers, "loss", COLORS[0])
    _mark_lowest(ax, rows, numbers)
    if (numbers["loss"] > 0.0).any():
        ax.set_yscale("log")
    ax.set(xlabel=numbers.row, ylabel="loss", xlim=(0.5, rows[-1] + 0.5))
    ax.locator_params(axis="x", integer=True)
    for change in np.flatnonzero(np.diff(numbers["stage"])) if "stage" in numbers.names else ():
        ax.axvline(rows[change] + 0.5, color=GREY, linewidth=0.8, zorder=0)
    drawn = [*ax.get_legend_handles_labels()[0]]
    if "accuracy" in numbers.names or "validation_accuracy" in numbers.names:
        drawn += _draw_accuracy(ax, rows, numbers)
    ax.legend(
        handles=drawn, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, fontsize=9
    )
    return ax


def _draw(ax: Axes, rows: np.ndarray, numbers: History, quantity: str, color: str) -> None:
    marker = "o" if len(rows) == 1 else None
    for name, line in ((quantity, "-"), (f"validation_{quantity}", "--")):
        if name in numbers.names:
            label = name.replace("_", " ")
            ax.plot(rows, numbers[name], line, color=color, marker=marker, label=label)


def _mark_lowest(ax: Axes, rows: np.ndarray, numbers: History) -> None:
    losses = numbers["validation_loss" if "validation_loss" in numbers.names else "loss"]
    if np.isfinite(losses).any():
        lowest = np.nanargmin(losses)
        ax.plot(rows[lowest], losses[lowest], "o", color=COLORS[0], markerfacecolor="none", markersize=8)


def _draw_accuracy(ax: Axes, rows: np.ndarray, numbers: History) -> list[Any]:
    right = ax.twinx()
    _draw(right, rows, numbers, "accuracy", COLORS[1])
    right.set(ylabel="accuracy", ylim=(-0.02, 1.02))
    right.spines["right"].set_visible(True)
    return right.get_legend_handles_labels()[0]
