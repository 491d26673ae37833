"""An oscillation that a pulse switches on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.shapes import hann_integral, smoothed_box
from neurosim.tasks.timeline import Timeline, require_durations, white_noise
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive

__all__ = ["Oscillation"]


@dataclass(frozen=True)
class Oscillation(Task):
    r"""Oscillate after a pulse, for a while; do nothing if there was none.

    In half of the trials, drawn at random, the input has a pulse of height 1 whose edges are smoothed by a Hann kernel
    of width `stimulus` / 2. The target then is :math:`amplitude\,\sin(2\pi t/period)` in the epoch "response", with t
    from its beginning, and 0 in that epoch if there was no pulse. It is `baseline` elsewhere. Every step counts.

    Accuracy: the output during the response is fitted by a constant, a sine and a cosine of the right period; the
    last two have to be less than half the amplitude away from the target's, which is a matter of amplitude, phase
    and frequency.

    Parameters
    ----------
    fixation, stimulus, delay, response, rest : float, optional
        Silence before the pulse, its length, the wait after it, how long to oscillate, and what is left. `delay` and
        `rest` may be 0.
    period : float, optional
        Not longer than the response.
    amplitude : float, optional
    baseline : float, optional
        Target outside of the response.
    noise : float, optional
        White noise on the input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    The figures of the paper use ``Oscillation(stimulus=40.0, response=220.0, rest=40.0, period=35.0,
    amplitude=1.74)``, also with dt = 1.

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023), arXiv:1906.01094.
    """

    fixation: float = 100.0
    stimulus: float = 20.0
    delay: float = 20.0
    response: float = 180.0
    rest: float = 20.0
    period: float = 340.0 / 12.0
    amplitude: float = 2.43
    baseline: float = 0.003
    noise: float = 0.1

    inputs = ("pulse",)
    outputs = ("oscillation",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus", "response", "period"), ("delay", "rest"))
        positive("Oscillation.amplitude", self.amplitude)
        non_negative("Oscillation.noise", self.noise)
        if self.period > self.response:
            raise ParameterError(
                f"Oscillation.period = {self.period:g} is longer than response = {self.response:g}; "
                f"give room for one period."
            )

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "pulse" is 1 where there was one, else 0."""
        seed = seed_sequence(rng)
        epochs = ("fixation", "stimulus", "delay", "response", "rest")
        timeline = Timeline.consecutive(count, dt, **{name: getattr(self, name) for name in epochs})
        if 4.0 * dt > self.period:
            raise ParameterError(
                f"dt = {dt:g} leaves fewer than 4 steps for period = {self.period:g}; take a smaller dt."
            )
        shown = stream(seed, "conditions").integers(0, 2, count)
        column = shown[:, None, None].astype(np.float64)
        pulse = column * self._pulse(timeline)[:, None]
        wave = self.amplitude * self._sine_and_cosine(timeline.ends, timeline.epochs, dt)[0]
        return Trials(
            self,
            dt,
            pulse + white_noise(pulse.shape, self.noise, dt, stream(seed, "noise")),
            np.where(timeline.during("response"), column * wave[:, None], self.baseline),
            epochs=timeline.epochs,
            conditions={"pulse": shown},
        )

    def _pulse(self, timeline: Timeline) -> np.ndarray:
        start, stop = (limit[0] * timeline.dt for limit in timeline.epochs["stimulus"])
        middles = timeline.starts + 0.5 * timeline.dt
        return smoothed_box(middles, start, stop, lambda lag: hann_integral(lag, 0.5 * (stop - start)))

    def _sine_and_cosine(self, times: np.ndarray, epochs: dict, dt: float) -> np.ndarray:
        phase = 2.0 * np.pi * (times - epochs["response"][0][0] * dt) / self.period
        return np.stack([np.sin(phase), np.cos(phase)])

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 where sine and cosine of the right period, fitted to the response, are near those of the target."""
        start, stop = (limit[0] for limit in trials.epochs["response"])
        waves = self._sine_and_cosine(trials.times, trials.epochs, trials.dt)[:, start:stop]
        fit = np.linalg.pinv(np.stack([*waves, np.ones(stop - start)], axis=1))
        sine, cosine, _ = fit @ outputs[:, start:stop, 0].T
        error = np.hypot(sine - self.amplitude * trials.conditions["pulse"], cosine)
        return (error < 0.5 * self.amplitude).astype(np.float64)
