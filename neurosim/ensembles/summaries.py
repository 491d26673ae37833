"""Summaries of an ensemble: success rates, times to criterion, spectra, degradation and attractors, by start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurosim.results.result import Result

__all__ = [
    "AttractorCounts",
    "EnsembleDegradation",
    "EnsembleSpectra",
    "SuccessRates",
    "TimesToCriterion",
    "success_rates",
    "times_to_criterion",
]


@dataclass(frozen=True, eq=False)
class SuccessRates(Result):
    r"""Share of networks that learned the task, for each start.

    Attributes
    ----------
    labels : tuple of str
        Starts.
    successes, counts : ndarray of int, shape (starts,)
        Networks that reached the criterion, and networks that were trained. A training that raised an exception counts
        as a failure.
    low, high : ndarray, shape (starts,)
        Ends of the Wilson score interval at `level`.
    level : float

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """

    labels: tuple[str, ...]
    successes: np.ndarray
    counts: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float

    @property
    def shares(self) -> np.ndarray:
        """Successes divided by counts, shape (starts,)."""
        return self.successes / self.counts


def success_rates(labels: np.ndarray, succeeded: np.ndarray, level: float = 0.95) -> SuccessRates:
    """Success rate of each group with its Wilson score interval.

    Parameters
    ----------
    labels : array of str, shape (networks,)
    succeeded : array of bool, shape (networks,)
    level : float, optional
        Probability that the interval covers the true rate.
    """
    from scipy.stats import binomtest

    names = tuple(dict.fromkeys(labels.tolist()))
    groups = [succeeded[labels == name] for name in names]
    intervals = [
        binomtest(int(group.sum()), len(group)).proportion_ci(level, method="wilson") for group in groups
    ]
    return SuccessRates(
        names,
        np.array([int(group.sum()) for group in groups]),
        np.array([len(group) for group in groups]),
        np.array([interval.low for interval in intervals]),
        np.array([interval.high for interval in intervals]),
        level,
    )


@dataclass(frozen=True, eq=False)
class TimesToCriterion(Result):
    """When trainings first met the criterion, for each start, among those that did.

    Attributes
    ----------
    labels : tuple of str
        Starts.
    rows : str
        What is counted: "epoch", "trial" or "update".
    reached : ndarray of int, shape (starts,)
        Trainings that met the criterion at some time.
    median, lower, upper : ndarray, shape (starts,)
        Median and quartiles over these trainings; NaN where none did.
    """

    labels: tuple[str, ...]
    rows: str
    reached: np.ndarray
    median: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def times_to_criterion(labels: np.ndarray, times: np.ndarray, rows: str) -> TimesToCriterion:
    """Median and quartiles of the times of each group; NaN is a training that never met the criterion."""
    names = tuple(dict.fromkeys(labels.tolist()))
    groups = [times[labels == name] for name in names]
    groups = [group[np.isfinite(group)] for group in groups]
    lower, median, upper = (
        np.array([np.quantile(group, q) if len(group) else np.nan for group in groups])
        for q in (0.25, 0.5, 0.75)
    )
    return TimesToCriterion(names, rows, np.array([len(group) for group in groups]), median, lower, upper)


@dataclass(frozen=True, eq=False)
class EnsembleSpectra(Result):
    r"""Eigenvalues of the recurrent weights of all networks, before and after training.

    Attributes
    ----------
    labels : ndarray of str, shape (networks,)
        Start of each network.
    before, after : ndarray of complex, shape (networks, units)
    radius : ndarray, shape (networks,)
        Radius that random-matrix theory predicts for the untrained weights; see `neurosim.theory.bulk_radius`.
    margin : float
        Outliers are eigenvalues with :math:`|\lambda| > (1 + margin)\, radius`.
    """

    labels: np.ndarray
    before: np.ndarray
    after: np.ndarray
    radius: np.ndarray
    margin: float

    @property
    def outliers(self) -> np.ndarray:
        """Number of eigenvalues outside the circle after training, shape (networks,)."""
        return np.count_nonzero(np.abs(self.after) > (1.0 + self.margin) * self.radius[:, None], axis=1)

    @property
    def initial_outliers(self) -> np.ndarray:
        """Number of eigenvalues outside the circle before training, shape (networks,)."""
        return np.count_nonzero(np.abs(self.before) > (1.0 + self.margin) * self.radius[:, None], axis=1)


@dataclass(frozen=True, eq=False)
class EnsembleDegradation(Result):
    """How networks get worse as weights are removed, averaged over networks.

    Attributes
    ----------
    labels : tuple of str
        Starts.
    protocol : str
        As in `neurosim.analysis.remove_weights`.
    shares : ndarray, shape (levels,)
    distances, accuracies : ndarray, shape (starts, levels)
        Means over networks of their means over trials.
    distance_errors, accuracy_errors : ndarray, shape (starts, levels)
        Standard errors of these means, over networks; NaN for a single network.
    counts : ndarray of int, shape (starts,)
        Networks of each start.
    """

    labels: tuple[str, ...]
    protocol: str
    shares: np.ndarray
    distances: np.ndarray
    accuracies: np.ndarray
    distance_errors: np.ndarray
    accuracy_errors: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class AttractorCounts(Result):
    """How many networks have which set of attractors.

    Attributes
    ----------
    labels : tuple of str
        Starts.
    counts : mapping of str to ndarray of int, shape (starts,)
        Set of attractors, such as "2 fixed points, 1 limit cycle" -> networks of each start that have it; the most
        frequent first.
    """

    labels: tuple[str, ...]
    counts: Mapping[str, np.ndarray]
