"""Are several solutions the same? Their distances as an image, as a tree, and as points in a plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.similarity.result import Similarity
from neurosim.errors import ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["dendrogram", "distance_matrix", "similarity_map"]

NAMED = 30
"""Solutions up to which each is named."""
QUANTITIES = {
    "attractors": "share not in common",
    "dynamics_eigenvalues": "Wasserstein, of eigenvalues",
    "weight_eigenvalues": "Wasserstein, of eigenvalues",
}
"""Names of the distance for kinds whose distance is not an angle."""


@check_results
def distance_matrix(result: Similarity, ax: Axes | None = None) -> Axes:
    """Distances between solutions as an image, in the order of the leaves of their dendrogram.

    Parameters
    ----------
    result : Similarity
        Result of `neurosim.analysis.similarity`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar.
    """
    ax = axes(ax, figsize=(5.4, 4.4))
    order = result.order()
    image = ax.imshow(
        result.distances[np.ix_(order, order)], vmin=0.0, cmap="viridis", interpolation="nearest"
    )
    ax.figure.colorbar(image, ax=ax, label=_quantity(result), pad=0.03)
    names, places = (
        ([], []) if len(result) > NAMED else ([result.labels[k] for k in order], range(len(result)))
    )
    ax.set_xticks(places, names, rotation=90, fontsize=8)
    ax.set_yticks(places, names, fontsize=8)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{result.kind.replace('_', ' ')}, {len(result)} solutions")
    return ax


@check_results
def dendrogram(result: Similarity, ax: Axes | None = None, *, groups: Sequence[object] | None = None) -> Axes:
    """Hierarchical clustering of solutions by average linkage: solutions join at their mean distance.

    Parameters
    ----------
    result : Similarity
        Result of `neurosim.analysis.similarity`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    groups : sequence, optional
        Group of each solution, which colors its leaf.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from scipy.cluster.hierarchy import dendrogram as tree

    members = _groups(result, groups)
    ax = axes(ax, figsize=(6.0, 3.4))
    drawn = tree(result.linkage(), no_plot=True)
    for across, up in zip(drawn["icoord"], drawn["dcoord"], strict=True):
        ax.plot(across, up, color=GREY, linewidth=1.2)
    places = 5.0 + 10.0 * np.arange(len(result))
    for number, (name, chosen) in enumerate(members.items()):
        inside = np.isin(drawn["leaves"], chosen)
        color = COLORS[number % len(COLORS)]
        ax.plot(places[inside], np.zeros(inside.sum()), "o", color=color, label=name, clip_on=False, zorder=3)
    names = [result.labels[k] for k in drawn["leaves"]] if len(result) <= NAMED else [""] * len(result)
    ax.set_xticks(places, names, rotation=90, fontsize=8)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set(ylabel=_quantity(result), xlim=(0.0, 10.0 * len(result)))
    ax.set_ylim(bottom=0.0)
    if groups is not None:
        ax.legend(fontsize=9)
    return ax


@check_results
def similarity_map(
    result: Similarity, ax: Axes | None = None, *, groups: Sequence[object] | None = None
) -> Axes:
    """Solutions as points in a plane whose distances approximate theirs (classical multidimensional scaling).

    Parameters
    ----------
    result : Similarity
        Result of `neurosim.analysis.similarity`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    groups : sequence, optional
        Group of each solution, such as its task or its cluster (``result.clusters().labels``), which colors its point.

    Returns
    -------
    matplotlib.axes.Axes
    """
    members = _groups(result, groups)
    ax = axes(ax, figsize=(4.8, 4.4))
    places = result.coordinates(2)
    for number, (name, chosen) in enumerate(members.items()):
        color = COLORS[number % len(COLORS)]
        ax.plot(*places[chosen].T, "o", color=color, label=name, markersize=7, alpha=0.85)
    ax.set(xlabel="dimension 1 of scaling", ylabel="dimension 2 of scaling")
    ax.set_aspect("equal", adjustable="datalim")
    ax.locator_params(nbins=5)
    if groups is not None:
        ax.legend(fontsize=9)
    return ax


def _quantity(result: Similarity) -> str:
    return f"distance ({QUANTITIES.get(result.kind, 'radians')})"


def _groups(result: Similarity, groups: Sequence[object] | None) -> dict[str, np.ndarray]:
    """Solutions of each group by index, in the order of first appearance; one group where none are given."""
    names = [""] * len(result) if groups is None else [str(group) for group in groups]
    if len(names) != len(result):
        raise ShapeError(f"groups must be one for each of {len(result)} solutions (got {len(names)}).")
    return {name: np.flatnonzero(np.array(names) == name) for name in dict.fromkeys(names)}
