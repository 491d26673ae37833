"""Oscillation switched on by a pulse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import jarne
from neurosim.tasks.shapes import hann_integral, smoothed_box
from neurosim.tasks.timeline import Timeline, noisy, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive

__all__ = ["Oscillation"]


@dataclass(frozen=True)
class Oscillation(Task):
    r"""Finite oscillation: oscillate for a fixed time after a pulse; do not oscillate without one.

    In half of the trials, at random, the input has a pulse of height 1 whose edges are smoothed by a Hann kernel
    of width `stimulus` / 2. The target then is, in the epoch "response", a sine that starts at its beginning, t = 0,
    averaged over the last `smoothing`: with :math:`\omega = 2\pi/period`

    .. math:: z(t) \propto \int_{\max(0,\,t - smoothing)}^t \sin(\omega s)\,ds,

    from t = `smoothing` on :math:`amplitude\,\sin(\omega (t - smoothing/2))`. It is 0 in that epoch if there was no
    pulse, and `baseline` elsewhere. Every step counts.

    Accuracy: a constant, a sine and a cosine of the right period are fitted to output minus target during the
    response; the oscillation in it has to be less than half the amplitude, which tests amplitude, phase and
    frequency.

    Parameters
    ----------
    fixation, stimulus, delay, response, rest : float, optional
        Durations of the silence before the pulse, of the pulse, of the wait after it, of the oscillation and of the
        rest of the trial. `delay` and `rest` may be 0.
    period : float, optional
        Not longer than the response.
    amplitude : float, optional
    smoothing : float, optional
        Rise time of the oscillation, above 0 and at most half a period.
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
    smoothing: float = 10.0
    baseline: float = 0.003
    noise: float = 0.1

    inputs = ("pulse",)
    outputs = ("oscillation",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(
            self, ("fixation", "stimulus", "response", "period", "smoothing"), ("delay", "rest")
        )
        positive("Oscillation.amplitude", self.amplitude)
        non_negative("Oscillation.noise", self.noise)
        if self.period > self.response:
            raise ParameterError(
                f"Oscillation.period must be at most response = {self.response:g} (got {self.period:g})."
            )
        if self.smoothing > 0.5 * self.period:
            raise ParameterError(
                f"Oscillation.smoothing must be at most half a period, {0.5 * self.period:g} (got {self.smoothing:g})."
            )

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors; see `jarne`."""
        return jarne(1e-3)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "pulse" is 1 where there was one, else 0."""
        seed = seed_sequence(rng)
        epochs = ("fixation", "stimulus", "delay", "response", "rest")
        timeline = Timeline.consecutive(count, dt, **{name: getattr(self, name) for name in epochs})
        if 4.0 * dt > self.period:
            raise ParameterError(
                f"dt must be at most a quarter of the period, {0.25 * self.period:g} (got {dt:g})."
            )
        shown = stream(seed, "conditions").integers(0, 2, count)
        column = shown[:, None, None].astype(np.float64)
        pulse = column * self._pulse(timeline)[:, None]
        wave = self.amplitude * self._wave(timeline.ends - timeline.epochs["response"][0][0] * dt)
        return Trials(
            self,
            dt,
            noisy(pulse, self.noise, dt, stream(seed, "noise")),
            np.where(timeline.during("response"), column * wave[:, None], self.baseline),
            epochs=timeline.epochs,
            conditions={"pulse": shown},
        )

    def _pulse(self, timeline: Timeline) -> np.ndarray:
        start, stop = (limit[0] * timeline.dt for limit in timeline.epochs["stimulus"])
        middles = timeline.starts + 0.5 * timeline.dt
        return smoothed_box(middles, start, stop, lambda lag: hann_integral(lag, 0.5 * (stop - start)))

    def _wave(self, times: np.ndarray) -> np.ndarray:
        """Oscillation of amplitude 1 that starts at time 0."""
        turn = 2.0 * np.pi / self.period
        since, until = (np.maximum(times - shift, 0.0) for shift in (self.smoothing, 0.0))
        return (np.cos(turn * since) - np.cos(turn * until)) / (2.0 * np.sin(0.5 * turn * self.smoothing))

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the oscillation of this period in output minus target is below half the amplitude; else 0."""
        start, stop = (limit[0] for limit in trials.epochs["response"])
        phase = 2.0 * np.pi / self.period * trials.times[start:stop]
        fit = np.linalg.pinv(np.stack([np.sin(phase), np.cos(phase), np.ones_like(phase)], axis=1))
        sine, cosine, _ = fit @ (outputs - trials.targets)[:, start:stop, 0].T
        return (np.hypot(sine, cosine) < 0.5 * self.amplitude).astype(np.float64)
