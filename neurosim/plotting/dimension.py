"""Dimension of activity: variances of components, overlaps of subspaces, and timescales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.autocorrelation import HasLags
from neurosim.analysis.activity.dimensionality import Dimensionality
from neurosim.analysis.activity.principal_components import PrincipalComponents
from neurosim.analysis.activity.subspaces import PrincipalAngles
from neurosim.analysis.activity.timescales import Timescales
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.results.numerals import numeral_with_error
from neurosim.validation import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["angles", "component_variances", "subspace_overlaps", "timescales"]

COMPONENTS = 30
"""Largest number of components in a figure."""


@check_results
def component_variances(
    result: PrincipalComponents, dimensionality: Dimensionality | None = None, ax: Axes | None = None
) -> Axes:
    """Share of the variance along each principal component, and cumulative share.

    Parameters
    ----------
    result : PrincipalComponents
        Result of `neurosim.analysis.principal_components`.
    dimensionality : Dimensionality, optional
        Result of `neurosim.analysis.participation_ratio`, drawn as a line with its standard error.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    shares = result.shares[:COMPONENTS]
    ranks = np.arange(1, len(shares) + 1)
    ax.bar(ranks, shares, color=COLORS[0], alpha=0.6, width=0.85, label="each component")
    ax.plot(ranks, np.cumsum(shares), color=COLORS[1], marker="o", markersize=3, label="cumulative")
    ax.axhline(0.9, color=GREY, linestyle=":", linewidth=1.0)
    if dimensionality is not None:
        ratio, error = dimensionality.participation_ratio, dimensionality.standard_error
        label = f"participation ratio {numeral_with_error(ratio, error)}"
        ax.axvspan(ratio - error, ratio + error, color="black", alpha=0.12, linewidth=0.0)
        ax.axvline(ratio, color="black", linestyle="--", label=label)
    ax.set(xlabel="principal component", ylabel="share of the variance", ylim=(0.0, 1.05))
    ax.set_xlim(0.4, len(ranks) + 0.6)
    ax.legend(loc="center right", frameon=False, fontsize=9)
    return ax


@check_results
def subspace_overlaps(result: PrincipalAngles, ax: Axes | None = None) -> Axes:
    """Overlaps of subspaces as an image: 1 for equal subspaces, 0 for orthogonal ones.

    Parameters
    ----------
    result : PrincipalAngles
        Result of `neurosim.analysis.principal_angles`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar, on which a line marks the overlap of random subspaces.
    """
    side = 2.4 + 0.45 * len(result.names)
    ax = axes(ax, figsize=(side + 0.9, side))
    image = ax.imshow(result.overlap, vmin=0.0, vmax=1.0, cmap="viridis")
    bar = ax.figure.colorbar(image, ax=ax, label="overlap (mean cos² of the angles)", pad=0.03)
    bar.ax.axhline(result.chance, color="white", linewidth=2.0)
    places = np.arange(len(result.names))
    ax.set_xticks(places, result.names, rotation=35.0, horizontalalignment="right")
    ax.set_yticks(places, result.names)
    for (row, column), value in np.ndenumerate(result.overlap):
        color = "black" if value > 0.6 else "white"
        ax.text(column, row, f"{value:.2f}", color=color, ha="center", va="center", fontsize=9)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0.0)
    return ax


@check_results
def angles(result: PrincipalAngles, ax: Axes | None = None, *, reference: str | None = None) -> Axes:
    """Principal angles of each recording with one of them, in degrees.

    The dashed line shows the angles between two halves of the reference; smaller angles are noise.

    Parameters
    ----------
    result : PrincipalAngles
        Result of `neurosim.analysis.principal_angles`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    reference : str, optional
        One of the names. Default: the first.

    Returns
    -------
    matplotlib.axes.Axes
    """
    name = result.names[0] if reference is None else one_of("reference", reference, result.names)
    row = result.names.index(name)
    ax = axes(ax)
    order = np.arange(1, result.angles.shape[-1] + 1)
    others = [k for k in range(len(result.names)) if k != row]
    for place, other in enumerate(others):
        color = COLORS[place % len(COLORS)]
        degrees = np.degrees(result.angles[row, other])
        ax.plot(order, degrees, color=color, marker="o", label=f"{name} and {result.names[other]}")
    ax.plot(order, np.degrees(result.own[row]), color="black", linestyle="--", label=f"two halves of {name}")
    ax.set(xlabel="principal angle", ylabel="degrees", ylim=(-3.0, 93.0))
    ax.set_xticks(order)
    ax.set_yticks([0, 30, 60, 90])
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    return ax


@check_results
def timescales(result: Timescales, correlation: HasLags, ax: Axes | None = None) -> Axes:
    """Autocorrelation normalized to 1 at lag 0, with its timescales.

    Parameters
    ----------
    result : Timescales
        Result of `neurosim.analysis.activity.timescales`.
    correlation : MeasuredAutocorrelation or neurosim.theory.Autocorrelation
        The autocorrelation that the result was computed from.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    normalized = np.asarray(correlation.values) / correlation.values[0]
    ax.plot(correlation.lags, normalized, color=COLORS[0], linewidth=2.0)
    named = {"half_width": "half width", "decay": "decay to 1/e", "integral": "integral"}
    for (field, name), color in zip(named.items(), COLORS[1:], strict=False):
        value, error = getattr(result, field), result.standard_errors.get(field, float("nan"))
        label = f"{name} {numeral_with_error(value, error)}"
        ax.axvline(value, color=color, linestyle="--", linewidth=1.2, label=label)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    shown = min(float(correlation.lags[-1]), 6.0 * max(result.decay, result.integral))
    ax.set(xlim=(0.0, shown), xlabel="lag", ylabel="normalized autocorrelation")
    ax.legend(frameon=False, fontsize=9)
    return ax
