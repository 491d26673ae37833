"""Time reproduction: a pulse, repeated after a fixed delay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import jarne
from neurosim.tasks.shapes import gaussian_integral, smoothed_box
from neurosim.tasks.timeline import Timeline, noisy, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive

__all__ = ["TimeReproduction"]


@dataclass(frozen=True)
class TimeReproduction(Task):
    r"""Time reproduction: repeat a pulse after a fixed delay; stay at the baseline if there was none.

    In half of the trials, at random, the input has a smooth pulse: the box of the epoch "stimulus", convolved
    with a Gaussian of standard deviation 0.6 `stimulus` that is cut off at ± `stimulus` / 2. With the default height
    its maximum is 0.716. The target is `baseline`, plus the same pulse in the epoch "response". Both pulses reach
    `stimulus` / 2 beyond their epochs. Every step counts.

    Accuracy: where a pulse was shown, the largest output has to come within the epoch "response" and to exceed half
    the maximum of the pulse; where none was shown, no output may exceed that.

    Parameters
    ----------
    fixation, stimulus, delay, rest : float, optional
        Durations of the silence before the pulse, of the pulse and the response, of the wait between them, which has to
        be learned (25 to 170 in the paper), and of the silence after the response. `delay` and `rest` may be 0.
    height : float, optional
        Maximum of the pulse.
    baseline : float, optional
        Target without pulse.
    noise : float, optional
        White noise on the input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    The authors add noise to the target too, which bounds the loss from below; here the target has no noise.

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023), arXiv:1906.01094.
    """

    fixation: float = 30.0
    stimulus: float = 20.0
    delay: float = 20.0
    rest: float = 10.0
    height: float = 0.716
    baseline: float = 0.01
    noise: float = 0.1

    inputs = ("pulse",)
    outputs = ("pulse",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus"), ("delay", "rest"))
        positive("TimeReproduction.height", self.height)
        non_negative("TimeReproduction.noise", self.noise)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors; see `jarne`."""
        return jarne(1e-3)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "pulse" is 1 where there was one, else 0."""
        seed = seed_sequence(rng)
        timeline = self._timeline(count, dt)
        shown = stream(seed, "conditions").integers(0, 2, count)
        column = shown[:, None, None].astype(np.float64)
        # inputs are held during a step, at the value of its middle
        pulse = column * self._pulse(timeline, "stimulus", timeline.starts + 0.5 * dt)
        answer = column * self._pulse(timeline, "response", timeline.ends)
        return Trials(
            self,
            dt,
            noisy(pulse, self.noise, dt, stream(seed, "noise")),
            self.baseline + answer,
            epochs=timeline.epochs,
            conditions={"pulse": shown},
        )

    def _timeline(self, count: int, dt: float) -> Timeline:
        return Timeline.consecutive(
            count,
            dt,
            fixation=self.fixation,
            stimulus=self.stimulus,
            delay=self.delay,
            response=self.stimulus,
            rest=self.rest,
        )

    def _pulse(self, timeline: Timeline, epoch: str, times: np.ndarray) -> np.ndarray:
        """Pulse in an epoch, shape (steps, 1)."""
        start, stop = (limit[0] * timeline.dt for limit in timeline.epochs[epoch])
        width = stop - start

        def bell(lag: np.ndarray) -> np.ndarray:
            return gaussian_integral(lag, 0.6 * width, width)

        highest = smoothed_box(np.array(0.5 * (start + stop)), start, stop, bell)
        return (self.height / highest * smoothed_box(times, start, stop, bell))[:, None]

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the output has its maximum in the response epoch, or stays low without a pulse; else 0."""
        values = outputs[..., 0]
        rows, place = np.arange(len(trials)), values.argmax(axis=1)
        high = values[rows, place] > self.baseline + 0.5 * self.height
        in_time = high & trials.during("response")[rows, place, 0]
        return np.where(trials.conditions["pulse"] == 1, in_time, ~high).astype(np.float64)
