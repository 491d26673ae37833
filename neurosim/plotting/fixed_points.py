"""Figures of fixed points, their eigenvalues, and attractors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.analysis.attractors.attractors import Attractors
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.stability import growth_and_frequency, growth_signs
from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.plane import Plane, first_variable, label_plane, plane_of, stability_color
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = ["attractors", "fixed_point_spectra", "fixed_points"]

CYCLES = COLORS[2:]
"""Colors of limit cycles, none of which means a stability."""
NAMED = 8
"""Most limit cycles in a legend."""
FEWEST = 12
"""Samples from which an orbit is drawn as a line."""
MODE = 0.06
"""Half length of the line along a growing mode, in parts of the width of the figure."""


@check_results
def fixed_points(
    result: FixedPoints,
    activity: Activity | None = None,
    ax: Axes | None = None,
    *,
    directions: Sequence[Any] | None = None,
    dt: float | None = None,
) -> Axes:
    """Fixed and slow points in a plane of the state space, over the trajectories.

    Filled circles are stable, open ones unstable or marginal, in a color for each number of growing modes; a line
    through a saddle of index 1 is its growing mode. Crosses are slow points.

    Parameters
    ----------
    result : FixedPoints
    activity : Trajectory or ndarray, shape (trials, samples, units), optional
        Drawn in gray.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of the activity; without it, of the points.
    dt : float, optional
        Stability in the Euler map with this step. Default: that of the result, see `FixedPoints.dt`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if not len(result) and not len(result.slow):
        raise ParameterError("result must hold a fixed or slow point (got none); there is nothing to draw.")
    states, slow = (
        first_variable(result.states, result.network),
        first_variable(result.slow.states, result.network),
    )
    dt = result.dt if dt is None else positive("dt", dt)
    plane = plane_of(np.concatenate([states, slow])[None] if activity is None else activity, directions)
    ax = axes(ax, figsize=(4.8, 4.0))
    if activity is not None:
        for x, y in np.moveaxis(plane.project(recording(activity).values), -1, 1):
            ax.plot(x, y, color=GREY, linewidth=0.6, alpha=0.7, zorder=1)
    places, names = plane.project(states), np.array(_stability_names(result, dt))
    for name in dict.fromkeys(sorted(names.tolist(), key=_order_of_name)):
        x, y = places[names == name].T
        shade = GREY if name == "marginal" else stability_color(_order_of_name(name)[0])
        face = shade if name == "stable" else "white"
        ax.plot(
            x, y, linestyle="none", marker="o", markersize=7, color=shade, markerfacecolor=face, label=name
        )
    if len(slow):
        x, y = plane.project(slow).T
        ax.plot(x, y, linestyle="none", marker="x", markersize=5, color="black", label="slow point", zorder=1)
    _draw_growing_modes(ax, result, plane, places, np.flatnonzero(names == "1 growing mode"))
    label_plane(ax, plane)
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


def _stability_names(result: FixedPoints, dt: float | None) -> list[str]:
    """Name of each point by its growing modes: "stable", "marginal" or "k growing modes"."""
    signs = growth_signs(result.eigenvalues, dt)
    names = []
    for growing, marginal in zip((signs > 0).sum(axis=1), (signs == 0).any(axis=1), strict=True):
        if growing:
            names.append(f"{growing} growing mode{'s' if growing > 1 else ''}")
        else:
            names.append("marginal" if marginal else "stable")
    return names


def _order_of_name(name: str) -> tuple[int, str]:
    return (int(name.split()[0]) if name[0].isdigit() else 0, "" if name == "stable" else name)


def _draw_growing_modes(
    ax: Axes, result: FixedPoints, plane: Plane, places: np.ndarray, saddles: np.ndarray
) -> None:
    half = MODE * np.ptp(ax.get_xlim())
    for point in saddles:
        right, _ = result.eigenvectors(int(point))
        direction = plane.vectors.T @ right[: result.network.size, 0].real
        length = float(np.linalg.norm(direction))
        if length > 0.0:
            (x, y), (dx, dy) = places[point], half * direction / length
            ax.plot([x - dx, x + dx], [y - dy, y + dy], color="black", linewidth=1.0, zorder=1.5)


