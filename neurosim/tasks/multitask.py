"""Several logic gates in one network, selected by a context pulse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.logic import step_accuracy
from neurosim.tasks.settings import jarne
from neurosim.tasks.timeline import Timeline, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import entries, non_negative, one_of, whole_number

__all__ = ["LogicMultitask"]

_CONTEXTS = {"and": 1.0, "or": -1.0, "xor": 0.0}


@dataclass(frozen=True)
class LogicMultitask(Task):
    """Logic gate on two pulses, selected by the height of an earlier context pulse: +1 And, -1 Or, 0 Xor.

    Gate and pulses are drawn uniformly and independently. The target is 0 until the response begins, then the
    gate's answer, 0 or 1; every step counts. Accuracy: the last output is less than 0.5 away from the answer.

    Parameters
    ----------
    gates : tuple of str, optional
        Distinct names among "and", "or", "xor".
    fixation, context, pause, stimulus, delay, response : float, optional
        Durations of the silence, the context pulse, the pause after it, the pulses on A and B, the wait (may be 0) and
        the answer (at least). The defaults are those of the paper, in steps of dt = 1; rescale all of them for another
        unit of time.
    jitter : float, optional
        Maximum of a uniformly distributed time that is added to the pause. The paper has 50 with three gates. The
        response is longer where the pause is shorter, so that all trials end together.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    C. Jarne, J. Phys. Complex. 2, 015009 (2021).
    """

    gates: tuple[str, ...] = ("and", "or")
    fixation: float = 20.0
    context: float = 20.0
    pause: float = 20.0
    stimulus: float = 20.0
    delay: float = 20.0
    response: float = 140.0
    jitter: float = 0.0
    noise: float = 0.0

    inputs = ("A", "B", "context")
    outputs = ("answer",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("fixation", "context", "pause", "stimulus", "response"), ("delay", "jitter"))
        non_negative("LogicMultitask.noise", self.noise)
        gates = [self.gates] if isinstance(self.gates, str) else self.gates
        object.__setattr__(self, "gates", tuple(entries("LogicMultitask.gates", gates, "try ('and', 'or')")))
        for gate in self.gates:
            one_of("gates", gate, _CONTEXTS)
        if not self.gates or len(set(self.gates)) < len(self.gates):
            raise ParameterError(
                f"LogicMultitask.gates must be one or more distinct names (got {self.gates!r}); try ('and', 'or')."
            )

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the authors; see `jarne`."""
        return jarne(5e-5, size=200, trials=45_150, batch_size=256)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "gate" (its name), "A", "B", "context" and "answer"."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self._timeline(count, dt, stream(seed, "timing"))
        draw = stream(seed, "conditions")
        gate = np.asarray(self.gates)[draw.integers(0, len(self.gates), count)]
        shown = draw.integers(0, 2, (count, 2)) == 1
        context = np.select([gate == name for name in _CONTEXTS], list(_CONTEXTS.values()))
        answer = np.select(
            [gate == "and", gate == "or", gate == "xor"],
            [shown.all(axis=1), shown.any(axis=1), shown[:, 0] != shown[:, 1]],
        ).astype(np.float64)
        names = list(timeline.epochs)
        levels, wanted = np.zeros((count, len(names), 3)), np.zeros((count, len(names), 1))
        levels[:, names.index("context"), 2] = context
        levels[:, names.index("stimulus"), :2] = shown
        wanted[:, names.index("response"), 0] = answer
        return Trials(
            self,
            dt,
            timeline.hold(levels, self.noise, stream(seed, "noise")),
            timeline.hold(wanted),
            epochs=timeline.epochs,
            conditions={
                "gate": gate,
                "A": shown[:, 0].astype(int),
                "B": shown[:, 1].astype(int),
                "context": context,
                "answer": answer,
            },
        )

    def _timeline(self, count: int, dt: float, rng: np.random.Generator) -> Timeline:
        pause = self.pause + self.jitter * rng.random(count) if self.jitter else self.pause
        names = ("fixation", "context", "pause", "stimulus", "delay", "response")
        durations = {name: getattr(self, name) for name in names}
        total = sum(durations.values()) + self.jitter
        return Timeline.consecutive(count, dt, total, **{**durations, "pause": pause})

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last output differs from the answer by less than 0.5; else 0."""
        return step_accuracy(trials, outputs)
