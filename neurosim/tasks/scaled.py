"""Temporal scaling: a sequence of taps at a speed that is set by a constant input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import HARDY_2018
from neurosim.tasks.timeline import Timeline, require_durations, whole_steps
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative, positive, whole_number

__all__ = ["ScaledSequence"]


@dataclass(frozen=True)
class ScaledSequence(Task):
    r"""Temporal scaling: tap at fixed times after a cue, scaled by a speed input.

    The input "cue" is `amplitude` in the epoch "cue". From its onset on, until the sequence is over, the input "speed"
    is `level` times the speed s, which is drawn uniformly. With the time t since the end of the cue, the target
    is

    .. math:: z(t) = \sum_k e^{-(s t - tap_k)^2 / (2\,width^2)},

    one temporal pattern, stretched by 1/s. The time from the end of the cue to the end of the trial counts; all trials
    end together, `rest` after the end of the slowest sequence.

    Accuracy: the fraction of taps at the correct time. A tap is the largest output between the midpoints to the
    neighboring bumps; it is correct if it exceeds half the height of a bump and is less than `width` / s away.

    Parameters
    ----------
    fixation, cue, duration, rest : float, optional
        Durations of the silence before the cue, the cue, the sequence at speed 1, and the rest of the trial. In ms, for
        :math:`\tau = 50`.
    taps : tuple of float, optional
        Times of the bumps at speed 1, in increasing order. With one number it is an interval with a speed:
        ``ScaledSequence(taps=(1000.0,), duration=1300.0)``.
    width : float, optional
        Standard deviation of a bump at speed 1.
    speeds : tuple of float, optional
        The defaults are those of the training; the paper also tests 0.5, 2/3, 1, 1.5 and 2.
    amplitude, level : float, optional
        Height of the cue, and of the speed input at speed 1.
    noise : float, optional
        White noise on both inputs: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    In the paper the mean of the target is subtracted, since the readout has no bias.

    References
    ----------
    N. F. Hardy, V. Goudar, J. L. Romero-Sosa, D. V. Buonomano, Nat. Commun. 9, 4732 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.ScaledSequence(taps=(400.0, 1000.0), duration=1300.0)
    >>> trials = task.trials(4, dt=10.0, rng=0)
    >>> task.tap_times(trials, trials.targets) * trials.conditions["speed"][:, None]
    array([[ 400., 1000.],
           [ 400., 1000.],
           [ 400., 1000.],
           [ 400., 1000.]])
    """

    fixation: float = 500.0
    cue: float = 250.0
    duration: float = 4000.0
    rest: float = 500.0
    taps: tuple[float, ...] = (325.0, 1025.0, 1500.0, 2400.0, 3500.0)
    width: float = 100.0
    speeds: tuple[float, ...] = (0.5, 2.0)
    amplitude: float = 5.0
    level: float = 0.15
    noise: float = 0.0

    inputs = ("cue", "speed")
    outputs = ("sequence",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("cue", "duration", "rest", "width"), ("fixation",))
        positive("ScaledSequence.level", self.level)
        non_negative("ScaledSequence.noise", self.noise)
        for name in ("taps", "speeds"):
            values = finite(f"ScaledSequence.{name}", np.atleast_1d(getattr(self, name)), np.float64)
            if values.size == 0 or values.min() <= 0.0 or (np.diff(values) <= 0.0).any():
                raise ParameterError(
                    f"ScaledSequence.{name} must be numbers above 0 in increasing order (got {getattr(self, name)!r})."
                )
            object.__setattr__(self, name, tuple(values.tolist()))
        if self.taps[-1] >= self.duration:
            raise ParameterError(
                f"ScaledSequence.duration must be longer than the last tap, {self.taps[-1]:g} (got {self.duration:g})."
            )

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and innate training of the authors; see `neurosim.tasks.settings`."""
        return HARDY_2018

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "speed" is that of the sequence."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        whole_steps("width", self.width / max(self.speeds), positive("dt", dt))
        speeds = np.array(self.speeds)
        which = stream(seed, "conditions").integers(0, speeds.size, count)
        speed = speeds[which]
        timeline = Timeline.consecutive(
            count,
            dt,
            self.fixation + self.cue + self.duration / min(self.speeds) + self.rest,
            fixation=self.fixation,
            cue=self.cue,
            response=self.duration / speed,
            rest=self.rest,
        )
        held = np.zeros((count, 4, 2))
        held[:, 1, 0] = self.amplitude
        held[:, 1:3, 1] = self.level * speed[:, None]
        began = timeline.epochs["response"][0][0] * dt
        phase = np.multiply.outer(speeds, timeline.ends - began)
        bumps = np.exp(-0.5 * ((phase[..., None] - np.array(self.taps)) / self.width) ** 2)
        return Trials(
            self,
            dt,
            timeline.hold(held, self.noise, stream(seed, "noise")),
            bumps.sum(axis=2, keepdims=True)[which],
            mask=(timeline.ends > began)[:, None],
            epochs=timeline.epochs,
            conditions={"speed": speed},
        )

    def tap_times(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Times of the taps of an output since the end of the cue, NaN if missing, shape (trials, taps).

        The speed factor of a network is the ratio of its last tap at speed 1 to that at another speed.
        """
        values = trials.align(outputs)[..., 0]
        since = trials.times - trials.epochs["response"][0][0] * trials.dt
        phase = trials.conditions["speed"][:, None] * since
        middles = 0.5 * (np.array(self.taps[1:]) + np.array(self.taps[:-1]))
        edges = np.array([0.0, *middles, self.duration])
        times = np.empty((len(trials), len(self.taps)))
        for k in range(len(self.taps)):
            near = np.where((phase > edges[k]) & (phase <= edges[k + 1]), values, -np.inf)
            times[:, k] = np.where(near.max(axis=1) > 0.5, since[near.argmax(axis=1)], np.nan)
        return times

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Fraction of the taps at the correct time."""
        phase = self.tap_times(trials, outputs) * trials.conditions["speed"][:, None]
        return (np.abs(phase - np.array(self.taps)) < self.width).mean(axis=1)
