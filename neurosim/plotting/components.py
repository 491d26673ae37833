"""Activity along its principal components, in two or three dimensions, colored by condition or by an angle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.principal_components import PrincipalComponents
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes, condition_colors
from neurosim.validation import entries, finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

    from neurosim.analysis.activity.recording import Activity

__all__ = ["angle_bar", "components", "trajectories"]

CIRCLE = (*(COLORS[k] for k in (0, 5, 2, 4, 1, 3)), COLORS[0])
"""Cyclic order of the palette in which neighbors are similar."""


@check_results
def components(
    result: PrincipalComponents, activity: np.ndarray, ax: Axes | None = None, *, angles: np.ndarray
) -> Axes:
    """Activity along the first principal components, colored by an angle such as the direction of a stimulus.

    Parameters
    ----------
    result : PrincipalComponents
        Result of `neurosim.analysis.principal_components`, with two components, or three for axes in 3-D.
    activity : ndarray, shape (trials, samples, units)
        Such as ``run.rates[:, 30:65]``.
    ax : matplotlib.axes.Axes, optional
        Where to draw, in 3-D if its projection is ``"3d"``. Default: a new figure.
    angles : ndarray, shape (trials,) or (trials, samples)
        In radians: one for each trial, drawn as lines, or one for each sample, drawn as dots.

    Returns
    -------
    matplotlib.axes.Axes
        Without a color bar; see `angle_bar`.
    """
    values, turns = finite("activity", activity), finite("angles", angles, np.float64)
    if values.ndim != 3 or turns.shape not in (values.shape[:1], values.shape[:2]):
        raise ShapeError(
            f"activity must have the shape (trials, samples, units), and angles (trials,) or (trials, samples) (got "
            f"{values.shape} and {turns.shape})."
        )
    ax = axes(ax, figsize=(4.2, 4.0))
    dimension = _dimension(result, ax)
    places = ((values - result.mean) @ result.vectors[:, :dimension]).astype(np.float64)
    shades = _colors().to_rgba(turns % (2.0 * np.pi))
    if turns.ndim == 2:
        dots: dict[str, Any] = {"c": shades.reshape(-1, 4), "s": 14.0, "linewidths": 0.0}
        ax.scatter(*places.reshape(-1, dimension).T, **dots)
    else:
        for line, shade in zip(places, shades, strict=True):
            ax.plot(*line.T, color=shade, linewidth=0.7)
    _label(ax, result, dimension)
    return ax


@check_results
def trajectories(
    result: PrincipalComponents,
    activity: Activity,
    conditions: Sequence[Any] | np.ndarray,
    ax: Axes | None = None,
) -> Axes:
    """Trajectories along the first principal components, colored by condition, with a legend.

    Thin lines are trials, thick ones the means of conditions with several trials. They start at dots and end at
    squares.

    Parameters
    ----------
    result : PrincipalComponents
        Result of `neurosim.analysis.principal_components`, with two components, or three for axes in 3-D.
    activity : Trajectory or ndarray, shape (trials, samples, units)
        Activity that the components describe: a run, for its states, or an array such as ``run.rates``.
    conditions : sequence, shape (trials,)
        Condition of each trial, a number or a word, such as ``trials.conditions["choice"]``.
    ax : matplotlib.axes.Axes, optional
        Where to draw, in 3-D if its projection is ``"3d"``. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> rates = np.random.default_rng(0).standard_normal((6, 50, 8)).cumsum(axis=1)
    >>> components = ns.analysis.principal_components(rates, count=2)
    >>> ax = ns.plotting.trajectories(components, rates, ["left", "right"] * 3)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['left', 'right']
    """
    ax = axes(ax, figsize=(5.2, 4.0))
    dimension = _dimension(result, ax)
    places = result.project(activity)[..., :dimension].astype(np.float64)
    labels = np.asarray(conditions)
    if labels.shape != places.shape[:1]:
        raise ShapeError(
            f"conditions must have the shape ({len(places)},), one for each trial (got {labels.shape})."
        )
    names = np.unique(labels)
    for name, color in zip(names, condition_colors(len(names)), strict=True):
        chosen = places[labels == name]
        for line in chosen if len(chosen) > 1 else ():
            ax.plot(*line.T, color=color, linewidth=0.6, alpha=0.5)
        mean = chosen.mean(axis=0)
        ax.plot(
            *mean.T, color=color, linewidth=2.0, label=f"{name:g}" if labels.dtype.kind == "f" else str(name)
        )
        for sample, marker in ((0, "o"), (-1, "s")):
            ax.plot(*mean[[sample]].T, marker, color=color, markersize=6)
    _label(ax, result, dimension)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax


def _dimension(result: PrincipalComponents, ax: Axes) -> int:
    """Dimension of the axes, 2 or 3, if the result has as many components."""
    dimension = 3 if ax.name == "3d" else 2
    if result.vectors.shape[1] < dimension:
        raise ShapeError(
            f"result must have {dimension} components for these axes (got {result.vectors.shape[1]})."
        )
    return dimension


def _label(ax: Axes, result: PrincipalComponents, dimension: int) -> None:
    # fewer ticks in perspective
    ax.locator_params(nbins=4 if dimension == 3 else 6)
    for axis, share in zip("xyz"[:dimension], result.shares, strict=False):
        ax.set(**{f"{axis}label": f"PC {'xyz'.index(axis) + 1} ({100.0 * share:.0f} %)"})


def angle_bar(panels: Sequence[Axes], label: str = "direction", **settings: Any) -> None:
    """Color bar of angles from 0 to 360 degrees beside axes of one figure.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
    label : str, optional
    **settings
        Of ``Figure.colorbar``, such as ``shrink=0.6``.
    """
    remedy = "give the axes of one figure"
    panels = [axes(panel) for panel in entries("panels", panels, remedy)]
    if not panels:
        raise ParameterError(f"panels must hold axes (got none); {remedy}.")
    bar = panels[0].figure.colorbar(_colors(), ax=list(panels), label=label, **settings)
    bar.set_ticks(np.linspace(0.0, 2.0 * np.pi, 5).tolist(), labels=[f"{k}°" for k in range(0, 361, 90)])


def _colors() -> ScalarMappable:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    return ScalarMappable(Normalize(0.0, 2.0 * np.pi), LinearSegmentedColormap.from_list("circle", CIRCLE))