@check_results
def fixed_point_spectra(
    result: FixedPoints, ax: Axes | None = None, *, most: int = 12, dt: float | None = None
) -> Axes:
    """Growth rate of every mode at each fixed point, one row each; those right of the line grow.

    Of the flow these are the real parts of the eigenvalues of the Jacobian, of an Euler map ln|1 + λ dt| / dt.
    Modes within rounding of the line are marginal, and gray.

    Parameters
    ----------
    result : FixedPoints
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    most : int, optional
        Most points to draw, the most stable ones.
    dt : float, optional
        Draw the modes of the Euler map with this step. Default: those of the result, see `FixedPoints.dt`.

    Returns
    -------
    matplotlib.axes.Axes
        The frequency is drawn across each row, relative to the largest of all.
    """
    if not len(result):
        raise ParameterError("result must hold a fixed point (got none); there is nothing to draw.")
    dt = result.dt if dt is None else positive("dt", dt)
    shown = result.eigenvalues[:most]
    ax = axes(ax, figsize=(5.6, 1.0 + 0.42 * len(shown)))
    rates, frequencies = growth_and_frequency(shown, dt)
    signs = growth_signs(shown, dt)
    # frequencies that are rounding errors are drawn as zero
    height = max(float(np.abs(frequencies).max()), 1e-3 * float(np.abs(shown).max()))
    for row, offset in enumerate(0.35 * frequencies / height):
        ax.axhline(row, color=GREY, linewidth=0.5, zorder=0)
        for sign, color in ((-1, COLORS[0]), (0, GREY), (1, COLORS[1])):
            chosen = signs[row] == sign
            ax.plot(
                rates[row][chosen],
                row + offset[chosen],
                linestyle="none",
                marker="o",
                markersize=3.5,
                markeredgewidth=0.0,
                alpha=0.8,
                color=color,
            )
    ax.axvline(0.0, color="black", linewidth=0.8)
    kinds = result.kinds if dt is None else result.kinds_in_map(dt)
    ax.set_yticks(range(len(shown)), [f"{k}: {kind}" for k, kind in enumerate(kinds[: len(shown)])])
    ax.invert_yaxis()
    of_map = f" of the Euler map, dt = {dt:g}" if dt is not None else ""
    ax.set(xlabel=f"growth rate{of_map} (1/time)")
    return ax


@check_results
def attractors(
    result: Attractors, ax: Axes | None = None, *, directions: Sequence[Any] | None = None
) -> Axes:
    """Attractors in a plane of the state space: fixed points as circles, closed orbits as lines.

    Fixed points have the colors of `fixed_points`, filled where stable; each limit cycle has a color of its own;
    unsettled activity is gray. States that grow without bound are left out.

    Parameters
    ----------
    result : Attractors
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of all orbits.

    Returns
    -------
    matplotlib.axes.Axes
        Samples of an orbit of fewer than 12 are drawn as points: in a map they do not follow each other closely. In
        brackets: how many starts.
    """
    orbits = {
        k: first_variable(each.orbit, result.network)
        for k, each in enumerate(result.found)
        if each.kind != "unbounded"
    }
    if not orbits:
        raise ParameterError(
            "result must hold an attractor (all states grow without bound); none can be drawn."
        )
    if sum(map(len, orbits.values())) < 2 and directions is None:
        raise ParameterError(
            "directions must be given where the only attractor is a single point (got None)."
        )
    plane = plane_of(np.concatenate(list(orbits.values()))[None], directions)
    ax = axes(ax, figsize=(5.6, 4.0))
    cycles = 0
    for k, name in _names(result).items():
        cycles += result[k].kind == "limit cycle"
        _draw_attractor(
            ax, result[k].kind, plane.project(orbits[k]), name, CYCLES[(cycles - 1) % len(CYCLES)]
        )
    label_plane(ax, plane)
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


def _names(result: Attractors) -> dict[int, str | None]:
    """Name of each attractor in the legend: kinds without a period once, with all their starts."""
    names: dict[int, str | None] = {}
    seen: set[str] = set()
    for k, each in enumerate(result.found):
        if each.kind == "limit cycle":
            names[k] = f"limit cycle, period {each.period:.4g} ({each.count})" if k < NAMED else None
        elif each.kind != "unbounded":
            same = [other for other in result.found if other.kind == each.kind]
            plural = f"{len(same)} {each.kind}s" if len(same) > 1 else each.kind
            names[k] = None if each.kind in seen else f"{plural} ({sum(other.count for other in same)})"
            seen.add(each.kind)
    return names


def _draw_attractor(ax: Axes, kind: str, places: np.ndarray, name: str | None, color: str) -> None:
    x, y = places.T
    if kind.endswith("fixed point"):
        shade = stability_color(int(kind.startswith("unstable")))
        face = "white" if kind.startswith("unstable") else shade
        ax.plot(x, y, "o", markersize=7, color=shade, markerfacecolor=face, label=name)
    elif len(places) < FEWEST:
        ax.plot(x, y, "o", markersize=4, color=color if kind == "limit cycle" else GREY, label=name)
    elif kind == "limit cycle":
        ax.plot(x, y, linewidth=1.4, color=color, label=name)
    else:
        ax.plot(x, y, linewidth=0.5, color=GREY, label=name, zorder=1)
