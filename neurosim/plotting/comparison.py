"""Several networks in one figure: panels side by side, and measurements beside predictions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.plotting.style import COLORS, axes, style
from neurosim.renaming import write_whole
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["measurements_and_predictions", "panels", "save_figure"]

SPREAD = "0.87"


def panels(count: int, *, panel: tuple[float, float] = (4.4, 3.4), columns: int = 3) -> list[Axes]:
    """Axes of a new figure in the style of this package, row by row.

    The figure is not shown in a window; write it with ``axes[0].figure.savefig``.

    Parameters
    ----------
    count : int
    panel : pair of float, optional
        Width and height of each panel, in inches.
    columns : int, optional
        Largest number of panels in a row.

    Returns
    -------
    list of matplotlib.axes.Axes
    """
    from matplotlib.figure import Figure

    across = min(whole_number("count", count), whole_number("columns", columns))
    down = -(-count // across)
    with style():
        figure = Figure(figsize=(across * panel[0], down * panel[1]), layout="constrained")
        return [figure.add_subplot(down, across, k + 1) for k in range(count)]


def measurements_and_predictions(
    labels: Sequence[str],
    measured: np.ndarray,
    predicted: np.ndarray | None = None,
    spread: np.ndarray | None = None,
    ax: Axes | None = None,
    *,
    quantity: str = "",
) -> Axes:
    """One number for each of several networks, with its prediction as a line and the expected spread as a box.

    Parameters
    ----------
    labels : sequence of str
        Names of the networks.
    measured : ndarray, shape (networks,)
    predicted, spread : ndarray, shape (networks,), optional
        NaN for networks without one. The spread is a standard deviation over networks.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    quantity : str, optional
        Label of the vertical axis.

    Returns
    -------
    matplotlib.axes.Axes
    """
    for name, values in (("measured", measured), ("predicted", predicted), ("spread", spread)):
        if values is not None and np.shape(values) != (len(labels),):
            raise ShapeError(
                f"{name} must have the shape ({len(labels)},), as labels (got {np.shape(values)})."
            )
    ax = axes(ax)
    places = np.arange(len(labels))
    if predicted is not None and np.isfinite(predicted).any():
        ax.hlines(predicted, places - 0.3, places + 0.3, color="black", linestyle="--", label="theory")
        if spread is not None and np.isfinite(spread).any():
            ax.bar(
                places,
                2.0 * spread,
                width=0.6,
                bottom=predicted - spread,
                color=SPREAD,
                label="± 1 SD over networks",
                zorder=0,
            )
    ax.plot(places, measured, "o", color=COLORS[0], markersize=7, label="simulation")
    ax.set_xticks(places, labels)
    ax.set(xlim=(-0.6, len(labels) - 0.4), ylabel=quantity)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9, frameon=False)
    return ax


def save_figure(ax: Axes, path: Path, **changes: Any) -> None:
    """Write the figure of these axes as PNG (200 dots per inch) and PDF, each file in one step.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    path : Path
        Without suffix.
    **changes
        Settings of `style`.
    """
    figure: Any = ax.figure
    with style(**changes):
        for ending in (".png", ".pdf"):
            file = io.BytesIO()
            # axes of equal aspect, with a legend above them, may exceed the layout
            figure.savefig(file, format=ending[1:], bbox_inches="tight")
            write_whole(path.with_name(path.name + ending), file.getvalue())
