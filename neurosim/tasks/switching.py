"""Go/no-go, detection and context-dependent discrimination, as solved by low-rank networks by construction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.choice import distinct_levels
from neurosim.tasks.timeline import Timeline, noisy, require_durations, white_noise
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["ContextDiscrimination", "GoNoGo", "NoisyDetection"]


@dataclass(frozen=True)
class GoNoGo(Task):
    """Go/no-go: respond to one of two stimuli.

    One of the inputs "go" and "no_go", drawn with equal probability, is 1 in the epoch "stimulus". The target is
    `height` during "go", and otherwise 0. The fixation counts, and the stimulus after `grace`.

    Accuracy: at the end of the stimulus, the output is above half of `height` for "go", and not for "no_go".

    Parameters
    ----------
    fixation, stimulus, rest : float, optional
        Durations of the silence, of the stimulus, and of the silence after it. In units of τ.
    grace : float, optional
        Time after stimulus onset that does not count.
    height : float, optional
        Default: the response of the constructed network; see `neurosim.constructed.go_no_go`.
    noise : float, optional
        White noise on both inputs: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 3.
    """

    fixation: float = 15.0
    stimulus: float = 10.0
    rest: float = 15.0
    grace: float = 5.0
    height: float = 1.104
    noise: float = 0.0

    inputs = ("go", "no_go")
    outputs = ("response",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus", "rest"), ("grace",))
        _check_grace(self)
        positive("GoNoGo.height", self.height)
        non_negative("GoNoGo.noise", self.noise)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "go" is 1 or 0."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = Timeline.consecutive(
            count, dt, fixation=self.fixation, stimulus=self.stimulus, rest=self.rest
        )
        go = stream(seed, "conditions").integers(0, 2, count)
        seen = timeline.during("stimulus")
        shown, wanted = np.zeros((count, 3, 2)), np.zeros((count, 3, 1))
        shown[np.arange(count), 1, 1 - go] = 1.0
        wanted[:, 1, 0] = self.height * go
        return Trials(
            self,
            dt,
            timeline.hold(shown, self.noise, stream(seed, "noise")),
            timeline.hold(wanted),
            mask=timeline.during("fixation") | (seen & _after_grace(self, timeline)),
            epochs=timeline.epochs,
            conditions={"go": go},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the network responds to "go", or does not respond to "no_go"; else 0."""
        answered = trials.last(outputs, "stimulus")[:, 0] > 0.5 * self.height
        return (answered == (trials.conditions["go"] == 1)).astype(np.float64)


