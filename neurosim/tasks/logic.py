"""Logic gates on two pulses, answered after a delay."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import jarne
from neurosim.tasks.timeline import Timeline, require_durations, white_noise
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, whole_number

__all__ = ["And", "LogicGate", "Not", "Or", "Xor", "step_accuracy"]


def step_accuracy(trials: Trials, outputs: np.ndarray) -> np.ndarray:
    """1 if the output at the end of the response differs from the answer by less than 0.5; else 0."""
    error = np.abs(trials.last(outputs, "response")[:, 0] - trials.conditions["answer"])
    return (error < 0.5).astype(np.float64)


@dataclass(frozen=True)
class LogicGate(Task):
    r"""Base of the logic gates: pulses of height 1 on some of the inputs, then the answer, 0 or 1, until the end.

    Each input has a pulse with probability 1/2, independently. The target is `baseline` until the response
    begins, then the answer; every step counts. Accuracy: the last output is less than 0.5 away from the answer.

    Parameters
    ----------
    fixation, stimulus, delay, response : float, optional
        Durations of the silence, of the pulses (all at once), of the wait (may be 0) and of the answer. The defaults
        are those of the paper, in steps of dt = 1; rescale all four for another unit of time.
    baseline : float, optional
        Target before the response.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`). 0.1 with
        dt = 1 is the "10 %" of the paper; networks without bias that are trained without noise stay at zero
        without pulses, whatever they have learned.

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023), arXiv:1906.01094.
    """

    fixation: float = 30.0
    stimulus: float = 20.0
    delay: float = 20.0
    response: float = 130.0
    baseline: float = 0.01
    noise: float = 0.1

    inputs: ClassVar[tuple[str, ...]] = ("A", "B")
    outputs = ("answer",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "stimulus", "response"), ("delay",))
        non_negative(f"{type(self).__name__}.noise", self.noise)

    @abstractmethod
    def answer(self, shown: np.ndarray) -> np.ndarray:
        """Correct answers, bool, shape (trials,), to pulses `shown`: bool, shape (trials, inputs)."""

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are the inputs by name, and "answer", each 0 or 1."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        durations = {name: getattr(self, name) for name in ("fixation", "stimulus", "delay", "response")}
        timeline = Timeline.consecutive(1, dt, **durations)  # the same for all trials
        during = {name: slice(int(start[0]), int(stop[0])) for name, (start, stop) in timeline.epochs.items()}
        shown = stream(seed, "conditions").integers(0, 2, (count, len(self.inputs)))
        answer = np.asarray(self.answer(shown == 1)).astype(np.float64)
        inputs = np.zeros((count, timeline.steps, len(self.inputs)))
        inputs += white_noise(inputs.shape, self.noise, dt, stream(seed, "noise"))
        inputs[:, during["stimulus"]] += shown[:, None]
        targets = np.full((count, timeline.steps, 1), self.baseline)
        targets[:, during["response"]] = answer[:, None, None]
        return Trials(
            self,
            dt,
            inputs,
            targets,
            epochs=timeline.epochs,
            conditions={**dict(zip(self.inputs, shown.T, strict=True)), "answer": answer},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last output differs from the answer by less than 0.5; else 0."""
        return step_accuracy(trials, outputs)


@dataclass(frozen=True)
class And(LogicGate):
    """AND gate: 1 if both inputs had a pulse; see `LogicGate` for timing and parameters."""

    baseline: float = 0.0

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors, with normal weights at the start; see `jarne`."""
        return jarne(5e-4, start="Gaussian")

    def answer(self, shown: np.ndarray) -> np.ndarray:
        """Whether both inputs had a pulse."""
        return shown[:, 0] & shown[:, 1]


@dataclass(frozen=True)
class Or(LogicGate):
    """OR gate: 1 if at least one input had a pulse; see `LogicGate` for timing and parameters."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors; see `jarne`."""
        return jarne(1e-4)

    def answer(self, shown: np.ndarray) -> np.ndarray:
        """Whether at least one input had a pulse."""
        return shown[:, 0] | shown[:, 1]


@dataclass(frozen=True)
class Xor(LogicGate):
    """XOR gate: 1 if exactly one input had a pulse; see `LogicGate` for timing and parameters."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors; see `jarne`."""
        return jarne(1e-3)

    def answer(self, shown: np.ndarray) -> np.ndarray:
        """Whether exactly one input had a pulse."""
        return shown[:, 0] ^ shown[:, 1]


@dataclass(frozen=True)
class Not(LogicGate):
    """NOT gate: 1 if the only input had no pulse; see `LogicGate` for timing and parameters."""

    inputs = ("A",)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors, with normal weights and biases; see `jarne`."""
        return jarne(5e-4, start="Gaussian", bias=True)

    def answer(self, shown: np.ndarray) -> np.ndarray:
        """Whether there was no pulse."""
        return ~shown[:, 0]
