"""Task variance and its clusters, fractional variance, and task vectors (Yang et al. 2019)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.clustering import Clusters
from neurosim.analysis.behavior.task_variance import TaskVariance
from neurosim.analysis.behavior.task_vectors import TaskVectors
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["cluster_scores", "fractional_variance", "silhouettes", "task_variance", "task_vectors"]

BINS = 20
"""Bars of the histogram of fractional variances, as in Yang et al. (2019)."""
NARROW = 0.03
"""Share of the units up to which a cluster has no room for its number in an image of all."""
STRUCTURE = 0.25
"""Mean silhouette below which no substantial structure was found (Kaufman & Rousseeuw 1990)."""


@check_results
def task_variance(result: TaskVariance, labels: np.ndarray | None = None, ax: Axes | None = None) -> Axes:
    """Task variance of the active units, each normalized by its largest, as an image with a row for each task.

    Units are ordered by cluster, and within a cluster by the task of their largest variance.

    Parameters
    ----------
    result : TaskVariance
        Result of `neurosim.analysis.behavior.task_variance`.
    labels : ndarray of int, shape (active units,), optional
        Cluster of each active unit, ``neurosim.analysis.clusters(result.normalized).labels``. Default: no clusters.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar beside it.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019), Fig. 2.
    """
    values = result.normalized
    if not len(values):
        raise ParameterError(
            f"result must have active units (got none above threshold = {result.threshold:g}); try a lower threshold."
        )
    groups = np.zeros(len(values), int) if labels is None else np.asarray(labels)
    if groups.shape != (len(values),) or groups.dtype.kind not in "iu":
        raise ShapeError(
            f"labels must be {len(values)} integers, one for each active unit (got shape {groups.shape}, dtype "
            f"{groups.dtype}); try clusters(result.normalized).labels."
        )
    if groups.min() < 0:
        raise ShapeError(
            f"labels must count clusters from 0 (got {groups.min()}); leave out units that are not active."
        )
    order = np.lexsort((-values.max(axis=1), values.argmax(axis=1), groups))
    ax = axes(ax, figsize=(6.4, 1.8 + 0.22 * len(result.names)))
    image = ax.imshow(
        values[order].T, aspect="auto", vmin=0.0, vmax=1.0, cmap="viridis", interpolation="nearest"
    )
    ax.figure.colorbar(image, ax=ax, label="variance / largest", pad=0.02)
    # the names of fifty rows fit too
    ax.set_yticks(np.arange(len(result.names)), result.names, fontsize=min(9.0, 220.0 / len(result.names)))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0.0)
    if labels is None:
        ax.set_xlabel(f"active unit ({len(values)} of {len(result.values)})")
        return ax
    sizes = np.bincount(groups)
    ends = np.cumsum(sizes)
    for end in ends[:-1]:
        ax.axvline(end - 0.5, color="white", linewidth=0.8)
    # neighboring numbers of narrow clusters would cover each other
    numbers = [f"{k + 1}" if size > NARROW * len(values) else "" for k, size in enumerate(sizes)]
    ax.set_xticks(ends - 0.5 * sizes - 0.5, numbers, fontsize=_label_size(len(sizes)))
    ax.set_xlabel(f"active units ({len(values)} of {len(result.values)}), by cluster")
    return ax


@check_results
def fractional_variance(result: TaskVariance, first: str, second: str, ax: Axes | None = None) -> Axes:
    """Histogram of fractional task variances: units of the second task on the left, of the first on the right.

    Parameters
    ----------
    result : TaskVariance
        Result of `neurosim.analysis.behavior.task_variance`.
    first, second : str
        Names of the tasks.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    values = result.fractional(first, second)
    known = values[np.isfinite(values)]
    if not known.size:
        raise ParameterError(
            f"result must have units that are active in {first!r} or {second!r} (got none above threshold = "
            f"{result.threshold:g}); try a lower threshold."
        )
    ax = axes(ax)
    ax.hist(known, BINS, range=(-1.0, 1.0), color=COLORS[0], edgecolor="white")
    ax.axvline(0.0, color=GREY, linewidth=1.0, zorder=0)
    ax.set(xlabel=f"← {second}     fractional variance     {first} →", ylabel="units", xlim=(-1.05, 1.05))
    return ax


