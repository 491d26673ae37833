"""Decoding: what a linear decoder of each population knows about a condition of the trials, and when, in bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.discriminant import Discriminant
from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.results.result import Result
from neurosim.validation import as_array, non_negative, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["Decoding", "confusion_information", "decoding"]

ALL = "all units"
NORMAL_QUANTILE = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True, eq=False)
class Decoding(
    Result,
    times="time",
    information="bits",
    null_information="bits",
    entropy="bits",
):
    """What is decoded about a condition, by population and time.

    Attributes
    ----------
    names : tuple of str
        Populations.
    classes : ndarray, shape (classes,)
        Values of the condition.
    times : ndarray, shape (times,)
    accuracy : ndarray, shape (populations, times)
        Share of the trials whose class is predicted by a decoder that was trained on other trials.
    accuracy_interval : ndarray, shape (populations, times, 2)
        Wilson's 95 % interval of the accuracy, for trials that are independent.
    information : ndarray, shape (populations, times)
        Mutual information of the class and its prediction, corrected for bias; may be slightly negative.
    entropy : float
        Of the classes: the largest possible information.
    null_accuracy, null_information : ndarray, shape (shuffles, populations, times)
        The same with labels that were shuffled between trials.
    p_values : ndarray, shape (populations, times)
        Share of the shuffles with at least this accuracy, the labels themselves counted as one of them; not corrected
        for the number of times.
    """

    names: tuple[str, ...]
    classes: np.ndarray
    times: np.ndarray
    accuracy: np.ndarray
    accuracy_interval: np.ndarray
    information: np.ndarray
    entropy: float
    null_accuracy: np.ndarray
    null_information: np.ndarray
    p_values: np.ndarray


def decoding(
    activity: Activity,
    labels: np.ndarray,
    *,
    populations: Mapping[str, Any] | None = None,
    folds: int = 5,
    ridge: float = 0.1,
    shuffles: int = 20,
    every: int = 1,
    discard: float = 0.0,
    dt: float | None = None,
    rng: Seed = None,
) -> Decoding:
    r"""Decode a condition from each population at each time, by linear discriminants with cross-validation.

    The class with the largest

    .. math:: \log p_k - \tfrac12 (x - \mu_k)^T (S + \rho\, \bar s^2 I)^{-1} (x - \mu_k)

    is predicted, with the frequencies p and means μ of the classes and the covariance S within them in the trials of
    the other folds; :math:`\bar s^2` is the mean variance of a unit. With the share :math:`q_{kl}` of the trials of
    class k for which l is predicted, the information is

    .. math:: I = \sum_{kl} q_{kl} \log_2 \frac{q_{kl}}{q_{k\cdot}\, q_{\cdot l}} - \frac{(K - 1)^2}{2 N \ln 2}.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the rates are taken, or an array such as ``run.outputs`` or averages over groups of trials.
    labels : ndarray, shape (trials,)
        Class of each trial, such as ``trials.conditions["choice"]``; at least two, of `folds` trials each.
    populations : mapping of str to slice or ndarray, optional
        Units of each. Default: the populations of a run, or all units. Areas of several populations are
        ``{"V1": [*range(0, 100)], ...}``.
    folds : int, optional
        Parts of the cross-validation, each with its share of every class.
    ridge : float, optional
        ρ, above 0 where units are as many as trials.
    shuffles : int, optional
        Number of shuffles of the labels.
    every : int, optional
        Decode each `every`-th sample.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the folds and shuffles.

    Returns
    -------
    Decoding

    Raises
    ------
    ShapeError, ParameterError
        If the labels are not one per trial, of one class, or of a class with fewer trials than folds.

    Notes
    -----
    Bias: the information of a prediction is at most that in the activity, so that a linear decoder gives a lower
    bound. The term that is subtracted is the first order of the bias of K classes and N trials (Miller 1955; Panzeri &
    Treves 1996), and cannot be trusted where K² is not far below N. Accuracies are those of decoders of
    :math:`N (1 - 1/folds)` trials, a little below those of N.

    For two classes of equal frequency with Gaussian activity of equal covariance, the best accuracy is
    :math:`A = \Phi(d'/2)`, and the information of the prediction is :math:`1 - H_2(A)` bits, a lower bound.

    Takes times · folds · units³ operations, and shuffles · times · folds · trials · units.

    References
    ----------
    Information of decoded classes: R. Quian Quiroga, S. Panzeri, Nat. Rev. Neurosci. 10, 173 (2009). Bias: S. Panzeri,
    A. Treves, Network 7, 87 (1996). Interval: E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> draw = np.random.default_rng(0)
    >>> labels = np.repeat([0, 1], 200)
    >>> activity = draw.standard_normal((400, 2, 3))
    >>> activity[:, 1, 0] += 2.5 * labels
    >>> found = ns.analysis.decoding(activity, labels, rng=1)
    >>> found.accuracy.round(1)
    array([[0.5, 0.9]])
    """
    values, times, units = _activity(activity, populations, discard, dt)
    every = whole_number("every", every)
    values, times = values[:, ::every], times[::every]
    classes, chosen = _classes(labels, len(values), whole_number("folds", folds, minimum=2))
    shuffles = whole_number("shuffles", shuffles, minimum=0)
    non_negative("ridge", ridge)
    seed = seed_sequence(rng)
    fold = _folds(chosen, folds, stream(seed, "folds"))
    every_labels = np.stack([chosen, *_shuffled(chosen, fold, shuffles, stream(seed, "shuffles"))])
    predicted = np.array(
        [_predictions(values[..., own], every_labels, fold, len(classes), ridge) for own in units.values()]
    )
    accuracy = (predicted == every_labels[None, :, None]).mean(axis=-1).swapaxes(0, 1)
    information = np.array(
        [
            [[confusion_information(own, row, len(classes)) for row in rows] for rows in by_population]
            for own, by_population in zip(every_labels, predicted.swapaxes(0, 1), strict=True)
        ]
    )
    return Decoding(
        names=tuple(units),
        classes=classes,
        times=times,
        accuracy=accuracy[0],
        accuracy_interval=_wilson(accuracy[0], len(chosen)),
        information=information[0],
        entropy=_entropy(np.bincount(chosen) / len(chosen)),
        null_accuracy=accuracy[1:],
        null_information=information[1:],
        p_values=(accuracy >= accuracy[0]).mean(axis=0),
    )


def confusion_information(labels: np.ndarray, predicted: np.ndarray, count: int) -> float:
    """Mutual information of classes and predictions in bits, less the first order of its bias.

    Parameters
    ----------
    labels, predicted : ndarray of int, shape (trials,)
        From 0 to count - 1.
    count : int
        Number of classes.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.analysis.activity.decoding import confusion_information
    >>> labels = np.tile([0, 1], 5000)
    >>> round(confusion_information(labels, labels, 2), 2)
    1.0
    """
    joint = np.bincount(labels * count + predicted, minlength=count * count).reshape(count, count)
    shares = joint / len(labels)
    plain = _entropy(shares.sum(axis=1)) + _entropy(shares.sum(axis=0)) - _entropy(shares.ravel())
    seen = np.count_nonzero(joint.sum(axis=1)) - 1, np.count_nonzero(joint.sum(axis=0)) - 1
    return float(plain - seen[0] * seen[1] / (2.0 * len(labels) * np.log(2.0)))


def _entropy(shares: np.ndarray) -> float:
    there = shares[shares > 0.0]
    return float(-np.sum(there * np.log2(there)))


def _activity(
    activity: Any, populations: Mapping[str, Any] | None, discard: float, dt: float | None
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Activity (trials, samples, units), its times, and the units of each population."""
    of_run = not hasattr(activity, "__array__") and hasattr(activity, "rates")
    if of_run and dt is None:
        found = recording(activity.rates, discard=discard, dt=activity.dt)
        own = {name: places for name, places in activity.populations.items() if len(places)}
    else:
        found, own = recording(activity, discard=discard, dt=dt), {}
    if populations is not None and not isinstance(populations, Mapping):
        raise ParameterError(
            f"populations must be a mapping from names to units (got {populations!r}); try {{'E': slice(0, 80)}}."
        )
    units = dict(own or {ALL: slice(None)} if populations is None else populations)
    if not units:
        raise ParameterError("populations must name at least one population (got none).")
    values = np.asarray(found.values, np.float64)
    for name, places in units.items():
        try:
            size = values[0, 0, places].size
        except (IndexError, TypeError):
            size = 0
        if not size:
            raise ParameterError(
                f"populations[{name!r}] must be units from 0 to {values.shape[2] - 1} (got {places!r})."
            )
    first = int(np.ceil(discard / found.interval - 1e-9))
    return values, (first + np.arange(values.shape[1])) * found.interval, units


