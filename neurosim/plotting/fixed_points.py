"""Fixed points, attractors and bifurcations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.analysis.stability import growth_in_flow, growth_in_map
from neurosim.analysis.weights.modes import growth_and_frequency
from neurosim.errors import ParameterError
from neurosim.plotting.plane import Plane, first_variable, plane_of
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import positive

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
    dt: float | None = None,
) -> Axes:
    """Fixed and slow points in a plane of the state space, over the trajectories.

    Filled circles are stable, open ones unstable or marginal, in a color for each number of growing modes; a line
    through a saddle of index 1 is its growing mode. Crosses are slow points.

    Parameters
    ----------
    found : FixedPoints
    activity : Trajectory or ndarray, shape (trials, samples, units), optional
        Drawn in gray.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    directions : pair of int or ndarray of shape (units,), optional
        Units, or vectors. Default: the two principal components of the activity; without it, of the points.
    dt : float, optional
        Stability in the Euler map with this step. Default: in the flow.

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
    places, names = plane.projected(states), np.array(_stability_names(found, dt))
    for color, name in enumerate(dict.fromkeys(sorted(names.tolist(), key=_order_of_name))):
        x, y = places[names == name].T
        shade = COLORS[color % len(COLORS)]
        face = shade if name == "stable" else "white"
        ax.plot(
            x, y, linestyle="none", marker="o", markersize=7, color=shade, markerfacecolor=face, label=name
        )
    if len(slow):
        x, y = plane.projected(slow).T
        ax.plot(x, y, linestyle="none", marker="x", markersize=5, color="black", label="slow point", zorder=1)
    _draw_growing_modes(ax, found, plane, places, np.flatnonzero(names == "1 growing mode"))
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    ax.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), fontsize=9, frameon=False)
    return ax


def _stability_names(found: FixedPoints, dt: float | None) -> list[str]:
    """Name of each point by its growing modes: "stable", "marginal" or "k growing modes"."""
    signs = _signs(found.eigenvalues, dt)
    names = []
    for growing, marginal in zip((signs > 0).sum(axis=1), (signs == 0).any(axis=1), strict=True):
        if growing:
            names.append(f"{growing} growing mode{'s' if growing > 1 else ''}")
        else:
            names.append("marginal" if marginal else "stable")
    return names


def _order_of_name(name: str) -> tuple[int, str]:
    return (int(name.split()[0]) if name[0].isdigit() else 0, "" if name == "stable" else name)


def _signs(eigenvalues: np.ndarray, dt: float | None) -> np.ndarray:
    """Whether modes grow, 1, decay, -1, or are marginal, 0, in the flow or in the Euler map with this step."""
    return (
        growth_in_flow(eigenvalues) if dt is None else growth_in_map(1.0 + positive("dt", dt) * eigenvalues)
    )


def _draw_growing_modes(
    ax: Axes, found: FixedPoints, plane: Plane, places: np.ndarray, saddles: np.ndarray
) -> None:
    half = MODE * np.ptp(ax.get_xlim())
    for point in saddles:
        right, _ = found.eigenvectors(int(point))
        direction = plane.vectors.T @ right[: found.network.size, 0].real
        length = float(np.linalg.norm(direction))
        if length > 0.0:
            (x, y), (dx, dy) = places[point], half * direction / length
            ax.plot([x - dx, x + dx], [y - dy, y + dy], color="black", linewidth=1.0, zorder=1.5)


def fixed_point_spectra(
    found: FixedPoints, ax: Axes | None = None, *, most: int = 12, dt: float | None = None
) -> Axes:
    """Growth rate of every mode at each fixed point, one row each; those right of the line grow.

    Of the flow these are the real parts of the eigenvalues of the Jacobian, of an Euler map ln|1 + λ dt| / dt.

    Parameters
    ----------
    found : FixedPoints
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    most : int, optional
        Most points to draw, the most stable ones.
    dt : float, optional
        Draw the modes of the Euler map with this step. Default: of the flow.

    Returns
    -------
    matplotlib.axes.Axes
        The frequency is drawn across each row, relative to the largest of all.
    """
    if not len(found):
        raise ParameterError("found holds no fixed point; there is nothing to draw.")
    shown = found.eigenvalues[:most]
    ax = axes(ax, figsize=(5.6, 1.0 + 0.42 * len(shown)))
    rates, frequencies = growth_and_frequency(shown, dt)
    grows = _signs(shown, dt) > 0
    # frequencies that are rounding errors are drawn as zero
    height = max(float(np.abs(frequencies).max()), 1e-3 * float(np.abs(shown).max()))
    for row, offset in enumerate(0.35 * frequencies / height):
        ax.axhline(row, color=GREY, linewidth=0.5, zorder=0)
        for chosen, color in ((~grows[row], COLORS[0]), (grows[row], COLORS[1])):
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
    kinds = found.kinds if dt is None else found.kinds_in_map(dt)
    ax.set_yticks(range(len(shown)), [f"{k}: {kind}" for k, kind in enumerate(kinds[: len(shown)])])
    ax.invert_yaxis()
    of_map = f" of the Euler map, dt = {dt:g}" if dt is not None else ""
    ax.set(xlabel=f"growth rate{of_map} (1/time)")
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
