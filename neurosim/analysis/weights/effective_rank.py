"""Effective rank of trained weights: how many singular vectors a network needs to do its task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from neurosim.analysis.behavior.lesions import require_trials, task_accuracies
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_network, require_undelayed
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import check_keywords, entries, positive, whole_number

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.noise import Noise
    from neurosim.tasks import Trials

__all__ = ["EffectiveRank", "effective_rank", "truncate_rank"]


@dataclass(frozen=True, eq=False)
class EffectiveRank(Result):
    """Accuracy of a network with truncated weights, by rank.

    Attributes
    ----------
    ranks : ndarray of int, shape (ranks,)
    accuracies : ndarray, shape (ranks,)
        With the best approximation of W by a matrix of each rank.
    change_accuracies : ndarray, shape (ranks,), or None
        With the weights before training plus the best approximation of their change. None where the weights before are
        not known.
    original : float
        With all of the weights.
    singular_values : ndarray, shape (units,)
        Of W, descending.
    change_singular_values : ndarray, shape (units,), or None
        Of the change.
    """

    ranks: np.ndarray
    accuracies: np.ndarray
    change_accuracies: np.ndarray | None
    original: float
    singular_values: np.ndarray
    change_singular_values: np.ndarray | None

    def rank(self, share: float = 0.9) -> int | None:
        """Smallest rank of W whose accuracy is at least this share of the original one; None for none."""
        return self._smallest(self.accuracies, share)

    def change_rank(self, share: float = 0.9) -> int | None:
        """The same for the change of the weights; None also where it is not known."""
        return None if self.change_accuracies is None else self._smallest(self.change_accuracies, share)

    def _smallest(self, accuracies: np.ndarray, share: float) -> int | None:
        good = accuracies >= positive("share", share) * self.original
        return int(self.ranks[good].min()) if good.any() else None


def truncate_rank(network: Network, rank: int, before: Network | None = None) -> Network:
    """Network with the best approximation of its weights, or of their change, by a matrix of some rank.

    Parameters
    ----------
    network : Network
    rank : int
        At most the number of units.
    before : Network, optional
        Network before training: its weights are kept, and the change is approximated. Default: all of W is.

    Returns
    -------
    Network
        With factors of equal norms (see `Operator.balanced`), which can be trained further; with `before`, in addition
        to the weights of that.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> full = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=20, rng=0)
    >>> ns.analysis.truncate_rank(full, 2).recurrent
    Operator(size=20, rank=2, dtype=float64)
    """
    rank = whole_number("rank", rank)
    if rank > require_undelayed(network, "weights of lower rank").size:
        raise ParameterError(f"rank must be at most {network.size}, the number of units (got {rank}).")
    base = _operator_before(network, before)
    left, values, right = _decompose(network, base)
    return _truncated(network, base, left, values, right, rank)


@check_keywords
def effective_rank(
    network: Network,
    trials: Trials,
    ranks: Iterable[int] = range(1, 10),
    *,
    before: Network | None = None,
    noise: Noise | Literal["network"] | None = "network",
    rng: Seed = None,
) -> EffectiveRank:
    """Effective rank of a trained network: its accuracy with truncated weights.

    The weights W, and if the network before training is given also their change, are replaced by the sum of their first
    singular vectors, the best approximation of that rank in the sum of squares. Training changes weights mostly along
    few directions, while random weights, which the task does not need, have full rank.

    Parameters
    ----------
    network : Network
        Trained, of any connectivity.
    trials : Trials
        The same for all ranks.
    ranks : iterable of int, optional
        Those above the number of units are left out.
    before : Network, optional
        Before training: ``training.start``.
    noise
        As in `neurosim.simulate`: by default that of `Network.stepping`.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    EffectiveRank

    Raises
    ------
    ParameterError, ShapeError
        When ranks are no whole numbers above 0, or the networks do not fit each other.

    Notes
    -----
    Costs one or two singular value decompositions, about 20 units³, and two simulations of the trials for each rank.

    References
    ----------
    F. Schuessler, F. Mastrogiuseppe, A. Dubreuil, S. Ostojic, O. Barak, NeurIPS 33, 13352 (2020); A. Dubreuil,
    A. Valente, M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022).
    """
    require_trials(trials)
    require_undelayed(network, "weights of lower rank")
    tried = sorted({whole_number("ranks", rank) for rank in entries("ranks", ranks, "try range(1, 6)")})
    possible = [rank for rank in tried if rank <= network.size]
    if not possible:
        raise ParameterError(
            f"ranks must have at least one rank of at most {network.size}, the number of units (got {tried})."
        )
    seed = child(seed_sequence(rng), "trials")

    def accuracy(tested: Network) -> float:
        return float(task_accuracies(tested, {"task": trials}, noise=noise, rng=seed)[0])

    def accuracies(base: Operator | None) -> tuple[np.ndarray, np.ndarray]:
        left, values, right = _decompose(network, base)
        each = [accuracy(_truncated(network, base, left, values, right, rank)) for rank in possible]
        return np.array(each), values

    whole, singular = accuracies(None)
    change, change_singular = (
        (None, None) if before is None else accuracies(_operator_before(network, before))
    )
    return EffectiveRank(np.array(possible), whole, change, accuracy(network), singular, change_singular)


def _operator_before(network: Network, before: Network | None) -> Operator | None:
    if before is None:
        return None
    if require_network(before, "before").size != network.size:
        raise ShapeError(f"before must have {network.size} units, as network (got {before.size}).")
    return before.recurrent


def _decompose(network: Network, base: Operator | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Singular value decomposition of W, or of its change from other weights."""
    matrix = network.recurrent.dense().astype(np.float64)
    return np.linalg.svd(matrix if base is None else matrix - base.dense())


def _truncated(
    network: Network,
    base: Operator | None,
    left: np.ndarray,
    values: np.ndarray,
    right: np.ndarray,
    rank: int,
) -> Network:
    root = np.sqrt(values[:rank])
    factors = Operator(left=left[:, :rank] * root, right=right[:rank].T * root).astype(network.dtype)
    return network.replace(recurrent=factors if base is None else base.astype(network.dtype) + factors)