def _classes(labels: Any, trials: int, folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct labels, and the index of that of each trial."""
    given = as_array("labels", labels)
    if given.shape != (trials,):
        raise ShapeError(f"labels must have the shape ({trials},), one for each trial (got {given.shape}).")
    classes, chosen = np.unique(given, return_inverse=True)
    counts = np.bincount(chosen)
    if len(classes) < 2 or counts.min() < folds:
        rare = classes[counts.argmin()]
        raise ParameterError(
            f"labels must have at least two classes of {folds} trials each, one for each fold (got "
            f"{len(classes)} classes, and {counts.min()} trials of {rare}); give more trials or fewer folds."
        )
    return classes, chosen


def _folds(chosen: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Fold of each trial; every fold has its share of every class."""
    order = rng.permutation(len(chosen))
    order = order[np.argsort(chosen[order], kind="stable")]
    fold = np.empty(len(chosen), np.intp)
    fold[order] = np.arange(len(chosen)) % folds
    return fold


def _shuffled(chosen: np.ndarray, fold: np.ndarray, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Labels shuffled within folds, which keeps the share of every class in every fold."""
    shuffled = []
    for _ in range(count):
        own = chosen.copy()
        for k in range(fold.max() + 1):
            own[fold == k] = rng.permutation(own[fold == k])
        shuffled.append(own)
    return shuffled


def _predictions(
    values: np.ndarray, labels: np.ndarray, fold: np.ndarray, count: int, ridge: float
) -> np.ndarray:
    """Classes that are predicted from other folds, shape (sets of labels, times, trials)."""
    predicted = np.empty((len(labels), values.shape[1], len(values)), np.intp)
    for time in range(values.shape[1]):
        for k in range(fold.max() + 1):
            here = fold == k
            decoder = Discriminant(values[~here, time], ridge)
            test = decoder.whiten(values[here, time])
            for row, own in zip(predicted, labels, strict=True):
                row[time, here] = decoder.predict(test, own[~here], count)
    return predicted


def _wilson(share: np.ndarray, count: int) -> np.ndarray:
    """Wilson's 95 % interval of a share of `count`, along a last axis."""
    z = NORMAL_QUANTILE**2 / count
    center, half = (
        share + 0.5 * z,
        NORMAL_QUANTILE * np.sqrt(share * (1.0 - share) / count + 0.25 * z / count),
    )
    return np.stack([center - half, center + half], axis=-1) / (1.0 + z)
