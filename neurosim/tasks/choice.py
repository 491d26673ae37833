"""Base class of two-alternative tasks: two outputs, of which the correct one rises in the response epoch."""

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
    """Check that values are distinct numbers from 0 to `highest`, at least one, and return them."""
    levels = finite(name, np.atleast_1d(np.asarray(values, dtype=object)).tolist(), np.float64)
    if (
        levels.size == 0
        or levels.min() < 0.0
        or levels.max() > highest
        or np.unique(levels).size < levels.size
    ):
        raise ParameterError(
            f"{name} must be one or more distinct numbers from 0 to {highest:g} (got {values!r})."
        )
    return tuple(levels.tolist())


@dataclass(frozen=True)
class TwoChoice(Task):
    r"""Base of two-alternative tasks.

    The targets of both outputs are `low`, except that of the correct one in the response epoch, which is `high`. The
    fixation and the response count. In catch trials there is no stimulus, both targets stay `low`, and all steps count.

    Accuracy: after the last step the correct output is the larger one; in catch trials, neither is above the mean of
    `low` and `high`.

    Parameters
    ----------
    low, high : float, optional
        Targets.
    early : float, optional
        Weight of the targets during fixation; with 0 they do not count.
    catch : float, optional
        Fraction of catch trials.
    background : float, optional
        Constant that is added to every input.
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
    """Names of the duration fields, in the order of the epochs."""

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        check_epochs(self)
        for field in ("early", "noise"):
            non_negative(f"{name}.{field}", getattr(self, field))
        if not self.low < self.high:
            raise ParameterError(f"{name}.low must be below high = {self.high:g} (got {self.low:g}).")
        if not 0.0 <= self.catch < 1.0:
            raise ParameterError(f"{name}.catch must be at least 0 and below 1 (got {self.catch:g}).")

    def timeline(self, count: int, dt: float, rng: np.random.Generator) -> Timeline:
        """Timeline with durations drawn for each trial; all trials end together."""
        return random_epochs(self, count, dt, rng)

    def draw_catch(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw which trials are catch trials: bool, shape (trials,)."""
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
        """Trials with the targets of the conditions "choice" (0 or 1) and "catch" (0 or 1)."""
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
        """1 if the correct output is the larger one at the end, or none is high in a catch trial; else 0."""
        final = trials.last(outputs, "response")
        chosen = np.where(final[:, 0] > final[:, 1], 0, 1) == trials.conditions["choice"]
        quiet = final.max(axis=1) < 0.5 * (self.low + self.high)
        return np.where(trials.conditions["catch"] == 1, quiet, chosen).astype(np.float64)
