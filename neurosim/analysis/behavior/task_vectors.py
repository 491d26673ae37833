"""Tasks as directions of the state space, and whether they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.behavior.task_variance import rates_of_task
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import one_of

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

__all__ = ["TaskVectors", "task_vectors"]


@dataclass(frozen=True, eq=False)
class TaskVectors(Result):
    """Mean rates in each task at one moment.

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
        """Cosine of the angle between two differences: 1 where the same step leads from task to task.

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
            raise ParameterError(f"{pair[0]!r} and {pair[1]!r} have the same vector; take tasks that differ.")
        return float(steps[0] @ steps[1] / (lengths[0] * lengths[1]))

    def combine(self, weights: Mapping[str, float]) -> np.ndarray:
        """Sum of the vectors with weights, shape (units,), such as ``{"anti": 1, "delay_go": 1, "go": -1}``."""
        return sum((weight * self[name] for name, weight in weights.items()), np.zeros(self.vectors.shape[1]))

    def plane(self) -> tuple[np.ndarray, np.ndarray]:
        """Tasks in their two principal components, comparable between networks.

        Rotated so that the first task lies on the first axis, and reflected so that the second task lies above it.

        Returns
        -------
        places : ndarray, shape (tasks, 2)
        directions : ndarray, shape (units, 2)
            Orthonormal; places are projections of the vectors minus their mean.
        """
        if len(self.names) < 3:
            raise ParameterError(f"{len(self.names)} tasks span no plane; give three or more.")
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
    """Task vectors: rates at one moment, averaged over the trials of each task.

    Parameters
    ----------
    activities : mapping of str to Trajectory or ndarray of shape (trials, samples, units)
        Rates in each task. Of a run, ``run.rates`` are taken, sample 0 of which is the initial state.
    samples : int, or mapping of str to int
        Which sample, or which one in each task: the end of the first stimulus is ``trials.epochs["stimulus"][1][0]`` of
        a run, since the sample after step k - 1 is k.

    Returns
    -------
    TaskVectors

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019), Fig. 6. Its code takes the sample one step later.

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
    if not activities:
        raise ParameterError("activities are empty; give the rates of at least one task, by name.")
    rows = []
    for name, activity in activities.items():
        rates = rates_of_task(name, activity)
        sample = (
            samples if isinstance(samples, (int, np.integer)) else samples[one_of("samples", name, samples)]
        )
        if not -rates.shape[1] <= sample < rates.shape[1]:
            raise ParameterError(
                f"samples = {sample} is outside of {name!r}, which has {rates.shape[1]}; give one of its samples."
            )
        rows.append(rates[:, sample].mean(axis=0))
    if len({len(row) for row in rows}) > 1:
        raise ShapeError(f"activities have {[len(row) for row in rows]} units; take one network.")
    return TaskVectors(tuple(activities), np.array(rows))
