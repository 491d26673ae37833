"""Groups of solutions, and whether there are more of them than in one cloud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.activity.clustering import silhouettes_from_distances
from neurosim.analysis.similarity.scaling import classical_scaling
from neurosim.errors import ParameterError
from neurosim.randomness import Seed, stream
from neurosim.results.result import Result
from neurosim.validation import positive, whole_number

__all__ = ["SolutionClusters", "find_clusters"]

MOST = 10
"""Clusters that are tried at most."""


@dataclass(frozen=True, eq=False)
class SolutionClusters(Result):
    """Groups of solutions by average linkage, tested against one Gaussian cloud.

    Attributes
    ----------
    labels : ndarray of int, shape (solutions,)
        Cluster of each solution; all 0 where the test finds none.
    score : float
        Largest mean silhouette, over numbers of clusters from 2.
    null_scores : ndarray, shape (draws,)
        The same for points of one Gaussian cloud.
    p_value : float
        Share of clouds that have a score at least as large, with the solutions counted as one more draw.
    level : float
        p-value above which there is one cluster.
    """

    labels: np.ndarray
    score: float
    null_scores: np.ndarray
    p_value: float
    level: float

    @property
    def count(self) -> int:
        """Number of clusters; 1 where the test finds none."""
        return int(self.labels.max()) + 1

    def members(self, cluster: int) -> np.ndarray:
        """Solutions of one cluster, by index."""
        return np.flatnonzero(self.labels == cluster)


def find_clusters(
    distances: np.ndarray, *, draws: int = 500, level: float = 0.05, rng: Seed = None
) -> SolutionClusters:
    """Cluster solutions by average linkage, with a test of whether there are clusters at all.

    The number of clusters, from 2 to at most 10, is the one of the largest mean silhouette. Null hypothesis: the
    solutions are points of one Gaussian cloud with the covariance of the points that classical scaling makes of the
    distances; the score is compared with that of as many points from this cloud, clustered in the same way.

    Parameters
    ----------
    distances : ndarray, shape (solutions, solutions)
        Symmetric; four solutions at least.
    draws : int, optional
        Number of clouds; p-values are at least 1 / (draws + 1).
    level : float, optional
        Probability of clusters where there are none.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    SolutionClusters

    Raises
    ------
    ParameterError
        When there are fewer than four solutions.

    Notes
    -----
    The test is rather careful: the covariance of few points has larger leading eigenvalues than the cloud that they
    came from. A few outliers are not a cluster, but can make the cloud look unlike a Gaussian one.

    References
    ----------
    Silhouettes: P. J. Rousseeuw, J. Comput. Appl. Math. 20, 53 (1987). One Gaussian as the null hypothesis: Y. Liu,
    D. N. Hayes, A. Nobel, J. S. Marron, J. Am. Stat. Assoc. 103, 1281 (2008). p-values: B. Phipson, G. K. Smyth, Stat.
    Appl. Genet. Mol. Biol. 9, 39 (2010).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.clusters import find_clusters
    >>> places = np.repeat([0.0, 1.0], 6) + 0.01 * np.arange(12)
    >>> find_clusters(np.abs(places[:, None] - places), rng=0).labels
    array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    """
    count = len(distances)
    if count < 4:
        raise ParameterError(f"distances must be between four solutions at least (got {count}); add some.")
    generator = stream(rng, "clouds")
    points = classical_scaling(distances, count)
    scales = np.sqrt(np.mean(points**2, axis=0))
    labels, score = _best_partition(distances)
    clouds = [scales * generator.standard_normal(points.shape) for _ in range(whole_number("draws", draws))]
    scores = np.array([_best_partition(_distances_between(cloud))[1] for cloud in clouds])
    p_value = (1 + int(np.sum(scores >= score))) / (draws + 1)
    found = labels if p_value <= positive("level", level) else np.zeros(count, dtype=np.intp)
    return SolutionClusters(found, score, scores, p_value, level)


def _distances_between(points: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import pdist, squareform

    return squareform(pdist(points))


def _best_partition(distances: np.ndarray) -> tuple[np.ndarray, float]:
    """Clusters of the largest mean silhouette, in the order of their first members, and this silhouette."""
    partitions = _partitions(distances, min(len(distances) // 2, MOST))
    scores = [float(silhouettes_from_distances(distances, labels).mean()) for labels in partitions]
    best = int(np.argmax(scores))
    _, first, labels = np.unique(partitions[best], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[labels], scores[best]


def _partitions(distances: np.ndarray, most: int) -> list[np.ndarray]:
    """Partitions into two to `most` clusters, by average linkage."""
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    count = len(distances)
    labels, found = np.arange(count), []
    for k, (i, j) in enumerate(linkage(squareform(distances, checks=False), "average")[:, :2]):
        labels = np.where((labels == i) | (labels == j), count + k, labels)
        if 2 <= count - k - 1 <= most:
            found.append(labels)
    return found
