"""Clusters of units with similar activity: k-means, with the number of clusters chosen by silhouettes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import finite, whole_number

__all__ = ["Clusters", "clusters", "silhouettes", "silhouettes_from_distances"]


@dataclass(frozen=True, eq=False)
class Clusters(Result):
    """Clusters of samples, ordered by the feature in which their center is largest.

    Attributes
    ----------
    labels : ndarray of int, shape (samples,)
    centers : ndarray, shape (clusters, features)
    silhouettes : ndarray, shape (samples,)
        How well each sample fits, between -1 and 1; see `silhouettes`.
    scores : dict of int to float
        Mean silhouette for each number of clusters that was tried. A largest score below about 0.25 means that no
        substantial structure was found (Kaufman & Rousseeuw 1990).
    """

    labels: np.ndarray
    centers: np.ndarray
    silhouettes: np.ndarray
    scores: dict[int, float]

    @property
    def count(self) -> int:
        """Number of clusters: the one of the highest score."""
        return len(self.centers)

    def members(self, cluster: int) -> np.ndarray:
        """Samples of one cluster, by index."""
        return np.flatnonzero(self.labels == cluster)


def silhouettes(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    r"""Silhouettes of samples, :math:`s = (b - a) / \max(a, b)`: how well each fits into its cluster.

    a is the mean distance of a sample to the others of its cluster, b the smallest mean distance to those of another.

    Parameters
    ----------
    features : ndarray, shape (samples, features)
    labels : ndarray of int, shape (samples,)
        Two clusters at least.

    Returns
    -------
    ndarray, shape (samples,)
        Between -1 and 1; 0 for the only sample of a cluster.

    References
    ----------
    P. J. Rousseeuw, J. Comput. Appl. Math. 20, 53 (1987).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.activity.clustering import silhouettes
    >>> silhouettes(np.array([[0.0], [1.0], [10.0]]), np.array([0, 0, 1])).round(3)
    array([0.9  , 0.889, 0.   ])
    """
    from scipy.spatial.distance import cdist

    points = _check_features(features)
    return silhouettes_from_distances(cdist(points, points), labels)


def silhouettes_from_distances(distances: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Silhouettes of samples that are known by their distances, shape (samples,).

    Parameters
    ----------
    distances : ndarray, shape (samples, samples)
    labels : ndarray, shape (samples,)
        As in `silhouettes`.
    """
    groups = np.asarray(labels)
    names, which = np.unique(groups, return_inverse=True)
    if groups.shape != (len(distances),) or len(names) < 2:
        raise ShapeError(
            f"labels must name the cluster of each of {len(distances)} samples, two clusters or more (got shape "
            f"{groups.shape}, number of clusters {len(names)})."
        )
    member = which[:, None] == np.arange(len(names))
    sums, sizes = distances @ member, member.sum(axis=0)
    own = sums[member] / np.maximum(sizes[which] - 1, 1)
    other = np.where(member, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(own, other)
    return np.where(
        (sizes[which] == 1) | (larger == 0.0), 0.0, (other - own) / np.where(larger > 0.0, larger, 1.0)
    )


def clusters(
    features: np.ndarray, counts: Iterable[int] = range(2, 30), *, starts: int = 20, rng: Seed = None
) -> Clusters:
    """Cluster samples with k-means, with the number of clusters that has the largest mean silhouette.

    Parameters
    ----------
    features : ndarray, shape (samples, features)
        For units by task: ``task_variance(...).normalized``.
    counts : iterable of int, optional
        Numbers of clusters to try; those above the number of distinct samples minus one are skipped. A single number
        fixes it.
    starts : int, optional
        Runs of k-means for each, from k-means++ starts; the run of the smallest sum of squares counts.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Clusters

    Raises
    ------
    ParameterError
        When fewer than three samples differ, or no number is possible.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019); D. Arthur, S. Vassilvitskii, SODA, 1027 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> corners = np.repeat(np.eye(3), 10, axis=0) + 0.01 * np.random.default_rng(0).standard_normal((30, 3))
    >>> found = ns.analysis.clusters(corners, rng=1)
    >>> found.count, np.bincount(found.labels)
    (3, array([10, 10, 10]))
    """
    points, seed = _check_features(features), seed_sequence(rng)
    most = len(np.unique(points, axis=0)) - 1
    tried = sorted({whole_number("counts", k, 2) for k in counts if k <= most})
    if not tried:
        raise ParameterError(
            f"counts must hold a number from 2 to the number of distinct samples minus one (got {most + 1} distinct "
            f"samples); try more samples or fewer clusters."
        )
    best: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    scores: dict[int, float] = {}
    for count in tried:
        centers, labels = _k_means(
            points, count, whole_number("starts", starts), child(seed, f"{count} clusters")
        )
        fit = silhouettes(points, labels)
        scores[count] = float(fit.mean())
        if best is None or scores[count] > best[2].mean():
            best = centers, labels, fit
    assert best is not None
    centers, labels, fit = best
    order = np.lexsort((-centers.max(axis=1), centers.argmax(axis=1)))
    return Clusters(np.argsort(order)[labels], centers[order], fit, scores)


def _k_means(
    points: np.ndarray, count: int, starts: int, seed: np.random.SeedSequence
) -> tuple[np.ndarray, np.ndarray]:
    """Centers and labels of the tightest of several runs."""
    from scipy.cluster.vq import ClusterError, kmeans2

    best, smallest = None, np.inf
    draw = np.random.default_rng(seed)
    for _ in range(starts):
        try:
            centers, labels = kmeans2(
                points, _k_means_plus_plus(points, count, draw), 100, minit="matrix", missing="raise"
            )
        except ClusterError:
            continue
        spread = float(((points - centers[labels]) ** 2).sum())
        if spread < smallest:
            best, smallest = (centers, labels), spread
    if best is None:
        raise ParameterError(
            f"counts = {count} leaves a cluster empty from every start; try fewer clusters or more starts."
        )
    return best


def _k_means_plus_plus(points: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """Samples to start from, each drawn with a probability by its squared distance to those before (k-means++)."""
    chosen = points[[draw.integers(len(points))]]
    nearest = ((points - chosen[0]) ** 2).sum(axis=1)
    for _ in range(count - 1):
        new = points[draw.choice(len(points), p=nearest / nearest.sum())]
        chosen = np.vstack([chosen, new])
        nearest = np.minimum(nearest, ((points - new) ** 2).sum(axis=1))
    return chosen


def _check_features(features: np.ndarray) -> np.ndarray:
    points = finite("features", features, np.float64)
    if points.ndim != 2 or len(points) < 3 or not points.shape[1]:
        raise ShapeError(
            f"features must have the shape (samples, features), with three samples or more (got {points.shape})."
        )
    return points
