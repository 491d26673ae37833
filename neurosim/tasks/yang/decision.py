"""Decisions of Yang et al. (2019) between two stimuli of different strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.tasks.distributions import Choice, Distribution, Duration, Uniform, require_distributions
from neurosim.tasks.yang.base import Stimuli, YangTask
from neurosim.tasks.yang.stimuli import every_combination, pairs, rotate

__all__ = ["YangDecision", "YangDelayDecision"]

# rule, without "delay_" -> how much a stimulus on either ring counts, and on which rings there are stimuli
_COUNTS = {
    "dm1": (1.0, 0.0),
    "dm2": (0.0, 1.0),
    "context_dm1": (1.0, 0.0),
    "context_dm2": (0.0, 1.0),
    "multisensory_dm": (0.5, 0.5),
}


@dataclass(frozen=True)
class _Decision(YangTask):
    """Two stimuli of unequal strength."""

    separation: Distribution = Uniform(0.5 * np.pi, 1.5 * np.pi)
    strength: Distribution = Uniform(0.8, 1.2)
    coherence: Distribution = Choice((0.01, 0.02, 0.04, 0.08))
    disparity: Distribution = Uniform(0.2, 0.8)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_distributions(self, "separation", "strength", "coherence", "disparity")

    @property
    def counts(self) -> np.ndarray:
        """Weight of a stimulus on either ring, shape (2,)."""
        return np.array(_COUNTS[self.rule.replace("delay_", "")])

    @property
    def rings(self) -> np.ndarray:
        """1 for each ring with stimuli, shape (2,)."""
        return np.ones(2) if self._on_both else self.counts

    @property
    def weakest(self) -> tuple[float, float]:
        """Smallest strength of the first stimulus in test trials, and the increment to the next of five."""
        return 0.8, 0.08

    @property
    def _on_both(self) -> bool:
        return not self.rule.startswith(("dm", "delay_dm"))

    def random(self, count: int, rng: np.random.Generator) -> Stimuli:
        """Strengths mean ± coherence: one pair, one pair for each ring, or one pair split between the rings."""
        directions = pairs(count, self.separation, rng)
        if not self._on_both:
            return Stimuli(directions, self._unequal(count, rng)[..., None] * self.rings)
        if self.rule.startswith("context"):
            return Stimuli(directions, np.stack([self._unequal(count, rng) for _ in range(2)], axis=-1))
        mean = self._unequal(count, rng)
        half = 0.5 * mean * self.disparity.draw(rng, mean.size).reshape(mean.shape) * _sign(mean.shape, rng)
        return Stimuli(directions, np.stack([mean + half, mean - half], axis=-1))

    def _unequal(self, count: int, rng: np.random.Generator) -> np.ndarray:
        mean = self.strength.draw(rng, count)
        change = self.coherence.draw(rng, count) * _sign((count,), rng)
        return np.stack([mean + change, mean - change], axis=1)

    def grid(self) -> Stimuli:
        """20 directions of the first stimulus, the second one opposite, and five strengths, on each ring if on both."""
        places, *levels = every_combination(20, *([5, 5] if self._on_both else [5]))
        first = places * (2.0 * np.pi / 20)
        least, step = self.weakest
        on_ring = np.stack(
            np.broadcast_arrays(*(least + step * level for level in (levels * 2)[:2])), axis=-1
        )
        strengths = np.stack([on_ring, 2.0 - on_ring], axis=1) * self.rings
        return Stimuli(np.stack([first, rotate(first, np.pi)], axis=1), strengths)

    def answer(self, shown: Stimuli) -> tuple[np.ndarray, np.ndarray]:
        """Direction of the stronger stimulus; of the second one if both are equal."""
        evidence = shown.strengths @ self.counts
        # sums of equal strengths differ by rounding
        second = evidence[:, 0] - evidence[:, 1] < 1e-9
        direction = np.where(second, shown.directions[:, 1], shown.directions[:, 0])
        return direction, np.full(len(direction), True)


def _sign(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.choice([-1.0, 1.0], shape)


@dataclass(frozen=True)
class YangDecision(_Decision):
    r"""Decisions of Yang et al. (2019) between two simultaneous stimuli.

    Two stimuli, 90 to 180 degrees apart, have the strengths :math:`\bar\gamma \pm c`. When the fixation
    point and the stimuli go off, the answer is the direction of the stronger one. Rules

    * "dm1", "dm2": both are on ring 1, or 2;
    * "context_dm1", "context_dm2": there is a pair on each ring, at the same two directions, with independent
      strengths; only that on ring 1, or 2, counts;
    * "multisensory_dm": both are on both rings, and the mean over the rings counts,
      :math:`\gamma = \bar\gamma \pm c`; the strengths are :math:`\gamma(1 \pm D/2)` on the two rings, with a
      disparity D of random sign for each stimulus.

    Channels, target, accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation, stimulus : float or Distribution, optional
        Durations of the epochs before the response.
    separation : Distribution, optional
        Angle between the two directions, in radians, of random sign.
    strength, coherence, disparity : Distribution, optional
        Distributions of :math:`\bar\gamma`, c and \|D\|.
    """

    rule: str = "dm1"
    fixation: Duration = Uniform(100.0, 400.0)
    stimulus: Duration = Choice((400.0, 800.0, 1600.0))

    known_rules = tuple(_COUNTS)
    epochs = ("fixation", "stimulus", "response")
    stimulus_epochs = (("stimulus",), ("stimulus",))

    @property
    def test_durations(self) -> dict[str, float]:
        """500, 1500 (1000 where there are stimuli on both rings), 500."""
        return {"fixation": 500.0, "stimulus": 1000.0 if self._on_both else 1500.0, "response": 500.0}

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """300, 800, 400, or 500, 800, 500 with stimuli on both rings; the code has no default for the stimuli."""
        rest = 500.0 if self._on_both else 400.0
        return {"fixation": 500.0 if self._on_both else 300.0, "stimulus": 800.0, "response": rest}


@dataclass(frozen=True)
class YangDelayDecision(_Decision):
    """Decisions of Yang et al. (2019) between two successive stimuli.

    The rules are those of `YangDecision` with "delay" in the name: "delay_dm1", "delay_dm2", "context_delay_dm1",
    "context_delay_dm2", "multisensory_delay_dm". Coherences are larger. The fixation point goes off after a second
    delay. Channels, target, accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation, stimulus, delay, second_stimulus, second_delay : float or Distribution, optional
        Durations of the epochs before the response, in their order.
    separation, strength, coherence, disparity : Distribution, optional
        As in `YangDecision`.
    """

    rule: str = "delay_dm1"
    coherence: Distribution = Choice((0.08, 0.16, 0.32))
    fixation: Duration = Choice((200.0, 400.0, 600.0))
    stimulus: Duration = Choice((200.0, 400.0, 600.0))
    delay: Duration = Choice((200.0, 400.0, 800.0, 1600.0))
    second_stimulus: Duration = Choice((200.0, 400.0, 600.0))
    second_delay: Duration = Uniform(100.0, 300.0)

    known_rules = tuple(rule.replace("dm", "delay_dm") for rule in _COUNTS)
    epochs = ("fixation", "stimulus", "delay", "second_stimulus", "second_delay", "response")
    stimulus_epochs = (("stimulus",), ("second_stimulus",))

    @property
    def weakest(self) -> tuple[float, float]:
        """As without delay, but for stimuli on one ring: 0.5 and 0.2."""
        return super().weakest if self._on_both else (0.5, 0.2)

    @property
    def test_durations(self) -> dict[str, float]:
        """500, 500, 1000, 500, 200, 300, or 500 for the last two where there are stimuli on both rings."""
        last = (500.0, 500.0) if self._on_both else (200.0, 300.0)
        return dict(zip(self.epochs, (500.0, 500.0, 1000.0, 500.0, *last), strict=True))

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """300, 300, 800, 300, 200, 300; on one ring, the code has no defaults but for the last two."""
        return dict(zip(self.epochs, (300.0, 300.0, 800.0, 300.0, 200.0, 300.0), strict=True))
