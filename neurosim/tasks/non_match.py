"""Delayed non-match to sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.timeline import Timeline, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive

__all__ = ["DelayedNonMatchToSample"]


@dataclass(frozen=True)
class DelayedNonMatchToSample(Task):
    r"""Delayed non-match to sample: report whether the second of two stimuli differs from the first.

    Each of the two is A or B, drawn with equal probability: a pulse of height 1 on the input of that name. The target
    is `level` if they differ and -`level` if they match, and counts in the epoch "response" only.

    Accuracy: the mean output during the response has the right sign.

    Parameters
    ----------
    sample, delay, test, wait, response : float, optional
        First stimulus, silence, second stimulus, silence, answer. The defaults are in ms, for units with a time
        constant of 30 ms. `delay` and `wait` may be 0.
    level : float, optional
        Size of the answer.
    noise : float, optional
        White noise on the inputs: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    T. Miconi, eLife 6, e20899 (2017).
    """

    sample: float = 200.0
    delay: float = 200.0
    test: float = 200.0
    wait: float = 200.0
    response: float = 200.0
    level: float = 0.98
    noise: float = 0.0

    inputs = ("A", "B")
    outputs = ("differ",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("sample", "test", "response"), ("delay", "wait"))
        positive("DelayedNonMatchToSample.level", self.level)
        non_negative("DelayedNonMatchToSample.noise", self.noise)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the conditions "sample" and "test" are 0 for A, 1 for B, "differ" is 0 or 1."""
        seed = seed_sequence(rng)
        names = ("sample", "delay", "test", "wait", "response")
        timeline = Timeline.consecutive(count, dt, **{name: getattr(self, name) for name in names})
        first, second = stream(seed, "conditions").integers(0, 2, (2, count))
        shown, wanted = np.zeros((count, len(names), 2)), np.zeros((count, len(names), 1))
        for epoch, which in (("sample", first), ("test", second)):
            shown[np.arange(count), names.index(epoch), which] = 1.0
        differ = first != second
        wanted[:, names.index("response"), 0] = np.where(differ, self.level, -self.level)
        return Trials(
            self,
            dt,
            timeline.hold(shown, self.noise, stream(seed, "noise")),
            timeline.hold(wanted),
            mask=timeline.during("response"),
            epochs=timeline.epochs,
            conditions={"sample": first, "test": second, "differ": differ.astype(np.int64)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 where the mean output during the response has the right sign, else 0."""
        mean = (outputs * trials.mask).sum(axis=(1, 2))
        return (mean * np.where(trials.conditions["differ"], 1.0, -1.0) > 0.0).astype(np.float64)
