"""Periodic pattern generation without input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.randomness import Seed
from neurosim.tasks.base import Task
from neurosim.tasks.timeline import Timeline, require_durations
from neurosim.tasks.trials import Trials

__all__ = ["PeriodicPattern"]


@dataclass(frozen=True)
class PeriodicPattern(Task):
    r"""Periodic pattern: produce a sum of harmonics of one period without any input.

    .. math:: z(t) = \sum_k a_k \sin(2\pi k t / period), \qquad k = 1, 2, \ldots

    All steps count, and all trials are the same. A trial starts at t = 0, so that successive trials of whole periods
    form one continuous pattern.

    Accuracy: the fraction of the mean square of the target that the output explains, at least 0.

    Parameters
    ----------
    period : float, optional
        Of the first sine, in units of the network's time constant: 120 is the 1.2 s of the paper at 10 ms.
    amplitudes : tuple of float, optional
        a_1, a_2, ...
    duration : float, optional
        Length of a trial; default: one period.

    References
    ----------
    D. Sussillo, L. F. Abbott, Neuron 63, 544 (2009), Figure 2; the defaults are those of their published code.
    """

    period: float = 120.0
    amplitudes: Parameter = (1.3 / 1.5, 1.3 / 3.0, 1.3 / 9.0, 1.3 / 4.5)  # type: ignore[assignment]
    duration: float = 120.0

    inputs = ()
    outputs = ("pattern",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("period", "duration"))
        if not np.any(self.amplitudes) or np.ndim(self.amplitudes) > 1:
            raise ParameterError(
                f"PeriodicPattern.amplitudes must be numbers that are not all 0 (got {self.amplitudes!r})."
            )

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:  # noqa: ARG002
        """Batch of equal trials; the condition "period" is that of the pattern."""
        timeline = Timeline.consecutive(count, dt, response=self.duration)
        order = np.arange(1, np.size(self.amplitudes) + 1)
        waves = np.sin(2.0 * np.pi / self.period * timeline.ends[:, None] * order)
        target = waves @ np.atleast_1d(self.amplitudes)
        return Trials(
            self,
            dt,
            np.zeros((count, timeline.steps, 0)),
            np.tile(target[:, None], (count, 1, 1)),
            epochs=timeline.epochs,
            conditions={"period": np.full(count, self.period)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Fraction of the mean square of the target that the output explains, at least 0."""
        error = np.square(outputs - trials.targets).sum(axis=(1, 2))
        return np.maximum(1.0 - error / np.square(trials.targets).sum(axis=(1, 2)), 0.0)
