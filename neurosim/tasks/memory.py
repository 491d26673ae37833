"""Memory of the last pulse: flip-flops of one or several bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import jarne
from neurosim.tasks.timeline import noisy, require_durations, whole_steps
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative, positive, whole_number

__all__ = ["FlipFlop", "SetReset"]


def piecewise(levels: np.ndarray, changes: np.ndarray, steps: int) -> np.ndarray:
    """Signals that are constant between their changes.

    Parameters
    ----------
    levels : ndarray, shape (trials, channels, changes + 1)
    changes : ndarray of int, shape (trials, channels, changes)
        First step of every level but the first, ascending; those behind the end never come.
    steps : int

    Returns
    -------
    ndarray, shape (trials, steps, channels)
    """
    inside = np.minimum(changes, steps)
    lengths = np.diff(inside, axis=-1, prepend=0, append=steps)
    signal = np.repeat(levels.ravel(), lengths.ravel())
    return signal.reshape(*levels.shape[:2], steps).transpose(0, 2, 1)


def hold_latest(values: np.ndarray, changes: np.ndarray, steps: int, before: float) -> np.ndarray:
    """Latest value at every step: `values` (trials, channels, pulses) from steps `changes` on."""
    first = np.full((*values.shape[:-1], 1), before)
    return piecewise(np.concatenate([first, values], axis=-1), changes, steps)


def pulses(values: np.ndarray, onsets: np.ndarray, width: int, steps: int) -> np.ndarray:
    """Pulses of heights `values` (trials, channels, pulses) at given steps, each after the end of the one before."""
    shape = (*values.shape[:-1], 2 * values.shape[-1])
    changes = np.stack([onsets, onsets + width], axis=-1).reshape(shape)
    heights = np.stack([values, np.zeros_like(values)], axis=-1).reshape(shape)
    return piecewise(np.concatenate([np.zeros((*shape[:-1], 1)), heights], axis=-1), changes, steps)


def right_when_next_comes(
    trials: Trials, outputs: np.ndarray, onsets: np.ndarray, changes: np.ndarray
) -> np.ndarray:
    """Share of the pulses (trials, outputs, pulses) whose value is still there just before the next one."""
    end = np.full((*onsets.shape[:-1], 1), trials.steps)
    probe = np.minimum(np.concatenate([onsets[..., 1:], end], axis=-1), trials.steps) - 1
    said, due = (np.take_along_axis(z, probe.transpose(0, 2, 1), axis=1) for z in (outputs, trials.targets))
    right, counts = np.abs(said - due).transpose(0, 2, 1) < 0.5, changes <= probe
    return (right & counts).sum(axis=(1, 2)) / counts.sum(axis=(1, 2))


@dataclass(frozen=True)
class FlipFlop(Task):
    r"""Remember the sign of the last pulse on each of several channels.

    Every channel has pulses of its own, at times of its own. The first is +1, -1 or absent with equal odds, the
    others are +1 or -1. Pulse j starts at :math:`t_1 = fixation + U_1`,
    :math:`t_{j+1} = t_j + interval_j + U_{j+1}` with uniform U; a pulse may fall behind the end of the trial. The
    target of the channel changes to the value of a pulse `delay` after that pulse is over; before the first it is 0.
    Every step counts.

    Accuracy is the share of bits that are right: for each pulse, the output just before the next one (or at the
    end) has to be less than 0.5 away from the target.

    Parameters
    ----------
    bits : int, optional
        Number of channels.
    fixation, fixation_jitter : float, optional
        Earliest time of the first pulse, and how much later it may be.
    intervals : tuple of float, optional
        Shortest times from one onset to the next; there is one pulse more than there are intervals.
    interval_jitter : float, optional
        How much longer each may be.
    stimulus, delay : float, optional
        Length of a pulse, and the wait until the target changes (0 is allowed).
    duration : float, optional
        Length of the trial.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    A random time belongs to the step in which it falls. With dt = 1 the defaults are thus those of the author:
    first onset 10 to 99, then 71 to 120 and 101 to 150 steps later. The author's target falls to 0 in the very last
    step; this one does not.

    Units that remember for some steps by themselves learn it far sooner than a map does: 100 units `LeakyRate` with
    tau = 5 to 10 and dt = 1 hold 99 % of three bits after the 1000 updates of ``BPTT(epochs=20)``, and what is wrong
    then changed less than 5 steps before the end of the trial. With tau = 1 the learning rate of 1e-3 is too high, and
    3e-4 too slow (65 % after 2000 updates).

    The zeros before the first pulse ask for memories of "not yet set", too: a network that learns all of it has more
    than the eight stable points of three bits. The cube of Sussillo & Barak comes of a loss that leaves zeros out,
    ``np.mean((trials.targets != 0) * (run.outputs - trials.targets) ** 2)``; the firmer, the longer the silences are
    against tau (up to 30, say), and the more noise the units have.

    References
    ----------
    D. Sussillo, O. Barak, Neural Comput. 25, 626 (2013). Timing: C. Jarne, arXiv:2010.07858 (2020).
    """

    bits: int = 3
    fixation: float = 10.0
    fixation_jitter: float = 90.0
    intervals: tuple[float, ...] = (71.0, 101.0)
    interval_jitter: float = 50.0
    stimulus: float = 20.0
    delay: float = 20.0
    duration: float = 340.0
    noise: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("FlipFlop.bits", self.bits)
        intervals = np.atleast_1d(finite("FlipFlop.intervals", self.intervals, np.float64))
        object.__setattr__(self, "intervals", tuple(intervals.ravel().tolist()))
        require_durations(
            self, ("stimulus", "duration"), ("fixation", "fixation_jitter", "interval_jitter", "delay")
        )
        non_negative("FlipFlop.noise", self.noise)
        for interval in self.intervals:
            if not interval > self.stimulus + self.delay:
                raise ParameterError(
                    f"FlipFlop.intervals must be longer than a pulse and its delay, "
                    f"{self.stimulus + self.delay:g} (got {self.intervals!r})."
                )
        needed = self.fixation + self.fixation_jitter + self.stimulus + self.delay
        if not self.duration > needed:
            raise ParameterError(
                f"FlipFlop.duration = {self.duration:g} is over before the first pulse must be answered; "
                f"give more than {needed:g}."
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """``pulse_0``, ``pulse_1``, ..."""
        return tuple(f"pulse_{bit}" for bit in range(self.bits))

    @property
    def outputs(self) -> tuple[str, ...]:
        """``bit_0``, ``bit_1``, ..."""
        return tuple(f"bit_{bit}" for bit in range(self.bits))

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of C. Jarne; see `jarne`."""
        return jarne(9e-3, size=400, trials=30_050, batch_size=128)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are, of shape (trials, bits, pulses): "values", "onsets", "changes" (steps)."""
        count, dt, seed = whole_number("count", count), positive("dt", dt), seed_sequence(rng)
        steps, width, delay = (
            int(whole_steps(name, getattr(self, name), dt)) for name in ("duration", "stimulus", "delay")
        )
        values = self._values(count, stream(seed, "conditions"))
        onsets = self._onsets(count, dt, stream(seed, "timing"))
        changes = onsets + width + delay
        inputs = pulses(values, onsets, width, steps)
        first = np.minimum(onsets[..., 0].min(axis=1), steps)
        return Trials(
            self,
            dt,
            noisy(inputs, self.noise, dt, stream(seed, "noise")),
            hold_latest(values, changes, steps, before=0.0),
            epochs={"fixation": (0, first), "response": (first, steps)},
            conditions={"values": values, "onsets": onsets, "changes": changes},
        )

    def _values(self, count: int, rng: np.random.Generator) -> np.ndarray:
        values = rng.choice([-1.0, 1.0], (count, self.bits, len(self.intervals) + 1))
        values[..., 0] = rng.integers(-1, 2, (count, self.bits))
        return values

    def _onsets(self, count: int, dt: float, rng: np.random.Generator) -> np.ndarray:
        shortest = np.array([self.fixation, *self.intervals])
        jitter = np.array([self.fixation_jitter, *[self.interval_jitter] * len(self.intervals)])
        gaps = shortest + jitter * rng.random((count, self.bits, shortest.size))
        # a whole number of steps stays one after division by dt
        return np.cumsum(np.floor(gaps / dt + 1e-9).astype(np.intp), axis=-1)

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Share of bits that are right just before the next pulse, or at the end."""
        shown = trials.conditions
        return right_when_next_comes(trials, outputs, shown["onsets"], shown["changes"])


