"""Interval reproduction: ready, set, go, with a gain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.distributions import Duration, Uniform, as_duration, draw_duration, longest, shortest
from neurosim.tasks.timeline import Timeline, require_durations, whole_steps, within
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative, positive, whole_number

__all__ = ["ReadySetGo"]


@dataclass(frozen=True)
class ReadySetGo(Task):
    r"""Ready-set-go: reproduce the interval from ready to set, times a gain, from set to go.

    Two flashes of height 1, "ready" and "set", come on one input channel; the time T between their onsets is drawn for
    each trial. The other input is the gain g, constant and drawn uniformly. The target is 0 until set, and then a
    ramp of the time t since set,

    .. math:: z(t) = \frac{e^{t/(sharpness\,g T)} - 1}{e^{1/sharpness} - 1},

    which is 1 at the time to go, t = g T, and stays 1 for `rest`. The time from ready to the end of `rest` counts.

    The network goes when its output exceeds `threshold` for the first time after set. A perfect ramp does so a little
    early, at :math:`sharpness\,\ln(1 + threshold\,(e^{1/sharpness} - 1))` of the interval. `produced_intervals` is the
    time since set divided by that, so that it is g T for a perfect ramp.

    Accuracy: the error of the produced interval is less than `tolerance` g T.

    Parameters
    ----------
    fixation, interval : float or Distribution, optional
        Time before ready, and T. In ms.
    flash, rest : float, optional
        Durations of either flash, and of the time after go.
    gains : tuple of float, optional
        Possible factors of T.
    sharpness : float, optional
        The larger, the straighter the ramp.
    threshold : float, optional
        Between 0 and 1.
    tolerance : float, optional
    noise : float, optional
        White noise on both inputs: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    The papers give the ramp as :math:`A(e^{t/(\alpha T)} - 1)` with :math:`\alpha = 2.8`; A is chosen here so that it
    is 1 when it is time to go.

    References
    ----------
    M. Jazayeri, M. N. Shadlen, Nat. Neurosci. 13, 1020 (2010). Gains and ramps: E. D. Remington, D. Narain, E. A.
    Hosseini, M. Jazayeri, Neuron 98, 1005 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.ReadySetGo()
    >>> trials = task.trials(100, dt=10.0, rng=0)
    >>> float(trials.accuracy(trials.targets).mean())
    1.0
    """

    fixation: Duration = Uniform(100.0, 500.0)
    interval: Duration = Uniform(500.0, 1000.0)
    flash: float = 100.0
    rest: float = 200.0
    gains: tuple[float, ...] = (1.0, 1.5)
    sharpness: float = 2.8
    threshold: float = 0.9
    tolerance: float = 0.2
    noise: float = 0.0

    inputs = ("flash", "gain")
    outputs = ("ramp",)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("fixation", "interval"):
            object.__setattr__(self, name, as_duration(f"ReadySetGo.{name}", getattr(self, name)))
        require_durations(self, ("flash", "rest"))
        for name in ("sharpness", "tolerance"):
            positive(f"ReadySetGo.{name}", getattr(self, name))
        non_negative("ReadySetGo.noise", self.noise)
        gains = finite("ReadySetGo.gains", np.atleast_1d(self.gains), np.float64)
        if gains.size == 0 or gains.min() <= 0.0 or np.unique(gains).size < gains.size:
            raise ParameterError(
                f"ReadySetGo.gains must be one or more different numbers above 0 (got {self.gains!r})."
            )
        object.__setattr__(self, "gains", tuple(gains.tolist()))
        if not 0.0 < self.threshold < 1.0:
            raise ParameterError(
                f"ReadySetGo.threshold must be above 0 and below 1, the range of the ramp (got {self.threshold:g})."
            )
        if shortest(self.interval) * min(1.0, gains.min()) <= self.flash:
            raise ParameterError(
                f"ReadySetGo.flash must be shorter than the shortest interval, {shortest(self.interval):g}, times the "
                f"smallest gain (got {self.flash:g})."
            )

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "interval", from ready to set, "gain" and "due", from set to go."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        lit = int(whole_steps("flash", self.flash, positive("dt", dt)))
        timing, draw = stream(seed, "timing"), stream(seed, "conditions")
        fixation = draw_duration(self.fixation, timing, count)
        interval = np.broadcast_to(draw_duration(self.interval, timing, count), (count,))
        gain = draw.choice(self.gains, count)
        most = longest(self.fixation) + longest(self.interval) * (1.0 + max(self.gains)) + self.rest
        timeline = Timeline.consecutive(
            count, dt, most, fixation=fixation, measure=interval, produce=gain * interval, rest=self.rest
        )
        ready, set_ = (timeline.epochs[name][0] for name in ("measure", "produce"))
        levels = np.zeros((count, len(timeline.epochs), 2))
        levels[:, :, 1] = gain[:, None]
        inputs = timeline.hold(levels, self.noise, stream(seed, "noise"))
        for onset in (ready, set_):
            inputs[np.arange(count)[:, None], onset[:, None] + np.arange(lit), 0] += 1.0
        end = timeline.epochs["produce"][1] + whole_steps("rest", self.rest, dt)
        share = (timeline.ends - set_[:, None] * dt) / (gain * interval)[:, None]
        rising, ramp = (share > 0.0) & (share < 1.0), (share >= 1.0).astype(np.float64)
        ramp[rising] = np.expm1(share[rising] / self.sharpness) / np.expm1(1.0 / self.sharpness)
        return Trials(
            self,
            dt,
            inputs,
            ramp[..., None],
            mask=within(timeline.steps, ready, np.minimum(end, timeline.steps))[..., None],
            epochs=timeline.epochs,
            conditions={"interval": interval, "gain": gain, "due": gain * interval},
        )

    def produced_intervals(self, trials: Trials, outputs: Any) -> np.ndarray:
        """Produced intervals, NaN if the threshold is not reached, shape (trials,)."""
        after = trials.during("produce") | trials.during("rest")
        high = (trials.align(outputs) > self.threshold) & after
        step = high[..., 0].argmax(axis=1)
        since = trials.times[step] - trials.epochs["produce"][0] * trials.dt
        early = self.sharpness * np.log1p(self.threshold * np.expm1(1.0 / self.sharpness))
        return np.where(high.any(axis=(1, 2)), since / early, np.nan)

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the produced interval is within the tolerance; else 0."""
        due = trials.conditions["due"]
        return (np.abs(self.produced_intervals(trials, outputs) - due) < self.tolerance * due).astype(
            np.float64
        )
