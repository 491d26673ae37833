"""Activity over time: single units as lines, all units as an image, and the coherent mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.coherence import coherent_mode as mode_of
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.plotting.style import COLORS, axes, state_label, time_label
from neurosim.validation import non_negative, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = ["coherent_mode", "heat_map", "traces"]


def traces(
    activity: Activity,
    units: int | Sequence[int] = 10,
    ax: Axes | None = None,
    *,
    trial: int = 0,
    spacing: float = 0.0,
    dt: float | None = None,
) -> Axes:
    """Activity of several units over time, a line for each.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, for its states, or an array such as ``run.rates``.
    units : int or sequence of int, optional
        Number of units, evenly spaced over the network, or their indices.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    trial : int, optional
        Index of the trial.
    spacing : float, optional
        Vertical distance between lines; 0 draws them over each other.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    matplotlib.axes.Axes

    See Also
    --------
    coherent_mode : draws the coherent mode over the traces.
    """
    values, times = _trial(activity, trial, dt)
    chosen, spacing = _select_units(units, values.shape[1]), non_negative("spacing", spacing)
    ax = axes(ax)
    for place, unit in enumerate(chosen):
        shifted = values[:, unit] + place * spacing
        color = COLORS[place % len(COLORS)]
        ax.plot(times, shifted, color=color, linewidth=1.0, alpha=0.85, label=_name_of_unit(activity, unit))
    _label(ax, activity, times, state_label(activity))
    if spacing:
        ax.set_yticks(spacing * np.arange(len(chosen)), [str(unit) for unit in chosen])
        ax.set_ylabel("unit")
    return ax


def _name_of_unit(activity: Any, place: int) -> str:
    """Name of a recorded unit: its number, in its population if there are any."""
    for name, places in getattr(activity, "populations", {}).items():
        if place in places:
            return f"{name} {activity.units[place] - activity.network.populations[name].start}"
    return f"unit {place}"


def coherent_mode(
    activity: Activity,
    mode: np.ndarray | None = None,
    ax: Axes | None = None,
    *,
    trial: int = 0,
    dt: float | None = None,
) -> Axes:
    r"""Coherent mode over time as a black line, usually over `traces`.

    Parameters
    ----------
    activity, ax, trial, dt
        As in `traces`.
    mode : ndarray, shape (units,), optional
        Direction; as in `neurosim.analysis.coherent_mode`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import neurosim as ns
    >>> ax = ns.plotting.traces(run)  # doctest: +SKIP
    >>> ax = ns.plotting.coherent_mode(run, ax=ax)  # doctest: +SKIP
    """
    _, times = _trial(activity, trial, dt)
    ax = axes(ax)
    along = mode_of(activity, mode)[trial]
    (line,) = ax.plot(times, along, color="black", linewidth=2.0, zorder=3, label="coherent mode")
    ax.legend(handles=[line], loc="upper right", frameon=False, fontsize=9)
    _label(ax, activity, times, ax.get_ylabel() or "coherent mode")
    return ax


def heat_map(activity: Activity, ax: Axes | None = None, *, trial: int = 0, dt: float | None = None) -> Axes:
    """Activity of all units over time as an image, one row for each unit.

    Activity of both signs is shown from blue through white (zero) to red, other activity from dark to
    bright. The range of colors leaves out the outermost half percent of the values.

    Parameters
    ----------
    activity, ax, trial, dt
        As in `traces`.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar beside it; units of populations under their names.
    """
    values, times = _trial(activity, trial, dt)
    ax = axes(ax)
    half = 0.5 * (times[1] - times[0])
    image = ax.imshow(
        values.T,
        aspect="auto",
        origin="lower",
        extent=(times[0] - half, times[-1] + half, -0.5, values.shape[1] - 0.5),
        **color_scale(values),
    )
    ax.figure.colorbar(image, ax=ax, label=state_label(activity), pad=0.02)
    ax.set(xlabel=time_label(activity), ylabel="unit")
    whole_ticks(ax)
    _mark_populations(ax, activity)
    return ax


def _mark_populations(ax: Axes, activity: Any) -> None:
    """Name the populations at the axis of the units, with a line between two of them."""
    found = {name: places for name, places in getattr(activity, "populations", {}).items() if len(places)}
    if not found:
        return
    ax.set_yticks([float(places.mean()) for places in found.values()], list(found))
    ax.set_ylabel("population")
    for places in list(found.values())[1:]:
        ax.axhline(places[0] - 0.5, color="black", linewidth=0.8)


def color_scale(values: np.ndarray) -> dict[str, Any]:
    """Color map and its limits: diverging about zero where the values have both signs."""
    low, high = np.quantile(values, [0.005, 0.995])
    if low < 0.0 < high:
        limit = max(-low, high)
        return {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    return {"cmap": "viridis", "vmin": low, "vmax": high}


def whole_ticks(ax: Axes) -> None:
    """Put the ticks of the vertical axis on whole numbers."""
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _trial(activity: Activity, trial: int, dt: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Activity of one trial, shape (samples, units), and its times."""
    values, interval = recording(activity, dt=dt)
    if whole_number("trial", trial, minimum=0) >= len(values):
        raise ParameterError(f"trial must be from 0 to {len(values) - 1} (got {trial}).")
    return values[trial], interval * np.arange(values.shape[1])


def _select_units(units: int | Sequence[int], size: int) -> np.ndarray:
    if np.ndim(units) == 0:
        count = min(whole_number("units", units), size)
        return np.linspace(0, size - 1, count).round().astype(int)
    chosen = np.array([whole_number("units", unit, minimum=0) for unit in np.atleast_1d(units)])
    if chosen.size == 0 or chosen.max() >= size:
        raise ParameterError(f"units must be among the recorded ones, 0 to {size - 1} (got {units!r}).")
    return chosen


def _label(ax: Axes, activity: Any, times: np.ndarray, quantity: str) -> None:
    ax.set(xlabel=time_label(activity), ylabel=quantity, xlim=(times[0], times[-1]))
