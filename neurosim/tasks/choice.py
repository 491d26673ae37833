"""What tasks with two answers share: two outputs, of which one rises when the answer is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.errors import ParameterError
from neurosim.tasks.base import Task
from neurosim.tasks.distributions import check_epochs, random_epochs
from neurosim.tasks.timeline import Timeline
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative

__all__ = ["TwoChoice", "distinct_levels"]


def distinct_levels(name: str, values: Any, highest: float = 1.0) -> tuple[float, ...]:
    """Numbers from 0 to `highest`, at least one, none twice."""
    levels = finite(name, np.atleast_1d(np.asarray(values, dtype=object)).tolist(), np.float64)
    if (
        levels.size == 0
        or levels.min() < 0.0
        or levels.max() > highest
        or np.unique(levels).size < levels.size
    ):
        raise ParameterError(
            f"{name} = {values!r} must be distinct numbers from 0 to {highest:g}, at least one."
        )
    return tuple(levels.tolist())


@dataclass(frozen=True)
class TwoChoice(Task):
    r"""Base of tasks with two answers.

    The targets of both outputs are `low`, but in the response that of the right one is `high`. What counts is the
    fixation and the response. In catch trials nothing is shown, both targets stay `low`, and all steps count.

    Accuracy: after the last step the output of the right answer is the larger one; in catch trials, neither is above
    the middle between `low` and `high`.

    Parameters
    ----------
    low, high : float, optional
        Targets.
    early : float, optional
        Weight of the targets during fixation; 0: they do not count.
    catch : float, optional
        Share of catch trials.
    background : float, optional
        Added to every input, all the time.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step. The default is
        :math:`\sigma\sqrt{2\tau}` with :math:`\sigma = 0.01` and :math:`\tau = 100`, as published for times in ms.
    """

    low: float = 0.2
    high: float = 1.0
    early: float = 1.0
    catch: float = 0.0
    background: float = 0.2
    noise: float = 0.01 * np.sqrt(200.0)

    epochs: ClassVar[tuple[str, ...]] = ("fixation", "stimulus", "response")
    """Fields that say how long the epochs last, in the order in which these follow each other."""

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        check_epochs(self)
        for field in ("early", "noise"):
            non_negative(f"{name}.{field}", getattr(self, field))
        if not self.low < self.high:
            raise ParameterError(
                f"{name}.low = {self.low:g} is not below high = {self.high:g}; give low < high."
            )
        if not 0.0 <= self.catch < 1.0:
            raise ParameterError(f"{name}.catch = {self.catch:g} is no share of trials; give 0 <= catch < 1.")

    def timeline(self, count: int, dt: float, rng: np.random.Generator) -> Timeline:
        """Epochs of all trials, each with durations of its own; all trials end together."""
        return random_epochs(self, count, dt, rng)

    def draw_catch(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Which trials are catch trials, bool, shape (trials,)."""
        return rng.random(count) < self.catch

    def weights(self, timeline: Timeline, catch_trial: np.ndarray) -> np.ndarray:
        """Weights of the targets, shape (trials, steps, 1)."""
        weights = np.zeros((timeline.count, len(timeline.epochs), 1))
        for epoch, weight in (("fixation", self.early), ("response", 1.0)):
            weights[:, list(timeline.epochs).index(epoch)] = weight
        weights[catch_trial] = 1.0
        return timeline.hold(weights)

    def make_trials(
        self, timeline: Timeline, inputs: np.ndarray, conditions: dict[str, np.ndarray]
    ) -> Trials:
        """Trials with targets that follow from the conditions "choice" (0 or 1) and "catch" (0 or 1)."""
        catch_trial, names = conditions["catch"] == 1, list(timeline.epochs)
        wanted = np.full((timeline.count, len(names), 2), self.low)
        wanted[~catch_trial, names.index("response"), conditions["choice"][~catch_trial]] = self.high
        return Trials(
            self,
            timeline.dt,
            inputs,
            timeline.hold(wanted),
            mask=self.weights(timeline, catch_trial),
            epochs=timeline.epochs,
            conditions=conditions,
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 where the right output is the larger one at the end, or none is high when nothing was shown, else 0."""
        final = trials.last(outputs, "response")
        chosen = np.where(final[:, 0] > final[:, 1], 0, 1) == trials.conditions["choice"]
        quiet = final.max(axis=1) < 0.5 * (self.low + self.high)
        return np.where(trials.conditions["catch"] == 1, quiet, chosen).astype(np.float64)
