"""Activity along its principal components, in two or three dimensions, colored by an angle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.plotting.style import COLORS, axes
from neurosim.validation import finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

    from neurosim.analysis.activity.principal_components import PrincipalComponents

__all__ = ["angle_bar", "components"]

CIRCLE = (*(COLORS[k] for k in (0, 5, 2, 4, 1, 3)), COLORS[0])
"""The palette in an order in which neighbors resemble each other, back to where it began."""


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
        Where to draw, in 3-D where its projection is ``"3d"``. Default: a new figure.
    angles : ndarray, shape (trials,) or (trials, samples)
        In radians. One for each trial: a line for each. One for each sample: a dot for each.

    Returns
    -------
    matplotlib.axes.Axes
        Without a color bar; see `angle_bar`.
    """
    values, turns = finite("activity", activity), finite("angles", angles, np.float64)
    if values.ndim != 3 or turns.shape not in (values.shape[:1], values.shape[:2]):
        raise ShapeError(
            f"activity has shape {values.shape} and angles {turns.shape}; give (trials, samples, units), and an angle "
            f"for each trial or for each sample."
        )
    ax = axes(ax, figsize=(4.2, 4.0))
    dimension = 3 if ax.name == "3d" else 2
    if result.vectors.shape[1] < dimension:
        raise ShapeError(f"result has {result.vectors.shape[1]} components; these axes need {dimension}.")
    places = ((values - result.mean) @ result.vectors[:, :dimension]).astype(np.float64)
    shades = _colors().to_rgba(turns % (2.0 * np.pi))
    if turns.ndim == 2:
        dots: dict[str, Any] = {"c": shades.reshape(-1, 4), "s": 14.0, "linewidths": 0.0}
        ax.scatter(*places.reshape(-1, dimension).T, **dots)
    else:
        for line, shade in zip(places, shades, strict=True):
            ax.plot(*line.T, color=shade, linewidth=0.7)
    # numbers on three axes in perspective need room
    ax.locator_params(nbins=4 if dimension == 3 else 6)
    for axis, share in zip("xyz"[:dimension], result.shares, strict=False):
        ax.set(**{f"{axis}label": f"PC {'xyz'.index(axis) + 1} ({100.0 * share:.0f} %)"})
    return ax


def angle_bar(panels: Sequence[Axes], label: str = "direction", **settings: Any) -> None:
    """Color bar of angles from 0 to 360 degrees beside axes of one figure.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
    label : str, optional
    **settings
        Of ``Figure.colorbar``, such as ``shrink=0.6``.
    """
    bar = panels[0].figure.colorbar(_colors(), ax=list(panels), label=label, **settings)
    bar.set_ticks(np.linspace(0.0, 2.0 * np.pi, 5).tolist(), labels=[f"{k}°" for k in range(0, 361, 90)])


def _colors() -> ScalarMappable:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    return ScalarMappable(Normalize(0.0, 2.0 * np.pi), LinearSegmentedColormap.from_list("circle", CIRCLE))
