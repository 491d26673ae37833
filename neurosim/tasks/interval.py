"""Interval production: a cue, then an output peak after a fixed time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import LAJE_BUONOMANO_2013
from neurosim.tasks.timeline import Timeline, noisy, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative

__all__ = ["Interval"]


@dataclass(frozen=True)
class Interval(Task):
    r"""Interval production: an output peak at a fixed time after a cue.

    The cue is a pulse of height `amplitude` in the epoch "stimulus"; the interval is counted from its end. The target
    is

    .. math:: z(t) = baseline + (peak - baseline)\,e^{-(t - interval)^2/width^2}.

    The time from the end of the cue to the end of the trial counts. All trials are the same except for the noise.

    Accuracy: 1 if the largest output that counts is less than `width` away from the interval.

    Parameters
    ----------
    fixation, stimulus, interval, rest : float, optional
        Durations of the silence before the cue, of the cue, of the interval, and of the rest of the trial. The defaults
        are in ms, for units with a time constant of 10 ms.
    width : float, optional
        Width of the peak.
    amplitude : float, optional
        Height of the cue.
    baseline, peak : float, optional
        Target far from the peak, and at its maximum.
    noise : float, optional
        White noise on the input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    R. Laje, D. V. Buonomano, Nat. Neurosci. 16, 925 (2013).
    """

    fixation: float = 200.0
    stimulus: float = 50.0
    interval: float = 1000.0
    rest: float = 150.0
    width: float = 30.0
    amplitude: float = 5.0
    baseline: float = 0.2
    peak: float = 1.0
    noise: float = 0.0

    inputs = ("cue",)
    outputs = ("bump",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus", "interval", "rest", "width"))
        if self.peak <= self.baseline:
            raise ParameterError(
                f"Interval.peak must be above baseline = {self.baseline:g} (got {self.peak:g})."
            )
        non_negative("Interval.noise", self.noise)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and innate training of the authors; see `neurosim.tasks.settings`."""
        return LAJE_BUONOMANO_2013

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "interval" is the time to be produced."""
        timeline = Timeline.consecutive(
            count, dt, fixation=self.fixation, stimulus=self.stimulus, delay=self.interval, response=self.rest
        )
        since = timeline.ends - timeline.epochs["delay"][0][0] * dt
        bump = np.exp(-(((since - self.interval) / self.width) ** 2))
        cue = self.amplitude * timeline.during("stimulus")
        target = self.baseline + (self.peak - self.baseline) * bump
        return Trials(
            self,
            dt,
            noisy(cue, self.noise, dt, stream(seed_sequence(rng), "noise")),
            np.tile(target[:, None], (count, 1, 1)),
            mask=timeline.during("delay") | timeline.during("response"),
            epochs=timeline.epochs,
            conditions={"interval": np.full(count, self.interval)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the largest output that counts is at the correct time; else 0."""
        counting = np.where(trials.mask[..., 0] > 0.0, outputs[..., 0], -np.inf)
        began = trials.epochs["delay"][0] * trials.dt
        kept = trials.times[counting.argmax(axis=1)] - began
        return (np.abs(kept - self.interval) < self.width).astype(np.float64)
