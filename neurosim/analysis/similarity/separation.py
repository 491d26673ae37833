"""How well groups of solutions that are known in advance are apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.activity.clustering import silhouettes_from_distances
from neurosim.randomness import Seed, stream
from neurosim.results.result import Result
from neurosim.validation import whole_number

__all__ = ["Separation", "group_separation"]


@dataclass(frozen=True, eq=False)
class Separation(Result):
    """Mean silhouette of given groups, against groups by chance.

    Attributes
    ----------
    score : float
        Mean silhouette, between -1 and 1.
    null_scores : ndarray, shape (draws,)
        The same after the groups are dealt out to the solutions at random.
    p_value : float
        Share of the draws that have a score at least as large, with the groups themselves counted as one more.
    """

    score: float
    null_scores: np.ndarray
    p_value: float


def group_separation(
    distances: np.ndarray, groups: np.ndarray, *, draws: int = 2000, rng: Seed = None
) -> Separation:
    """Permutation test of whether solutions of one group are nearer to each other than to others.

    Parameters
    ----------
    distances : ndarray, shape (solutions, solutions)
    groups : ndarray, shape (solutions,)
        Names or numbers, known before the distances: the task, the initialization. To test groups that were found
        from the same distances, use `find_clusters`.
    draws : int, optional
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Separation

    Raises
    ------
    ShapeError
        When there is not one group for each solution, or all are in one group.

    References
    ----------
    B. Phipson, G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.similarity.separation import group_separation
    >>> places = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 5.2])
    >>> round(group_separation(np.abs(places[:, None] - places), list("aaabbb"), rng=0).score, 2)
    0.97
    """
    names = np.asarray(groups)
    score = float(silhouettes_from_distances(distances, names).mean())
    generator = stream(rng, "groups")
    dealt = (generator.permutation(names) for _ in range(whole_number("draws", draws)))
    scores = np.array([silhouettes_from_distances(distances, each).mean() for each in dealt])
    # the same groups in another order of rounding are as large
    p_value = (1 + int(np.sum(scores >= score - 1e-12))) / (draws + 1)
    return Separation(score, scores, p_value)
