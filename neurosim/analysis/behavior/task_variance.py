"""Task variance: variance of the rate of each unit over the conditions of each task (Yang et al. 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite, named_entries, non_negative, one_of, positive

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

__all__ = ["TaskVariance", "task_variance"]

ACTIVE = 1e-3
"""Sum of the variances over tasks above which a unit counts as active, in squared units of the rates (Yang 2019)."""


@dataclass(frozen=True, eq=False)
class TaskVariance(Result):
    """Task variance of each unit in each task.

    Attributes
    ----------
    names : tuple of str
        Names of the tasks.
    values : ndarray, shape (units, tasks)
        In squared units of the rates.
    threshold : float, optional
        Sum over tasks above which a unit counts as active.
    """

    names: tuple[str, ...]
    values: np.ndarray
    threshold: float = ACTIVE

    @property
    def active(self) -> np.ndarray:
        """Which units are active in any task, bool, shape (units,)."""
        return self.values.sum(axis=1) > self.threshold

    @property
    def normalized(self) -> np.ndarray:
        """Variances of the active units, each divided by its largest over tasks, shape (active units, tasks)."""
        chosen = self.values[self.active]
        return chosen / chosen.max(axis=1, keepdims=True)

    def fractional(self, first: str, second: str) -> np.ndarray:
        r"""Fractional task variance, :math:`(TV_A - TV_B) / (TV_A + TV_B)`: 1 for units of the first task only.

        Parameters
        ----------
        first, second : str

        Returns
        -------
        ndarray, shape (units,)
            Between -1 and 1; NaN for units whose variance in both together is below `threshold`.
        """
        a, b = (
            self.values[:, self.names.index(one_of("task", name, self.names))] for name in (first, second)
        )
        total = a + b
        return np.where(total > self.threshold, (a - b) / np.where(total > 0.0, total, 1.0), np.nan)


def task_variance(
    activities: Mapping[str, Trajectory | np.ndarray],
    *,
    discard: float = 0.0,
    dt: float | None = None,
    threshold: float = ACTIVE,
) -> TaskVariance:
    r"""Task variance: variance of the rate of each unit over conditions, averaged over the trial.

    .. math:: TV_i(A) = \big\langle \mathrm{var}_j\, r_i(j, t) \big\rangle_t

    with the conditions j of task A. Simulate without noise in the network and in the inputs, so that trials differ by
    their condition only.

    Parameters
    ----------
    activities : mapping of str to Trajectory or ndarray of shape (trials, samples, units)
        Rates in each task, one trial for each condition: a run, for its ``run.rates``, or an array.
    discard : float, optional
        Time to discard at the beginning, such as the first fixation.
    dt : float, optional
        Time between the samples of arrays. Default: 1. Runs have their own.
    threshold : float, optional
        Sum of the variances over tasks above which a unit counts as active, in squared units of the rates.

    Returns
    -------
    TaskVariance

    Raises
    ------
    ShapeError, ParameterError
        When tasks have different units, a task has a single trial, or no sample remains.

    Notes
    -----
    Costs trials · samples · units.

    References
    ----------
    G. R. Yang, M. R. Joglekar, H. F. Song, W. T. Newsome, X.-J. Wang, Nat. Neurosci. 22, 297 (2019), methods.

    Examples
    --------
    The first unit encodes the condition in one task, the second in the other.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> rates = np.zeros((2, 10, 2))
    >>> rates[1, :, 0] = 1.0
    >>> variances = ns.analysis.task_variance({"A": rates, "B": rates[:, :, ::-1]})
    >>> variances.values
    array([[0.25, 0.  ],
           [0.  , 0.25]])
    >>> variances.fractional("A", "B")
    array([ 1., -1.])
    """
    if not named_entries("activities", activities, "give {'task': rates}"):
        raise ParameterError("activities must hold the rates of at least one task by name.")
    columns, units = [], None
    for name, activity in activities.items():
        rates = rates_of_task(name, activity)
        units = rates.shape[2] if units is None else units
        if rates.shape[2] != units:
            raise ShapeError(
                f"activities[{name!r}] must have {units} units, as the others (got {rates.shape[2]})."
            )
        first = _first_sample(activity, discard, dt)
        if len(rates) < 2 or rates.shape[1] <= first:
            raise ParameterError(
                f"activities[{name!r}] must have two trials or more, one for each condition, and more samples than "
                f"discard = {discard:g} takes away, {first} (got {len(rates)} trials of {rates.shape[1]} samples)."
            )
        columns.append(rates[:, first:].var(axis=0).mean(axis=0))
    return TaskVariance(tuple(activities), np.stack(columns, axis=1), non_negative("threshold", threshold))


def _first_sample(activity: Trajectory | np.ndarray, discard: float, dt: float | None) -> int:
    """First sample at or after the discarded time."""
    if isinstance(activity, np.ndarray):
        interval = 1.0 if dt is None else positive("dt", dt)
    elif dt is not None:
        raise ParameterError(f"dt must not be given with runs, which have their own (got {dt!r}).")
    else:
        interval = activity.dt
    return int(np.ceil(non_negative("discard", discard) / interval - 1e-9))


def rates_of_task(name: str, activity: Trajectory | np.ndarray) -> np.ndarray:
    """Rates of one task, shape (trials, samples, units), in double precision."""
    values = activity if isinstance(activity, np.ndarray) else getattr(activity, "rates", None)
    if values is None:
        raise ParameterError(
            f"activities[{name!r}] must be a run or an array (got {type(activity).__name__})."
        )
    rates = finite(f"activities[{name!r}]", values, np.float64)
    if rates.ndim != 3 or 0 in rates.shape:
        raise ShapeError(
            f"activities[{name!r}] must have the shape (trials, samples, units), none of them 0 (got {rates.shape})."
        )
    return rates
