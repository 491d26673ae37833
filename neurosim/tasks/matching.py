"""Delayed matching of two directions of motion, to sample or to category."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.choice import TwoChoice
from neurosim.tasks.directions import PopulationCode
from neurosim.tasks.distributions import Duration
from neurosim.tasks.trials import Trials
from neurosim.validation import positive, whole_number

__all__ = ["DelayedMatchToCategory", "DelayedMatchToSample"]


@dataclass(frozen=True)
class _Matching(TwoChoice):
    """Sample, delay, test, response; directions on one ring."""

    fixation: Duration = 300.0
    sample: Duration = 500.0
    delay: Duration = 1000.0
    test: Duration = 500.0
    response: Duration = 900.0
    directions: int = 12
    units: int = 32
    low: float = 0.0
    background: float = 0.0

    epochs = ("fixation", "sample", "delay", "test", "response")
    outputs = ("match", "non_match")

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number(f"{type(self).__name__}.directions", self.directions, minimum=2)
        _ = self.code

    @property
    def code(self) -> PopulationCode:
        """Code of directions on the ring."""
        return PopulationCode(units=self.units)

    @property
    def inputs(self) -> tuple[str, ...]:
        """``fixation``, ``ring_0``, ..."""
        return ("fixation", *(f"ring_{label}" for label in self.code.labels))

    @abstractmethod
    def draw_numbers(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw the numbers of the sample and test directions (trials, 2), and whether they match: bool, (trials,)."""

    def angles(self, numbers: np.ndarray) -> np.ndarray:
        """Directions in radians from their numbers."""
        return numbers * (2.0 * np.pi / self.directions)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "sample", "test" (radians), "choice" (0 match, 1 non-match) and "catch"."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        numbers, match = self.draw_numbers(count, draw)
        catch_trial = self.draw_catch(count, draw)
        angles = self.angles(numbers)
        shown = np.full((count, 5, len(self.inputs)), self.background)
        shown[:, :4, 0] += 1.0
        shown[:, [1, 3], 1:] += self.code.encode(angles) * ~catch_trial[:, None, None]
        inputs = timeline.hold(shown, self.noise, stream(seed, "noise"))
        conditions = {
            "sample": angles[:, 0],
            "test": angles[:, 1],
            "choice": np.where(match, 0, 1),
            "catch": catch_trial.astype(int),
        }
        return self.make_trials(timeline, inputs, conditions)


@dataclass(frozen=True)
class DelayedMatchToSample(_Matching):
    """Delayed match to sample: report whether the second direction is the same as the first.

    A ring of units (see `PopulationCode`) shows one of `directions` evenly spaced directions and, after the delay, the
    same one in half of the trials and another, drawn uniformly, in the rest. The input "fixation" is 1 until the
    response, in which the output "match" or "non_match" has to be high. Targets, catch trials, accuracy and the other
    parameters: `TwoChoice`.

    Parameters
    ----------
    fixation, sample, delay, test, response : float or Distribution, optional
        Durations of the epochs in ms; the delay may be 0. From a distribution, they are drawn for each trial; then all
        trials are as long as the longest possible one, and responses last until then.
    directions : int, optional
    units : int, optional
        Units of the ring, an even number.

    References
    ----------
    D. J. Freedman, J. A. Assad, Nature 443, 85 (2006), for the stimuli and the order of the epochs; timing as in M.
    Molano-Mazon et al., NeuroGym (2022).
    """

    def draw_numbers(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Equal numbers in half of the trials, different ones in the others."""
        sample, match = rng.integers(0, self.directions, count), rng.integers(0, 2, count) == 1
        other = (sample + rng.integers(1, self.directions, count)) % self.directions
        return np.stack([sample, np.where(match, sample, other)], axis=1), match


@dataclass(frozen=True)
class DelayedMatchToCategory(_Matching):
    """Delayed match to category: report whether the second direction is of the same category as the first.

    As `DelayedMatchToSample`, but the categories are the two half circles on either side of a line through the center,
    at the angle `boundary`; directions are evenly spaced around the circle, half a spacing away from that line. Both
    categories are equally likely for the sample, and so are matches and non-matches.

    Parameters
    ----------
    fixation, sample, delay, test, response : float or Distribution, optional
        Durations of the epochs in ms, as in the experiment; the delay may be 0. The response follows the test, at the
        end of which the fixation input goes off; the animals answered during the test.
    directions : int, optional
        An even number.
    boundary : float, optional
        Angle of the line between the categories, in radians.
    units : int, optional
        Units of the ring, an even number.

    References
    ----------
    D. J. Freedman, J. A. Assad, Nature 443, 85 (2006).
    """

    fixation: Duration = 500.0
    sample: Duration = 650.0
    test: Duration = 650.0
    response: Duration = 300.0
    boundary: float = np.pi / 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.directions % 2:
            raise ParameterError(
                f"DelayedMatchToCategory.directions must be even, so that the categories are equal (got "
                f"{self.directions})."
            )

    def angles(self, numbers: np.ndarray) -> np.ndarray:
        """Directions in radians: number 0 is the first beyond the boundary."""
        return (self.boundary + (numbers + 0.5) * (2.0 * np.pi / self.directions)) % (2.0 * np.pi)

    def draw_numbers(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Two independent numbers; the first half of them is one category."""
        numbers = rng.integers(0, self.directions, (count, 2))
        category = numbers < self.directions // 2
        return numbers, category[:, 0] == category[:, 1]