@check_results
def silhouettes(result: Clusters, ax: Axes | None = None) -> Axes:
    """Silhouettes: how well each sample fits into its cluster, as bars grouped by cluster.

    Parameters
    ----------
    result : Clusters
        Result of `neurosim.analysis.clusters`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    References
    ----------
    P. J. Rousseeuw, J. Comput. Appl. Math. 20, 53 (1987).
    """
    ax = axes(ax, figsize=(4.6, 4.2))
    gap, place, middles = max(1.0, 0.02 * len(result.labels)), 0.0, []
    for cluster in range(result.count):
        fits = np.sort(result.silhouettes[result.labels == cluster])[::-1]
        color = COLORS[cluster % len(COLORS)]
        ax.barh(place + np.arange(len(fits)), fits, 1.0, color=color, linewidth=0.0)
        middles.append(place + 0.5 * (len(fits) - 1))
        place += len(fits) + gap
    mean = float(result.silhouettes.mean())
    ax.axvline(mean, color="black", linestyle="--", label=f"mean {mean:.2f}")
    ax.axvline(0.0, color=GREY, linewidth=1.0)
    ax.set_yticks(middles, np.arange(1, result.count + 1), fontsize=_label_size(result.count))
    ax.set(xlabel="silhouette", ylabel="cluster", ylim=(place - gap, -1.0))
    ax.set_xlim(min(-0.05, float(result.silhouettes.min()) - 0.02), 1.02)
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax


@check_results
def cluster_scores(result: Clusters, ax: Axes | None = None) -> Axes:
    """Mean silhouette as a function of the number of clusters, with the chosen number.

    Parameters
    ----------
    result : Clusters
        Result of `neurosim.analysis.clusters`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    counts, scores = list(result.scores), list(result.scores.values())
    ax.plot(counts, scores, color=COLORS[0], marker="o", markersize=4)
    ax.plot(result.count, max(scores), "o", color=COLORS[1], markersize=8, label=f"{result.count} clusters")
    ax.axhline(STRUCTURE, color=GREY, linestyle=":", label="below: no structure")
    ax.set(xlabel="number of clusters", ylabel="mean silhouette", ylim=(min(0.0, *scores), 1.02))
    ax.locator_params(axis="x", integer=True)
    ax.legend(frameon=False, fontsize=9)
    return ax


@check_results
def task_vectors(result: TaskVectors, ax: Axes | None = None, *, steps: Iterable[Sequence[str]] = ()) -> Axes:
    """Task vectors in the plane of their two principal components, the first task on the horizontal axis.

    Parameters
    ----------
    result : TaskVectors
        Result of `neurosim.analysis.behavior.task_vectors`, of three tasks or more.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    steps : iterable of pairs of str, optional
        Differences to draw as arrows, to the first task from the second, as in `TaskVectors.parallel`.

    Returns
    -------
    matplotlib.axes.Axes
        With equal scales; the title states the share of the variance in the plane.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019).
    """
    places, _ = result.plane()
    total = float(((result.vectors - result.vectors.mean(axis=0)) ** 2).sum())
    where = dict(zip(result.names, places, strict=True))
    ax = axes(ax, figsize=(4.6, 4.2))
    for first, second in steps:
        result.difference(first, second)  # raises an error for unknown names
        ax.annotate(
            "",
            where[first],
            where[second],
            arrowprops={"arrowstyle": "->", "color": GREY, "shrinkA": 5, "shrinkB": 5, "linewidth": 1.5},
        )
    for k, (name, place) in enumerate(where.items()):
        ax.plot(*place, "o", color=COLORS[k % len(COLORS)], markersize=9)
        ax.annotate(name, place, (0, 9), textcoords="offset points", horizontalalignment="center", fontsize=9)
    share = float((places**2).sum()) / total if total > 0.0 else 1.0
    ax.set(xlabel="component 1", ylabel="component 2", title=f"{100.0 * share:.0f} % of the variance")
    ax.margins(0.25)
    ax.set_aspect("equal", adjustable="datalim")
    return ax


def _label_size(clusters: int) -> float:
    """Font size at which the numbers of all clusters fit."""
    return 9.0 if clusters <= 10 else 6.0
