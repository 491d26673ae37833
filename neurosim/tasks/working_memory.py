"""Working memory of a location (delayed response) or of a frequency (parametric working memory)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.choice import TwoChoice
from neurosim.tasks.directions import PopulationCode, angular_distance
from neurosim.tasks.distributions import Duration, Uniform, check_epochs, random_epochs, shortest
from neurosim.tasks.settings import song_2016
from neurosim.tasks.timeline import whole_steps, within
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative, positive, whole_number

__all__ = ["DelayedGo", "ParametricWorkingMemory"]


@dataclass(frozen=True)
class DelayedGo(Task):
    """Delayed response: respond in the direction of a remembered cue after the fixation point goes off.

    The input "fixation" is 1 until the response, and a ring of units (see `PopulationCode`) shows one of `directions`
    evenly spaced directions during the cue. The targets are those of Yang et al.: fixation 0.8 and the ring at its
    baseline, 0.05, until the response; then fixation 0.05, and the ring shows the direction of the cue. All steps count
    except the first `grace` of the response.

    Accuracy: after the last step, the fixation output is below 0.5 and the ring points to less than half the spacing of
    the directions away from the cue.

    Parameters
    ----------
    fixation, cue, delay, response : float or Distribution, optional
        Durations of the epochs in ms; the delay may be 0. From a distribution, they are drawn for each trial; then all
        trials are as long as the longest possible one, and responses last until then.
    directions : int, optional
    units : int, optional
        Units of the ring, an even number.
    grace : float, optional
        Time at the start of the response that does not count.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step.

    References
    ----------
    S. Funahashi, C. J. Bruce, P. S. Goldman-Rakic, J. Neurophysiol. 61, 331 (1989); targets as in G. R. Yang et al.,
    Nat. Neurosci. 22, 297 (2019).
    """

    fixation: Duration = 750.0
    cue: Duration = 500.0
    delay: Duration = Uniform(1500.0, 3000.0)
    response: Duration = 500.0
    directions: int = 8
    units: int = 32
    grace: float = 100.0
    noise: float = 0.01 * np.sqrt(200.0)

    epochs: ClassVar[tuple[str, ...]] = ("fixation", "cue", "delay", "response")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_epochs(self)
        whole_number("DelayedGo.directions", self.directions, minimum=2)
        non_negative("DelayedGo.noise", self.noise)
        if not 0.0 <= self.grace < shortest(self.response):
            raise ParameterError(
                f"DelayedGo.grace must be at least 0 and below the shortest response, {shortest(self.response):g} "
                f"(got {self.grace:g})."
            )
        _ = self.code

    @property
    def code(self) -> PopulationCode:
        """Code of directions on the rings."""
        return PopulationCode(units=self.units)

    @property
    def inputs(self) -> tuple[str, ...]:
        """``fixation``, ``ring_0``, ..."""
        return ("fixation", *(f"ring_{label}" for label in self.code.labels))

    @property
    def outputs(self) -> tuple[str, ...]:
        """``fixation``, ``ring_0``, ..."""
        return self.inputs

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "direction" is that of the cue, in radians."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = random_epochs(self, count, positive("dt", dt), stream(seed, "timing"))
        places = stream(seed, "conditions").integers(0, self.directions, count)
        direction = places * (2.0 * np.pi / self.directions)
        bump, baseline = self.code.encode(direction), self.code.baseline
        shown = np.zeros((count, 4, 1 + self.units))
        shown[:, :3, 0] = 1.0
        shown[:, 1, 1:] = bump
        wanted = np.full(shown.shape, baseline)
        wanted[:, :3, 0] = 0.8
        wanted[:, 3, 1:] += bump
        onset, _ = timeline.epochs["response"]
        unscored = within(timeline.steps, onset, onset + whole_steps("grace", self.grace, timeline.dt))
        return Trials(
            self,
            dt,
            timeline.hold(shown, self.noise, stream(seed, "noise")),
            timeline.hold(wanted),
            mask=~unscored[..., None],
            epochs=timeline.epochs,
            conditions={"direction": direction},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last outputs do not fixate and point to the cue; else 0."""
        final = trials.last(outputs, "response")
        away = angular_distance(self.code.decode(final[:, 1:]), trials.conditions["direction"])
        return ((final[:, 0] < 0.5) & (away < np.pi / self.directions)).astype(np.float64)