@dataclass(frozen=True)
class SetReset(Task):
    """One bit, switched on and off by pulses on two channels.

    In every turn one of the channels, drawn with equal odds, has a pulse of height 1. The target is `baseline`, and
    from `delay` after the end of a pulse on it is 1 if the pulse was on "set" and 0 if it was on "reset". Every step
    counts. Accuracy: the share of turns at whose end the output is less than 0.5 away from the target.

    Parameters
    ----------
    turns : int, optional
    fixation, stimulus, gap : float, optional
        Time before the first pulse, length of a pulse, time from its end to the next.
    delay : float, optional
        Time from the end of a pulse to the change of the target; less than `gap`; 0 is allowed.
    baseline : float, optional
        Target before the first change.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023), arXiv:1906.01094; channel 0 is "reset".
    """

    turns: int = 8
    fixation: float = 50.0
    stimulus: float = 20.0
    gap: float = 100.0
    delay: float = 20.0
    baseline: float = 0.01
    noise: float = 0.1

    inputs = ("reset", "set")
    outputs = ("state",)

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("SetReset.turns", self.turns)
        require_durations(self, ("fixation", "stimulus", "gap"), ("delay",))
        non_negative("SetReset.noise", self.noise)
        if not self.delay < self.gap:
            raise ParameterError(
                f"SetReset.delay must be less than gap = {self.gap:g} (got {self.delay:g}); otherwise the next pulse "
                f"comes before the answer."
            )

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors, with normal weights at the start; see `jarne`."""
        return jarne(1e-3, start="Gaussian", trials=25_000)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "values", shape (trials, turns), is 1 for set and 0 for reset."""
        count, dt, seed = whole_number("count", count), positive("dt", dt), seed_sequence(rng)
        start, width, gap, delay = (
            int(whole_steps(name, getattr(self, name), dt))
            for name in ("fixation", "stimulus", "gap", "delay")
        )
        bounds = start + (width + gap) * np.arange(self.turns + 1)
        values = stream(seed, "conditions").integers(0, 2, (count, self.turns)).astype(np.float64)
        onsets = np.broadcast_to(bounds[:-1], values.shape)
        changes = onsets + width + delay
        channels = np.stack([1.0 - values, values], axis=1)
        inputs = pulses(channels, np.broadcast_to(bounds[:-1], channels.shape), width, bounds[-1])
        turns = {f"turn_{k}": (bounds[k], bounds[k + 1]) for k in range(self.turns)}
        return Trials(
            self,
            dt,
            noisy(inputs, self.noise, dt, stream(seed, "noise")),
            hold_latest(values[:, None], changes[:, None], bounds[-1], self.baseline),
            epochs={"fixation": (0, start), **turns},
            conditions={"values": values, "onsets": onsets, "changes": changes},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Share of turns at whose end the output is less than 0.5 away from the target."""
        shown = trials.conditions
        return right_when_next_comes(trials, outputs, shown["onsets"][:, None], shown["changes"][:, None])
