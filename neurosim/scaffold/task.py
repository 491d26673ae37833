"""Template of a new task and of its tests."""

__all__ = ["PLUGIN", "TESTS"]

PLUGIN = '''"""$Class: one sentence on the stimuli and the correct responses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks import Task, Timeline, Trials, white_noise
from neurosim.validation import non_negative

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Task):
    """Report the sign of a noisy stimulus after its end.

    A trial is correct if the last output has the sign of the stimulus.

    Parameters
    ----------
    stimulus, response : float
        Durations of the epochs, in the network's unit of time.
    noise : float
        Standard deviation of the input, averaged over one unit of time; at least 0.
    """

    stimulus: float = 50.0
    response: float = 20.0
    noise: float = 0.5
    inputs = ("evidence",)
    outputs = ("choice",)

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("$Class.noise", self.noise)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials, all of stimulus + response."""
        seed = seed_sequence(rng)
        sign = stream(seed, "conditions").choice([-1.0, 1.0], count)
        timeline = Timeline.consecutive(count, dt, stimulus=self.stimulus, response=self.response)
        shown, answer = (timeline.during(epoch) for epoch in ("stimulus", "response"))
        noise = white_noise(shown.shape, self.noise, dt, stream(seed, "noise"))
        column = sign[:, None, None]
        return Trials(
            self,
            dt,
            shown * (column + noise),
            answer * column,
            mask=answer,
            epochs=timeline.epochs,
            conditions={"sign": sign},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Whether the last output has the correct sign."""
        return trials.last(outputs, "response")[:, 0] * trials.conditions["sign"] > 0.0
'''

TESTS = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_task

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def test_obeys_the_rules_of_tasks():
    assert check_task($Class)


def test_noise_has_the_size_that_it_says():
    trials = $Class(stimulus=400.0, noise=0.5).trials(50, dt=0.5, rng=0)
    noise = (trials.inputs - trials.conditions["sign"][:, None, None])[:, :800]
    # of 40,000 values with the variance 0.5**2 / dt, that of the sample has the relative spread 0.007
    np.testing.assert_allclose(noise.var(), 0.5**2 / 0.5, rtol=0.04)


def test_the_opposite_answer_is_always_wrong():
    trials = $Class().trials(20, dt=1.0, rng=0)
    assert not trials.accuracy(-trials.targets).any()
'''