@dataclass(frozen=True)
class ParametricWorkingMemory(TwoChoice):
    r"""Parametric working memory: report which of two vibrations, separated by a delay, has the higher frequency.

    During a vibration of frequency f, the input "rising" is :math:`0.4 + 0.8 (f - f_0)/(f_1 - f_0)` and
    "falling" :math:`0.4 + 0.8 (f_1 - f)/(f_1 - f_0)`, where :math:`f_0` and :math:`f_1` are the lowest and highest of
    all frequencies. The pair and the order are drawn uniformly. Targets, catch trials, accuracy and the other
    parameters: `TwoChoice`; with ``early=0.0`` the fixation does not count.

    Parameters
    ----------
    fixation, first, delay, second, response : float or Distribution, optional
        Durations of the epochs in ms, for :math:`\tau = 100`. Delays are drawn for each trial; all trials are as long
        as the longest possible one, and responses last until then.
    pairs : tuple of (float, float), optional
        Pairs of different frequencies.

    References
    ----------
    R. Romo, C. D. Brody, A. Hernandez, L. Lemus, Nature 399, 470 (1999). Timing, strengths and targets: H. F. Song, G.
    R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016).
    """

    fixation: Duration = 100.0
    first: Duration = 500.0
    delay: Duration = Uniform(2500.0, 3500.0)
    second: Duration = 500.0
    response: Duration = 300.0
    pairs: tuple[tuple[float, float], ...] = (
        (18.0, 10.0),
        (22.0, 14.0),
        (26.0, 18.0),
        (30.0, 22.0),
        (34.0, 26.0),
    )
    catch: float = 1.0 / 11.0

    epochs = ("fixation", "first", "delay", "second", "response")
    inputs = ("rising", "falling")
    outputs = ("first_faster", "second_faster")

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs = finite("ParametricWorkingMemory.pairs", self.pairs, np.float64)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or len(pairs) == 0 or (pairs[:, 0] == pairs[:, 1]).any():
            raise ParameterError(
                f"ParametricWorkingMemory.pairs must be one or more pairs of different frequencies (got "
                f"{self.pairs!r}); try ((18.0, 10.0), (34.0, 26.0))."
            )
        object.__setattr__(self, "pairs", tuple((float(a), float(b)) for a, b in pairs))

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of Song et al.; see `song_2016`."""
        return song_2016(size=500, density_excitatory=0.1, density_inhibitory=0.5)

    def tuning(self, frequencies: np.ndarray) -> np.ndarray:
        """Inputs "rising" and "falling" for frequencies (...,), shape (..., 2)."""
        low, high = np.min(self.pairs), np.max(self.pairs)
        place = (frequencies - low) / (high - low)
        return 0.4 + 0.8 * np.stack([place, 1.0 - place], axis=-1)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "frequencies" (trials, 2), "choice" (0: the first is faster) and "catch"."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        pairs = np.array(self.pairs)[draw.integers(0, len(self.pairs), count)]
        frequencies = np.where(draw.integers(0, 2, (count, 1)) == 1, pairs, pairs[:, ::-1])
        catch_trial = self.draw_catch(count, draw)
        felt = np.full((count, 5, 2), self.background)
        felt[:, [1, 3]] += self.tuning(frequencies) * ~catch_trial[:, None, None]
        return self.make_trials(
            timeline,
            timeline.hold(felt, self.noise, stream(seed, "noise")),
            {
                "frequencies": frequencies,
                "choice": np.where(frequencies[:, 0] > frequencies[:, 1], 0, 1),
                "catch": catch_trial.astype(int),
            },
        )
