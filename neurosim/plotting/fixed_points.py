"""Fixed points, attractors and bifurcations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.plotting.plane import Plane, first_variable, plane_of
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity
    from neurosim.analysis.attractors.attractors import Attractors
    from neurosim.analysis.fixed_points.results import FixedPoints

__all__ = ["attractors", "fixed_point_spectra", "fixed_points"]

MODE = 0.06
"""Half length of the line along a growing mode, in parts of the width of the figure."""


def fixed_points(
    found: FixedPoints,
    activity: Activity | None = None,
    ax: Axes | None = None,
    *,
    directions: Sequence[Any] | None = None,
) -> Axes:
    """Fixed and slow points in a plane of the state space, over the trajectories.

    Filled circles are stable, open ones unstable, in a color for each number of growing modes; a line through a
    saddle of index 1 is its growing mode. Crosses are slow points.

    Parameters
    ----------
    found : FixedPoints
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
    if not len(found) and not len(found.slow):
        raise ParameterError("found holds no fixed and no slow point; there is nothing to draw.")
    states, slow = (
        first_variable(found.states, found.network),
        first_variable(found.slow.states, found.network),
    )
    plane = plane_of(np.concatenate([states, slow])[None] if activity is None else activity, directions)
    ax = axes(ax, figsize=(4.8, 4.0))
    if activity is not None:
        for x, y in np.moveaxis(plane.projected(recording(activity).values), -1, 1):
            ax.plot(x, y, color=GREY, linewidth=0.6, alpha=0.7, zorder=1)
    places, growing = plane.projected(states), found.unstable_dimensions
    for color, index in enumerate(np.unique(growing)):
        x, y = places[growing == index].T
        name = "stable" if index == 0 else f"{index} growing mode{'s' if index > 1 else ''}"
        shade = COLORS[color % len(COLORS)]
        face = shade if index == 0 else "white"
        ax.plot(
            x, y, linestyle="none", marker="o", markersize=7, color=shade, markerfacecolor=face, label=name
        )
    if len(slow):
        x, y = plane.projected(slow).T
        ax.plot(x, y, linestyle="none", marker="x", markersize=5, color="black", label="slow point", zorder=1)
    _draw_growing_modes(ax, found, plane, places)
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


def _draw_growing_modes(ax: Axes, found: FixedPoints, plane: Plane, places: np.ndarray) -> None:
    half = MODE * np.ptp(ax.get_xlim())
    for point in np.flatnonzero(found.unstable_dimensions == 1):
        right, _ = found.eigenvectors(int(point))
        direction = plane.vectors.T @ right[: found.network.size, 0].real
        length = float(np.linalg.norm(direction))
        if length > 0.0:
            (x, y), (dx, dy) = places[point], half * direction / length
            ax.plot([x - dx, x + dx], [y - dy, y + dy], color="black", linewidth=1.0, zorder=1.5)


def fixed_point_spectra(found: FixedPoints, ax: Axes | None = None, *, most: int = 12) -> Axes:
    """Eigenvalues of the Jacobian at each fixed point, one row each; those right of the line grow.

    Parameters
    ----------
    found : FixedPoints
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    most : int, optional
        Most points to draw, the most stable ones.

    Returns
    -------
    matplotlib.axes.Axes
        The imaginary part is drawn across each row, in parts of the largest one of all.
    """
    if not len(found):
        raise ParameterError("found holds no fixed point; there is nothing to draw.")
    shown = found.eigenvalues[:most]
    ax = axes(ax, figsize=(5.6, 1.0 + 0.42 * len(shown)))
    # imaginary parts that are rounding are drawn as none
    height = max(float(np.abs(shown.imag).max()), 1e-3 * float(np.abs(shown).max()))
    for row, values in enumerate(shown):
        grows = values.real > 0.0
        ax.axhline(row, color=GREY, linewidth=0.5, zorder=0)
        for chosen, color in ((~grows, COLORS[0]), (grows, COLORS[1])):
            offsets = row + 0.35 * values.imag[chosen] / height
            ax.plot(
                values.real[chosen],
                offsets,
                linestyle="none",
                marker="o",
                markersize=3.5,
                markeredgewidth=0.0,
                alpha=0.8,
                color=color,
            )
    ax.axvline(0.0, color="black", linewidth=0.8)
    ax.set_yticks(range(len(shown)), [f"{k}: {kind}" for k, kind in enumerate(found.kinds[: len(shown)])])
    ax.invert_yaxis()
    ax.set(xlabel="real part of the eigenvalues (1/time)")
    return ax


def attractors(found: Attractors, ax: Axes | None = None, *, directions: Sequence[Any] | None = None) -> Axes:
    """Attractors in a plane of the state space: closed orbits as lines, fixed points as circles.

    Parameters
    ----------
    found : Attractors
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of all orbits.

    Returns
    -------
    matplotlib.axes.Axes
        Samples of an orbit of fewer than 12 are drawn as points: in a map they do not follow each other closely.
    """
    orbits = [first_variable(each.orbit, found.network) for each in found.found]
    if sum(map(len, orbits)) < 2 and directions is None:
        raise ParameterError("the only attractor is a single point, which spans no plane; give directions.")
    plane = plane_of(np.concatenate(orbits)[None], directions)
    ax = axes(ax, figsize=(4.8, 4.0))
    for k, (each, orbit) in enumerate(zip(found.found, orbits, strict=True)):
        x, y = plane.projected(orbit).T
        period = f", period {each.period:.4g}" if each.kind == "limit cycle" else ""
        drawn: dict[str, Any] = {
            "color": COLORS[k % len(COLORS)],
            "label": f"{each.kind}{period} ({each.count})",
        }
        if len(orbit) >= 12:
            ax.plot(x, y, linewidth=1.2 if period else 0.5, **drawn)
        else:
            face = "white" if each.kind.startswith("unstable") else drawn["color"]
            ax.plot(x, y, linestyle="none", marker="o", markersize=6, markerfacecolor=face, **drawn)
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    # more than a few names would leave no room for what they name
    columns, size = (1, 9) if len(orbits) <= 4 else (2, 7)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=size, ncols=columns, frameon=False)
    return ax
