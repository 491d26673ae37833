"""Results of a study against its parameters, with intervals over repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.comparison import panels
from neurosim.plotting.style import COLORS, axes
from neurosim.validation import instance_of, one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["sweep_lines", "sweep_map"]

INTERVALS = {
    "sem": "mean ± s.e.m.",
    "bootstrap": "mean, 95 % of the bootstrap",
    "quartiles": "median and quartiles",
}


THEORY = " (theory)"
"""Ending of the result that is a prediction of another."""


@runtime_checkable
class StudyTable(Protocol):
    """What these figures need of a `neurosim.sweep.Table`."""

    @property
    def parameters(self) -> Mapping[str, np.ndarray]:
        """Columns of parameters."""

    @property
    def results(self) -> Mapping[str, np.ndarray]:
        """Columns of results."""

    @property
    def units(self) -> Mapping[str, str]:
        """Units of columns."""

    def __getitem__(self, name: str) -> np.ndarray: ...

    def where(self, **values: Any) -> Any:
        """Rows with given values."""

    def mean(self, over: str) -> Any:
        """Mean over a parameter."""

    def sem(self, over: str) -> Any:
        """Standard error over a parameter."""

    def quantile(self, q: float, over: str) -> Any:
        """Quantile over a parameter."""

    def interval(self, over: str) -> Any:
        """Ends of a bootstrap interval over a parameter."""


def sweep_lines(
    table: StudyTable,
    x: str,
    y: str,
    *,
    color: str | None = None,
    facet: str | None = None,
    over: str = "seed",
    interval: str = "sem",
    ax: Axes | None = None,
) -> Axes:
    """Mean of a result against a parameter, with its interval over repetitions.

    Parameters
    ----------
    table : neurosim.sweep.Table
    x, y : str
        A parameter, and a result that is one number at each point.
    color : str, optional
        Parameter with a line for each value.
    facet : str, optional
        Parameter with a panel for each value; then `ax` is not used.
    over : str, optional
        Parameter that numbers repetitions. Where the table has none of this name, points are drawn as they are.
    interval : {"sem", "bootstrap", "quartiles"}, optional
        One standard error, 95 % of the bootstrap, or the quartiles around the median.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The first panel. Where the table has a result ``y (theory)``, it is a dashed line.

    Raises
    ------
    ParameterError
        If a further parameter has several values: choose one of them with ``table.where(...)``.
    """
    one_of("interval", interval, INTERVALS)
    _require_drawable(table, y, [x, color, facet, over])
    if facet is None:
        return _lines(table, x, y, color, over, interval, axes(ax))
    values = _levels(table, facet)
    grid = panels(len(values))
    for panel, value in zip(grid, values, strict=True):
        _lines(table.where(**{facet: value}), x, y, color, over, interval, panel)
        panel.set_title(f"{facet} = {_text(value)}")
    _share_limits(grid)
    return grid[0]


def sweep_map(
    table: StudyTable, x: str, y: str, result: str, *, over: str = "seed", ax: Axes | None = None
) -> Axes:
    """Mean of a result over two parameters, as colors.

    Parameters
    ----------
    table : neurosim.sweep.Table
    x, y : str
        Parameters.
    result : str
        Result that is one number at each point.
    over : str, optional
        Parameter that numbers repetitions.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Points without a value are left white.
    """
    _require_drawable(table, result, [x, y, over])
    mean = table.mean(over) if over in table.parameters else table
    across, up = _levels(mean, x), _levels(mean, y)
    image = np.full((len(up), len(across)), np.nan)
    for one, other, value in zip(
        mean.parameters[x].tolist(), mean.parameters[y].tolist(), mean[result], strict=True
    ):
        image[up.index(other), across.index(one)] = value
    ax = axes(ax)
    shown = ax.imshow(image, origin="lower", aspect="auto", cmap="viridis")
    ax.set_xticks(range(len(across)), [_text(value) for value in across])
    ax.set_yticks(range(len(up)), [_text(value) for value in up])
    ax.set(xlabel=_label(table, x), ylabel=_label(table, y))
    ax.figure.colorbar(shown, ax=ax, label=_label(table, result))
    return ax


def _lines(table: StudyTable, x: str, y: str, color: str | None, over: str, interval: str, ax: Axes) -> Axes:
    values = [None] if color is None else _levels(table, color)
    for k, value in enumerate(values):
        part = table if color is None else table.where(**{color: value})
        center, low, high = _center_and_ends(part, y, over, interval)
        place, names = _places(center.parameters[x])
        order = np.argsort(place)
        name = None if color is None else f"{color} = {_text(value)}"
        ends = np.abs(np.array([center[y] - low, high - center[y]]))[:, order]
        shade = _shade(k, len(values))
        # names have no order, so that a line between them would say nothing
        fmt = "o" if names else "o-"
        ax.errorbar(place[order], center[y][order], ends, fmt=fmt, ms=4, capsize=2, color=shade, label=name)
        if names:
            ax.set_xticks(range(len(names)), names)
        if y + THEORY in center.results:
            _theory(
                place[order], center[y + THEORY][order], ax, shade if color and len(values) > 1 else "black"
            )
    kind = f"\n({INTERVALS[interval]} over {over})" if over in table.parameters else ""
    ax.set(xlabel=_label(table, x), ylabel=_label(table, y) + kind)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=9)
    return ax


def _theory(x: np.ndarray, predicted: np.ndarray, ax: Axes, color: Any) -> None:
    """Predictions as a dashed line: black where all lines have the same."""
    former = [line for line in ax.lines if line.get_linestyle() == "--"]
    if former and np.array_equal(former[0].get_ydata(), predicted, equal_nan=True):
        former[0].set_color("black")
        return
    ax.plot(x, predicted, "--", color=color, lw=1.2, zorder=3, label=None if former else "theory")


def _center_and_ends(
    table: StudyTable, y: str, over: str, interval: str
) -> tuple[Any, np.ndarray, np.ndarray]:
    if over not in table.parameters:
        none = np.full(len(table[y]), np.nan)
        return table, none, none
    if interval == "quartiles":
        return table.quantile(0.5, over), table.quantile(0.25, over)[y], table.quantile(0.75, over)[y]
    mean = table.mean(over)
    if interval == "bootstrap":
        low, high = table.interval(over)
        return mean, low[y], high[y]
    error = table.sem(over)[y]
    return mean, mean[y] - error, mean[y] + error


def _require_drawable(table: StudyTable, y: str, chosen: list[str | None]) -> None:
    instance_of("table", table, StudyTable, "give the table of a study, ns.Sweep(...).run(...)")
    one_of("result", y, table.results)
    for name in chosen[:-1]:
        if name is not None:
            one_of("parameter", name, table.parameters)
    if table[y].ndim != 1:
        raise ShapeError(f"{y} must be one number at each point (got arrays of shape {table[y].shape[1:]}).")
    for name in table.parameters.keys() - set(chosen):
        if len(_levels(table, name)) > 1:
            raise ParameterError(
                f"{name} must have one value in a figure that does not show it (got {len(_levels(table, name))}); "
                f"choose it with table.where({name}=...), or give color={name!r}."
            )


def _levels(table: StudyTable, name: str) -> list[Any]:
    column = table.parameters[name]
    values = list(dict.fromkeys(column.tolist()))
    return values if column.dtype.kind == "U" else sorted(values)


def _places(column: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Positions of values on the axis; texts stand in their order."""
    if column.dtype.kind != "U":
        return column.astype(float), []
    names = list(dict.fromkeys(column.tolist()))
    return np.array([names.index(value) for value in column], dtype=float), names


def _shade(k: int, count: int) -> Any:
    if count <= len(COLORS):
        return COLORS[k]
    from matplotlib import colormaps

    return colormaps["viridis"](k / (count - 1))


def _label(table: StudyTable, name: str) -> str:
    return f"{name} ({table.units[name]})" if name in table.units else name


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _share_limits(grid: list[Axes]) -> None:
    limits = np.array([ax.get_ylim() for ax in grid])
    for ax in grid:
        ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())
        ax.label_outer()