@dataclass(frozen=True)
class NoisyDetection(Task):
    """Noisy detection: report whether a stimulus in noise is stronger than a threshold.

    After the fixation, the input "stimulus" has one of `strengths`, drawn uniformly, plus white noise, and the input
    "background" is 1. The target is `height` if the strength is above `threshold`, and -`height` otherwise. The
    stimulus after `grace` counts.

    Accuracy: the last output has the correct sign.

    Parameters
    ----------
    fixation, stimulus : float, optional
        Durations of the silence and of the stimulus. In units of τ.
    grace : float, optional
        Time after stimulus onset that does not count.
    strengths : tuple of float, optional
    threshold : float, optional
        No strength may be equal to it.
    height : float, optional
    noise : float, optional
        White noise on the stimulus while it lasts: standard deviation ``noise / sqrt(dt)`` at each step (see
        `white_noise`).

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 4: strengths, noise and timing are those of the code.
    """

    fixation: float = 17.0
    stimulus: float = 22.0
    grace: float = 12.0
    strengths: tuple[float, ...] = (0.2, 0.4, 0.6, 0.9)
    threshold: float = 0.5
    height: float = 0.4
    noise: float = 0.4

    inputs = ("stimulus", "background")
    outputs = ("detected",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus"), ("grace",))
        _check_grace(self)
        _check_levels(self)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "strength" and "detected" (0 or 1)."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = Timeline.consecutive(count, dt, fixation=self.fixation, stimulus=self.stimulus)
        strength = stream(seed, "conditions").choice(self.strengths, count)
        detected, seen = strength > self.threshold, timeline.during("stimulus")
        noise = white_noise(seen.shape, self.noise, dt, stream(seed, "noise"))
        return Trials(
            self,
            dt,
            np.concatenate([seen * (strength[:, None, None] + noise), seen], axis=2),
            np.tile(self.height * np.where(detected, 1.0, -1.0)[:, None, None], (1, timeline.steps, 1)),
            mask=seen & _after_grace(self, timeline),
            epochs=timeline.epochs,
            conditions={"strength": strength, "detected": detected.astype(int)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last output has the correct sign; else 0."""
        return _right_signs(trials, outputs, trials.conditions["detected"])


@dataclass(frozen=True)
class ContextDiscrimination(Task):
    """Context-dependent discrimination: report whether the relevant one of two stimuli is strong.

    The inputs "a" and "b" have one of `strengths` each, drawn uniformly, plus white noise, during the stimulus. The
    context is given all the time: the input "context_a" or "context_b" of the relevant stimulus is `relevant`, the
    other one `irrelevant`. The target is `height` if the relevant strength is above `threshold`, and -`height`
    otherwise. The stimulus after `grace` counts.

    Accuracy: the last output has the correct sign.

    Parameters
    ----------
    fixation, stimulus : float, optional
        Durations of the context alone, and with the stimuli. In units of τ.
    grace : float, optional
        Time after stimulus onset that does not count.
    strengths : tuple of float, optional
    threshold : float, optional
        No strength may be equal to it.
    relevant, irrelevant : float, optional
        Values of the context inputs.
    height : float, optional
    noise : float, optional
        White noise on both stimuli while they last: standard deviation ``noise / sqrt(dt)`` at each step (see
        `white_noise`).

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 5: timing and contexts are those of the code.
    """

    fixation: float = 25.0
    stimulus: float = 85.0
    grace: float = 40.0
    strengths: tuple[float, ...] = (0.0, 0.3, 1.0)
    threshold: float = 0.6
    relevant: float = 0.08
    irrelevant: float = -0.14
    height: float = 0.3
    noise: float = 0.2

    inputs = ("a", "b", "context_a", "context_b")
    outputs = ("response",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus"), ("grace",))
        _check_grace(self)
        _check_levels(self)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "context" (0: a, 1: b), "strengths" (trials, 2) and "respond" (0 or 1)."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = Timeline.consecutive(count, dt, fixation=self.fixation, stimulus=self.stimulus)
        draw = stream(seed, "conditions")
        context, strengths = draw.integers(0, 2, count), draw.choice(self.strengths, (count, 2))
        respond = strengths[np.arange(count), context] > self.threshold
        seen = timeline.during("stimulus")
        levels = np.zeros((count, 2, 4))
        levels[:, :, 2:] = np.where(context[:, None] == np.arange(2), self.relevant, self.irrelevant)[:, None]
        inputs, on = timeline.hold(levels), slice(*(limit[0] for limit in timeline.epochs["stimulus"]))
        shown = np.repeat(strengths[:, None], on.stop - on.start, axis=1)
        inputs[:, on, :2] = noisy(shown, self.noise, dt, stream(seed, "noise"))
        wanted = np.repeat(np.where(respond, self.height, -self.height)[:, None, None], 2, axis=1)
        return Trials(
            self,
            dt,
            inputs,
            timeline.hold(wanted),
            mask=seen & _after_grace(self, timeline),
            epochs=timeline.epochs,
            conditions={"context": context, "strengths": strengths, "respond": respond.astype(int)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last output has the correct sign; else 0."""
        return _right_signs(trials, outputs, trials.conditions["respond"])


def _check_grace(task: GoNoGo | NoisyDetection | ContextDiscrimination) -> None:
    if task.grace >= task.stimulus:
        raise ParameterError(
            f"{type(task).__name__}.grace must be at least 0 and below stimulus = {task.stimulus:g} (got "
            f"{task.grace:g})."
        )


def _check_levels(task: NoisyDetection | ContextDiscrimination) -> None:
    name = type(task).__name__
    positive(f"{name}.height", task.height)
    non_negative(f"{name}.noise", task.noise)
    levels = distinct_levels(f"{name}.strengths", task.strengths, highest=np.inf)
    object.__setattr__(task, "strengths", levels)
    if not min(levels) < task.threshold < max(levels) or task.threshold in levels:
        raise ParameterError(
            f"{name}.threshold must separate strengths = {levels!r} (got {task.threshold:g}); give one between them."
        )


def _after_grace(task: GoNoGo | NoisyDetection | ContextDiscrimination, timeline: Timeline) -> np.ndarray:
    """Steps that end later than `grace` after the onset of the stimulus, shape (steps, 1)."""
    onset = timeline.epochs["stimulus"][0][0] * timeline.dt
    return (timeline.starts >= onset + task.grace - 1e-9 * timeline.dt)[:, None]


def _right_signs(trials: Trials, outputs: np.ndarray, positive_answer: np.ndarray) -> np.ndarray:
    above = trials.last(outputs, "stimulus")[:, 0] > 0.0
    return (above == (positive_answer == 1)).astype(np.float64)
