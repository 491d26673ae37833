"""Delayed matching tasks of Yang et al. (2019): respond to the second stimulus if it matches, or if it does not."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.tasks.directions import angular_distance
from neurosim.tasks.distributions import Choice, Distribution, Duration, Uniform, require_distributions
from neurosim.tasks.yang.base import Stimuli, YangTask
from neurosim.tasks.yang.stimuli import every_combination, one_ring_strengths, pairs, rotate

__all__ = ["YangMatchCategory", "YangMatchSample"]


@dataclass(frozen=True)
class _Match(YangTask):
    """Two stimuli, each on one of the rings, the second in the response epoch."""

    fixation: Duration = Choice((200.0, 400.0, 600.0))
    stimulus: Duration = Choice((200.0, 400.0, 600.0))
    delay: Duration = Choice((200.0, 400.0, 800.0, 1600.0))

    epochs = ("fixation", "stimulus", "delay", "response")
    stimulus_epochs = (("stimulus",), ("response",))
    fixation_goes_off = False

    @abstractmethod
    def matches(self, directions: np.ndarray) -> np.ndarray:
        """Whether the two directions (trials, 2) match: bool, (trials,)."""

    @abstractmethod
    def places(self) -> np.ndarray:
        """The 20 directions of the first stimulus in test trials."""

    @property
    def _goes_on_match(self) -> bool:
        return not self.rule.startswith("dn")

    def answer(self, shown: Stimuli) -> tuple[np.ndarray, np.ndarray]:
        """Direction of the second stimulus, if it matches ("dms", "dmc") or does not ("dnms", "dnmc")."""
        return shown.directions[:, 1], self.matches(shown.directions) == self._goes_on_match

    def grid(self) -> Stimuli:
        """20 directions, each stimulus on either ring; all with a response."""
        place, *rings = every_combination(20, 2, 2)
        first = self.places()[place]
        second = first if self._goes_on_match else rotate(first, np.pi)
        return Stimuli(
            np.stack([first, second], axis=1), one_ring_strengths(len(first), np.stack(rings, axis=1) + 1)
        )

    @property
    def test_durations(self) -> dict[str, float]:
        """500, 500, 1200, 500."""
        return dict(zip(self.epochs, (500.0, 500.0, 1200.0, 500.0), strict=True))

    @property
    def psychometric_durations(self) -> dict[str, float]:
        """500, 300, 1200, 500."""
        return {**self.test_durations, "stimulus": 300.0}


@dataclass(frozen=True)
class YangMatchSample(_Match):
    """Delayed match and non-match to sample of Yang et al. (2019).

    Half of the trials have the same direction twice, the others two directions. The second stimulus stays until the
    end; as soon as it appears, the answer is its direction if both are equal ("dms") or different ("dnms"), and
    fixation otherwise. The rings of both stimuli are drawn for the batch and do not matter. The fixation point
    stays on. Channels, target, accuracy and the other parameters: `YangTask`.

    Parameters
    ----------
    fixation, stimulus, delay : float or Distribution, optional
        Durations of the epochs before the response.
    separation : Distribution, optional
        Angle between two directions that do not match, in radians, of random sign. The default, 10 to 350 degrees, is
        that of the paper; the code has 20 to 340: ``Uniform(np.pi / 9, 17 * np.pi / 9)``.
    """

    rule: str = "dms"
    separation: Distribution = Uniform(np.pi / 18.0, 35.0 * np.pi / 18.0)

    known_rules = ("dms", "dnms")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_distributions(self, "separation")

    def random(self, count: int, rng: np.random.Generator) -> Stimuli:
        """Equal directions in half of the trials, different ones in the others."""
        directions = pairs(count, self.separation, rng)
        match = rng.integers(0, 2, count) == 1
        directions[match, 1] = directions[match, 0]
        return Stimuli(directions, one_ring_strengths(count, rng.integers(1, 3, 2)))

    def matches(self, directions: np.ndarray) -> np.ndarray:
        """Directions match if they are less than 5 degrees apart."""
        return angular_distance(directions[:, 0], directions[:, 1]) < np.pi / 36.0

    def places(self) -> np.ndarray:
        """Evenly spaced around the circle."""
        return np.arange(20) * (2.0 * np.pi / 20)


@dataclass(frozen=True)
class YangMatchCategory(_Match):
    """Delayed match and non-match to category of Yang et al. (2019).

    As in `YangMatchSample`, but two directions match if both are below π, or both above: "dmc" is to respond if they
    match, "dnmc" if not. The directions are drawn independently. Channels, target, accuracy and the other parameters:
    `YangTask`.

    Parameters
    ----------
    fixation, stimulus, delay : float or Distribution, optional
        Durations of the epochs before the response.
    direction : Distribution, optional
        Direction of either stimulus, in radians.

    Notes
    -----
    In the shortest response, of 200 ms, only the last 100 ms count.
    """

    rule: str = "dmc"
    response: Duration = Choice((200.0, 400.0, 600.0))
    direction: Distribution = Choice(tuple(np.pi * tenth / 10.0 for tenth in range(1, 20, 2)))

    known_rules = ("dmc", "dnmc")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_distributions(self, "direction")

    def random(self, count: int, rng: np.random.Generator) -> Stimuli:
        """Two independent directions."""
        directions = self.direction.draw(rng, 2 * count).reshape(count, 2) % (2.0 * np.pi)
        return Stimuli(directions, one_ring_strengths(count, rng.integers(1, 3, 2)))

    def matches(self, directions: np.ndarray) -> np.ndarray:
        """On the same side of the line between 0 and π."""
        below = directions < np.pi
        return below[:, 0] == below[:, 1]

    def places(self) -> np.ndarray:
        """Ten in either category, away from the line between them."""
        below = np.pi * (0.1 + 0.08 * np.arange(10))
        return np.concatenate([below, below + np.pi])
