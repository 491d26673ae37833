"""Recurrent weights: their matrix, their distribution, and their change by training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.weights.moments import WeightMoments
from neurosim.analysis.weights.weight_change import WeightChange
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.plotting.activity import color_scale, whole_ticks
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes
from neurosim.results.numerals import numeral_with_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["weight_change", "weight_distribution", "weight_overlaps", "weights"]

# Largest number of singular vectors in a figure.
VECTORS = 12


@check_results
def weights(network: Network | Operator, ax: Axes | None = None) -> Axes:
    """Matrix of the recurrent weights as an image; row i receives from column j.

    Parameters
    ----------
    network : Network or Operator
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar beside it.
    """
    matrix = (network if isinstance(network, Operator) else network.recurrent).dense()
    ax = axes(ax, figsize=(4.6, 3.8))
    image = ax.imshow(matrix, aspect="equal", **color_scale(matrix))
    ax.figure.colorbar(image, ax=ax, label="weight", pad=0.02)
    ax.set(xlabel="from unit j", ylabel="to unit i")
    whole_ticks(ax)
    return ax


@check_results
def weight_distribution(
    result: WeightMoments, before: WeightMoments | None = None, ax: Axes | None = None
) -> Axes:
    """Distribution of the weights, with the normal distribution of the same mean and standard deviation.

    Parameters
    ----------
    result : WeightMoments
        Result of `neurosim.analysis.weight_moments`.
    before : WeightMoments, optional
        The same before training, drawn as an outline.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With skewness and kurtosis in the legend.
    """
    ax = axes(ax)
    values = result.values if before is None else np.concatenate([result.values, before.values])
    bins = int(np.clip(np.sqrt(result.count), 10, 60))
    edges = np.linspace(values.min(), values.max(), bins + 1).tolist()
    ax.hist(result.values, edges, density=True, color=COLORS[0], alpha=0.5, label=_moments("weights", result))
    if before is not None:
        label = _moments("before", before)
        ax.hist(
            before.values, edges, density=True, histtype="step", color=COLORS[1], linewidth=1.5, label=label
        )
    places = np.linspace(edges[0], edges[-1], 300)
    standard = (places - result.mean) / result.standard_deviation
    density = np.exp(-0.5 * standard**2) / (np.sqrt(2.0 * np.pi) * result.standard_deviation)
    ax.plot(places, density, color="black", linestyle="--", label="normal")
    ax.set(xlabel="weight", ylabel="density")
    ax.set_ylim(top=1.45 * ax.get_ylim()[1])
    ax.legend(loc="upper right", frameon=False, fontsize=9)
    return ax


@check_results
def weight_change(result: WeightChange, ax: Axes | None = None) -> Axes:
    """Singular values of the change of the weights by training, and their cumulative share of its squared norm.

    Parameters
    ----------
    result : WeightChange
        Result of `neurosim.analysis.weights.weight_change`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ranks = np.arange(1, len(result.singular_values) + 1)
    relative = result.singular_values / result.singular_values[0]
    ax.bar(ranks, relative, color=COLORS[0], alpha=0.6, width=0.85, label="singular value / largest")
    ax.plot(
        ranks, result.shares, color=COLORS[1], marker="o", markersize=3, label="cumulative share of |ΔW|²"
    )
    ratio = result.participation_ratio
    ax.axvline(ratio, color="black", linestyle="--", label=f"participation ratio {ratio:.3g}")
    ax.set(xlabel="rank", xlim=(0.4, len(ranks) + 0.6), ylim=(0.0, 1.05), ylabel="share")
    ax.set_title(f"|ΔW| = {result.relative:.3g} |W before|")
    ax.locator_params(axis="x", integer=True)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax


@check_results
def weight_overlaps(result: WeightChange, ax: Axes | None = None) -> Axes:
    """Overlaps of the leading singular vectors of a change with the span of input and readout weights.

    Dashed lines are the means for random vectors.

    Parameters
    ----------
    result : WeightChange
        Result of `neurosim.analysis.weights.weight_change`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ParameterError
        When the network has neither inputs nor outputs.
    """
    spans = [name for name, chance in result.chance.items() if chance > 0.0]
    if not spans:
        raise ParameterError(
            "result must be of a network with inputs or outputs, for overlaps with their weights (got neither)."
        )
    ax = axes(ax)
    ranks = np.arange(1, min(VECTORS, len(result.singular_values)) + 1)
    groups = [f"{side} in {span}" for span in spans for side in ("left", "right")]
    width = 0.8 / len(groups)
    for place, group in enumerate(groups):
        shift = (place - 0.5 * (len(groups) - 1)) * width
        ax.bar(ranks + shift, result.overlaps[group][: len(ranks)], width, color=COLORS[place], label=group)
    for place, span in enumerate(spans):
        ax.axhline(result.chance[span], color=COLORS[2 * place], linestyle="--", linewidth=1.0)
    ax.set(xlabel="singular vector of ΔW", ylabel="share in the span", xlim=(0.4, len(ranks) + 0.6))
    ax.set_xticks(ranks)
    ax.legend(frameon=False, fontsize=9)
    return ax


def _moments(name: str, moments: WeightMoments) -> str:
    parts = (
        f"{each} {numeral_with_error(getattr(moments, each), moments.standard_errors[each])}"
        for each in ("skewness", "kurtosis")
    )
    return f"{name}: {', '.join(parts)}"
