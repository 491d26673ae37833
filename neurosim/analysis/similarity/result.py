"""Distances between solutions, and what can be told from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.similarity.clusters import SolutionClusters, find_clusters
from neurosim.analysis.similarity.measures import Measure
from neurosim.analysis.similarity.scaling import classical_scaling
from neurosim.analysis.similarity.separation import Separation, group_separation
from neurosim.errors import ParameterError
from neurosim.randomness import Seed
from neurosim.results.result import Result

__all__ = ["Similarity"]


@dataclass(frozen=True, eq=False)
class Similarity(Result):
    """Distances between several solutions.

    Attributes
    ----------
    labels : tuple of str
        Name of each solution.
    distances : ndarray, shape (solutions, solutions)
        Symmetric, with a zero diagonal; what they mean depends on the kind, see `neurosim.analysis.similarity`. NaN
        where Ctrl-C came before.
    kind : str
    measure : Measure
        The kind with its settings.
    """

    labels: tuple[str, ...]
    distances: np.ndarray
    kind: str
    measure: Measure

    def __len__(self) -> int:
        return len(self.labels)

    def linkage(self, method: str = "average") -> np.ndarray:
        """Hierarchical clustering as `scipy.cluster.hierarchy.linkage` writes it, shape (solutions - 1, 4).

        Leaves are ordered so that neighbors are as near as possible.
        """
        from scipy.cluster.hierarchy import linkage
        from scipy.spatial.distance import squareform

        distances = squareform(self._complete_distances(), checks=False)
        return linkage(distances, method, optimal_ordering=True)

    def order(self, method: str = "average") -> np.ndarray:
        """Solutions in the order of the leaves of the dendrogram, by index."""
        from scipy.cluster.hierarchy import leaves_list

        return leaves_list(self.linkage(method))

    def coordinates(self, count: int = 2) -> np.ndarray:
        """Points whose distances are near these, shape (solutions, count); see `classical_scaling`."""
        return classical_scaling(self._complete_distances(), count)

    def clusters(self, *, draws: int = 500, level: float = 0.05, rng: Seed = None) -> SolutionClusters:
        """Groups of solutions, if there are more than in one Gaussian cloud; see `find_clusters`."""
        return find_clusters(self._complete_distances(), draws=draws, level=level, rng=rng)

    def separation(self, groups: np.ndarray, *, draws: int = 2000, rng: Seed = None) -> Separation:
        """How well groups that are known are apart, against groups by chance; see `group_separation`."""
        return group_separation(self._complete_distances(), groups, draws=draws, rng=rng)

    def _complete_distances(self) -> np.ndarray:
        missing = int(np.isnan(self.distances).sum()) // 2
        if missing:
            raise ParameterError(
                f"distances must be complete ({missing} are missing since Ctrl-C); call similarity() again with "
                f"resume=."
            )
        return self.distances
