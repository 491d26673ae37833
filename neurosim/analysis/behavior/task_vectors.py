"""Task vectors: tasks as directions of the state space, and their compositionality (Yang et al. 2019)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.behavior.task_variance import rates_of_task
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import named_entries, one_of, whole_number

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

__all__ = ["TaskVectors", "task_vectors"]


@dataclass(frozen=True, eq=False)
class TaskVectors(Result):
    """Task vectors: mean rates in each task at one time.

    Attributes
    ----------
    names : tuple of str
    vectors : ndarray, shape (tasks, units)
    """

    names: tuple[str, ...]
    vectors: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        return self.vectors[self.names.index(one_of("task", name, self.names))]

    def difference(self, first: str, second: str) -> np.ndarray:
        """Vector from the second task to the first, shape (units,)."""
        return self[first] - self[second]

    def parallel(self, first: tuple[str, str], second: tuple[str, str]) -> float:
        """Cosine of the angle between two differences: 1 where tasks are compositional.

        ``vectors.parallel(("delay_go", "go"), ("delay_anti", "anti"))`` is 1 where delay_anti = delay_go - go + anti.

        Raises
        ------
        ParameterError
            When two tasks have the same vector.
        """
        steps = [self.difference(*pair) for pair in (first, second)]
        lengths = [float(np.linalg.norm(step)) for step in steps]
        if not all(lengths):
            pair = (first, second)[lengths.index(0.0)]
            raise ParameterError(
                f"tasks of a difference must have different vectors (got equal ones of {pair[0]!r} and {pair[1]!r})."
            )
        return float(steps[0] @ steps[1] / (lengths[0] * lengths[1]))

    def combine(self, weights: Mapping[str, float]) -> np.ndarray:
        """Weighted sum of the vectors, shape (units,), such as ``{"anti": 1, "delay_go": 1, "go": -1}``."""
        return sum((weight * self[name] for name, weight in weights.items()), np.zeros(self.vectors.shape[1]))

    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Tasks in the plane of their two principal components, in an orientation that is the same for all networks.

        Rotated so that the first task lies on the first axis, and reflected so that the second task lies above it.

        Returns
        -------
        places : ndarray, shape (tasks, 2)
        directions : ndarray, shape (units, 2)
            Orthonormal; places are projections of the vectors minus their mean.
        """
        if len(self.names) < 3:
            raise ParameterError(f"a plane needs three tasks or more (got {len(self.names)}).")
        centered = self.vectors - self.vectors.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        places = centered @ rows[:2].T
        angle = np.arctan2(places[0, 1], places[0, 0])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        turn[:, 1] *= -1.0 if (places @ turn)[1, 1] < 0.0 else 1.0
        return places @ turn, rows[:2].T @ turn


def task_vectors(
    activities: Mapping[str, Trajectory | np.ndarray], samples: Mapping[str, int] | int
) -> TaskVectors:
    """Task vectors: rates at one time, averaged over the trials of each task.

    Parameters
    ----------
    activities : mapping of str to Trajectory or ndarray of shape (trials, samples, units)
        Rates in each task: a run, for its ``run.rates`` (sample 0 is the initial state), or an array.
    samples : int, or mapping of str to int
        Index of the sample, one for all tasks or one for each: the end of the first stimulus of a run is
        ``trials.epochs["stimulus"][1][0]``, since sample k follows step k - 1.

    Returns
    -------
    TaskVectors

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019). Its code takes the sample one step later.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> corners = {name: np.tile(place, (5, 4, 1)) for name, place in
    ...            {"go": [0, 0], "delay_go": [1, 0], "anti": [0, 2], "delay_anti": [1, 2]}.items()}
    >>> found = ns.analysis.task_vectors(corners, 3)
    >>> found.parallel(("delay_go", "go"), ("delay_anti", "anti"))
    1.0
    """
    if not named_entries("activities", activities, "give {'task': rates}"):
        raise ParameterError("activities must hold the rates of at least one task by name.")
    rows = []
    for name, activity in activities.items():
        rates = rates_of_task(name, activity)
        sample = _sample_of(name, samples)
        if not -rates.shape[1] <= sample < rates.shape[1]:
            raise ParameterError(
                f"samples must be an index into the {rates.shape[1]} samples of {name!r} (got {sample})."
            )
        rows.append(rates[:, sample].mean(axis=0))
    if len({len(row) for row in rows}) > 1:
        raise ShapeError(f"activities must have the same units (got {[len(row) for row in rows]}).")
    return TaskVectors(tuple(activities), np.array(rows))


def _sample_of(task: str, samples: int | Mapping[str, int]) -> int:
    if not isinstance(samples, (int, np.integer)):
        named = named_entries("samples", samples, "give an index, or one for each task by name")
        samples = named[one_of("samples", task, named)]
    return whole_number("samples", samples, minimum=-sys.maxsize)
