"""Bifurcation diagrams of fixed points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.fixed_points.continuation import Branch
from neurosim.errors import ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes
from neurosim.validation import array_of_shape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["branch"]


@check_results
def branch(
    result: Branch,
    ax: Axes | None = None,
    *,
    direction: int | np.ndarray = 0,
    xlabel: str = "parameter",
    color: str = COLORS[0],
) -> Axes:
    """One curve of fixed points against the parameter: solid where stable, dashed where not, bifurcations marked.

    Parameters
    ----------
    result : Branch
    ax : matplotlib.axes.Axes, optional
        Where to draw; call again with the same axes for another curve. Default: a new figure.
    direction : int or ndarray, shape (units,), optional
        Unit whose first variable is drawn, or a vector on which states are projected.
    xlabel : str, optional
    color : str, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    states = result.states if result.states.ndim == 2 else result.states[..., 0]
    vector = _vector(direction, states.shape[1])
    ax = axes(ax)
    heights = states @ vector
    for first, last in _runs(result.stable):
        ax.plot(
            result.parameter[first : last + 1],
            heights[first : last + 1],
            color=color,
            linestyle="-" if result.stable[first] else "--",
        )
    for each in result.bifurcations:
        state = each.state if each.state.ndim == 1 else each.state[:, 0]
        ax.plot(each.parameter, state @ vector, marker="o", markersize=5, color="black")
        ax.annotate(
            each.kind, (each.parameter, state @ vector), (6, 6), textcoords="offset points", fontsize=9
        )
    name = f"state of unit {direction}" if np.ndim(direction) == 0 else "state along the direction"
    ax.set(xlabel=xlabel, ylabel=name)
    return ax


def _vector(direction: int | np.ndarray, size: int) -> np.ndarray:
    if np.ndim(direction) == 0:
        unit = int(direction)
        if not 0 <= unit < size:
            raise ShapeError(f"direction must be a unit from 0 to {size - 1} (got {direction!r}).")
        return np.eye(1, size, unit)[0]
    return array_of_shape("direction", direction, (size,), f"The network has {size} units.")


def _runs(stable: np.ndarray) -> list[tuple[int, int]]:
    """First and last point of each part of one stability; neighbors share a point, so that no gap is drawn."""
    changes = np.flatnonzero(np.diff(stable.astype(int))) + 1
    return list(zip([0, *changes], [*changes, len(stable) - 1], strict=True))
