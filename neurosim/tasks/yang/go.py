"""Go and Anti tasks of Yang et al. (2019): respond in the direction of a stimulus, or in the opposite one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.tasks.distributions import Choice, Duration, Uniform
from neurosim.tasks.yang.base import Stimuli, YangTask
from neurosim.tasks.yang.stimuli import every_combination, one_ring_strengths, rotate

__all__ = ["YangDelayGo", "YangGo", "YangReactionGo"]


@dataclass(frozen=True)
class _Go(YangTask):
    """One stimulus in any direction on one of the rings, which is drawn for the batch."""

    def random(self, count: int, rng: np.random.Generator) -> Stimuli:
        """Any direction, on one ring."""
        return Stimuli(
            rng.uniform(0.0, 2.0 * np.pi, (count, 1)), one_ring_strengths(count, rng.integers(1, 3, 1))
        )

    def grid(self) -> Stimuli:
        """20 directions on either ring."""
        place, ring = every_combination(20, 2)
        return Stimuli(place[:, None] * (2.0 * np.pi / 20), one_ring_strengths(40, ring[:, None] + 1))

    def answer(self, shown: Stimuli) -> tuple[np.ndarray, np.ndarray]:
        """Direction of the stimulus, or the opposite one."""
        direction = shown.directions[:, 0]
        opposite = self.rule.endswith("anti")
        return rotate(direction, np.pi) if opposite else direction, np.full(len(direction), True)


@dataclass(frozen=True)
class YangGo(_Go):
    """Go and Anti of Yang et al. (2019): the stimulus stays on, and one responds when the fixation point goes off.

    Rules "go" (answer with the direction of the stimulus) and "anti" (with the opposite one). The stimulus has
    strength 1, any direction, and is on one of the rings, the same for all trials of a batch. Channels, target,
    accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation, stimulus : float or Distribution, optional
        Durations before the stimulus, and from its onset until the fixation point goes off.
    """

    rule: str = "go"
    fixation: Duration = Uniform(300.0, 700.0)
    stimulus: Duration = Uniform(500.0, 1500.0)

    known_rules = ("go", "anti")
    epochs = ("fixation", "stimulus", "response")
    stimulus_epochs = (("stimulus", "response"),)

    @property
    def test_durations(self) -> dict[str, float]:
        """500, 1000, 500."""
        return {"fixation": 500.0, "stimulus": 1000.0, "response": 500.0}

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """300, 1000, 400; the code has no default for the stimulus."""
        return {"fixation": 300.0, "stimulus": 1000.0, "response": 400.0}


@dataclass(frozen=True)
class YangReactionGo(_Go):
    """Reaction-time Go and Anti of Yang et al. (2019): respond as soon as the stimulus appears.

    Rules "rt_go" and "rt_anti", as in `YangGo`, but the fixation point stays on until the end. Channels, target,
    accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation : float or Distribution, optional
        Duration before the stimulus.
    """

    rule: str = "rt_go"
    fixation: Duration = Uniform(500.0, 2500.0)

    known_rules = ("rt_go", "rt_anti")
    epochs = ("fixation", "response")
    stimulus_epochs = (("response",),)
    fixation_goes_off = False

    @property
    def test_durations(self) -> dict[str, float]:
        """2000, 500."""
        return {"fixation": 2000.0, "response": 500.0}

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """1000, 400."""
        return {"fixation": 1000.0, "response": 400.0}


@dataclass(frozen=True)
class YangDelayGo(_Go):
    """Delayed Go and Anti of Yang et al. (2019): respond from memory when the fixation point goes off.

    Rules "delay_go" and "delay_anti", as in `YangGo`, but the stimulus goes off before the delay. Channels, target,
    accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation, stimulus, delay : float or Distribution, optional
        Durations before the stimulus, of the stimulus, and of the delay.
    """

    rule: str = "delay_go"
    fixation: Duration = Choice((300.0, 500.0, 700.0))
    stimulus: Duration = Choice((200.0, 400.0, 600.0))
    delay: Duration = Choice((200.0, 400.0, 800.0, 1600.0))

    known_rules = ("delay_go", "delay_anti")
    epochs = ("fixation", "stimulus", "delay", "response")
    stimulus_epochs = (("stimulus",),)

    @property
    def test_durations(self) -> dict[str, float]:
        """500, 500, 1000, 500."""
        return {"fixation": 500.0, "stimulus": 500.0, "delay": 1000.0, "response": 500.0}

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """500, 500, 1000, 400; the code has no default but for the response."""
        return {**self.test_durations, "response": 400.0}
