"""Accuracy of networks whose units are drawn anew from fitted populations: how many populations a task needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from neurosim.analysis.behavior.lesions import require_trials, task_accuracies
from neurosim.analysis.weights.populations import populations
from neurosim.errors import ParameterError
from neurosim.network_arguments import require_network
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.validation import check_keywords, entries, positive, whole_number

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.noise import Noise
    from neurosim.tasks import Trials

__all__ = ["ResamplingAccuracy", "resampling_accuracy"]


@dataclass(frozen=True, eq=False)
class ResamplingAccuracy(Result):
    """Accuracy of resampled networks by number of populations.

    Attributes
    ----------
    counts : ndarray of int, shape (counts,)
        Numbers of populations.
    accuracies : ndarray, shape (counts, draws)
        Mean accuracy of each network that was drawn.
    original : float
        That of the network itself.
    size : int
        Units of the networks that were drawn.
    bic : ndarray, shape (counts,)
        Bayesian information criterion of each mixture; see `populations`.
    """

    counts: np.ndarray
    accuracies: np.ndarray
    original: float
    size: int
    bic: np.ndarray

    @property
    def by_evidence(self) -> int:
        """Number of populations with the smallest criterion, beside `enough`, the number that the task needs."""
        return int(self.counts[self.bic.argmin()])

    @property
    def medians(self) -> np.ndarray:
        """Median over draws, shape (counts,)."""
        return np.median(self.accuracies, axis=1)

    def enough(self, share: float = 0.9) -> int | None:
        """Smallest number of populations whose median accuracy is this share of the original one; None for none."""
        good = self.medians >= positive("share", share) * self.original
        return int(self.counts[good].min()) if good.any() else None


@check_keywords
def resampling_accuracy(
    network: Network,
    trials: Trials,
    counts: Iterable[int] = (1, 2, 3),
    *,
    draws: int = 10,
    size: int | None = None,
    matched: bool = False,
    starts: int = 20,
    noise: Noise | Literal["network"] | None = "network",
    rng: Seed = None,
) -> ResamplingAccuracy:
    r"""Accuracy of networks that keep nothing of a trained low-rank network but the statistics of populations.

    For each number of populations a mixture is fitted (see `populations`), and networks are drawn from it. If they do
    the task, these statistics are what the computation rests on.

    Parameters
    ----------
    network : Network
    trials : Trials
        The same for all networks.
    counts : iterable of int, optional
        Numbers of populations.
    draws : int, optional
        Networks for each number.
    size : int, optional
        Their units. Default: as many as the network has.
    matched : bool, optional
        Whether the drawn units have exactly the fitted means and covariances. Default: they fluctuate, see below.
    starts : int, optional
        As in `populations`.
    noise
        As in `neurosim.simulate`: by default that of `Network.stepping`.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    ResamplingAccuracy

    Notes
    -----
    Overlaps of independently drawn vectors, such as of n with the input weights of a cue, deviate from those of the
    mixture by :math:`\sqrt{\langle n^2 I^2 \rangle / size}`, and bias the choices: a rate of errors that is small falls
    as :math:`1/\sqrt{size}`. A network of 512 units that was trained to integrate by context had 0.64 of the choices
    correct when drawn with 512 units, 0.79 with 8192, 0.9 with 65,536 and 0.98 with 262,144; one that was trained to
    match to sample 0.78 with 512 and all with 8192. Dubreuil et al. train on while they resample; `matched` removes
    the deviations.

    The number of populations that is needed differs between networks of one task: of three that were trained to match
    to sample two need four or five and one needs seven, and the number with the smallest
    criterion, five or six and seven, is enough. A fit that has stopped in a
    poor maximum of the likelihood can fail where a better one of as many populations does the task.

    References
    ----------
    A. Dubreuil, A. Valente, M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022): one population is
    enough for perceptual decisions and parametric working memory; context-dependent decisions and delayed match to
    sample need more.
    """
    require_network(network)
    require_trials(trials)
    tried = sorted({whole_number("counts", count) for count in entries("counts", counts, "try (1, 2, 3)")})
    if not tried:
        raise ParameterError("counts must have at least one number of populations (got none); try (1, 2, 3).")
    draws = whole_number("draws", draws)
    size = network.size if size is None else whole_number("size", size)
    seed = seed_sequence(rng)

    def accuracy(tested: Network) -> float:
        return float(task_accuracies(tested, {"task": trials}, noise=noise, rng=child(seed, "trials"))[0])

    accuracies, bic = [], []
    for count in tried:
        fitted = populations(network, count, starts=starts, rng=child(seed, f"fit {count}"))
        bic.append(fitted.bic[count])
        drawn = (fitted.draw(size, matched=matched, rng=child(seed, f"draw {k}")) for k in range(draws))
        accuracies.append([accuracy(each) for each in drawn])
    return ResamplingAccuracy(np.array(tried), np.array(accuracies), accuracy(network), size, np.array(bic))
