"""Perceptual decisions about noisy motion, with a fixed response time or as a reaction-time task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.choice import TwoChoice, distinct_levels
from neurosim.tasks.distributions import Duration, Uniform, shortest
from neurosim.tasks.settings import song_2016
from neurosim.tasks.timeline import Timeline, whole_steps, within
from neurosim.tasks.trials import Trials
from neurosim.validation import positive, whole_number

__all__ = ["PerceptualDecision", "ReactionTimeDecision", "opponent_channels"]


def opponent_channels(evidence: np.ndarray) -> np.ndarray:
    """Pair of channels (1 ± evidence) / 2, shape (..., 2), such as motion to the right and to the left."""
    return 0.5 * (1.0 + evidence[..., None] * np.array([1.0, -1.0]))


@dataclass(frozen=True)
class _Motion(TwoChoice):
    """Motion to the right or left with a given coherence."""

    fixation: Duration = 100.0
    response: Duration = 300.0
    coherences: tuple[float, ...] = (0.032, 0.064, 0.128, 0.256, 0.512)
    catch: float = 1.0 / 11.0

    inputs = ("right", "left")
    outputs = ("right", "left")

    def __post_init__(self) -> None:
        super().__post_init__()
        name = f"{type(self).__name__}.coherences"
        object.__setattr__(self, "coherences", distinct_levels(name, self.coherences))

    stimulus_epoch: ClassVar[str] = "stimulus"
    """Epoch of the stimulus."""

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "coherence", "choice" (0 right, 1 left) and "catch" (0 or 1)."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        coherence, choice = draw.choice(self.coherences, count), draw.integers(0, 2, count)
        catch_trial = self.draw_catch(count, draw)
        shown = opponent_channels(coherence * (1.0 - 2.0 * choice)) * ~catch_trial[:, None]
        levels = np.full((count, len(self.epochs), 2), self.background)
        levels[:, self.epochs.index(self.stimulus_epoch)] += shown
        return self.make_trials(
            timeline,
            timeline.hold(levels, self.noise, stream(seed, "noise")),
            {"coherence": coherence, "choice": choice, "catch": catch_trial.astype(int)},
        )


@dataclass(frozen=True)
class PerceptualDecision(_Motion):
    r"""Perceptual decision (random-dot motion): report the direction of noisy motion after the stimulus.

    The inputs "right" and "left" are :math:`(1 \pm c)/2` during the stimulus, with a coherence c and a direction that
    are drawn uniformly. Targets, catch trials, accuracy and the other parameters: `TwoChoice`.

    Parameters
    ----------
    fixation, stimulus, response : float or Distribution, optional
        Durations of the epochs in ms, for :math:`\tau = 100`. From a distribution, they are drawn for each trial; then
        all trials are as long as the longest possible one, and responses last until then.
        ``stimulus=TruncatedExponential(330.0, 80.0, 1500.0)`` is the version with variable durations.
    coherences : tuple of float, optional
        From 0 to 1. Those of the experiments are 0, 3.2, 6.4, 12.8, 25.6 and 51.2 %; at 0 the correct
        answer is drawn at random.

    References
    ----------
    K. H. Britten, M. N. Shadlen, W. T. Newsome, J. A. Movshon, J. Neurosci. 12, 4745 (1992). Timing, strengths and
    targets: H. F. Song, G. R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016), whose catch trials are longer
    than the others.

    Examples
    --------
    >>> import neurosim as ns
    >>> trials = ns.tasks.PerceptualDecision(noise=0.0).trials(100, dt=20.0, rng=0)
    >>> trials
    Trials(PerceptualDecision(noise=0.0), 100 trials, 60 steps of dt = 20)
    >>> sorted(trials.conditions)
    ['catch', 'choice', 'coherence']
    """

    stimulus: Duration = 800.0

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of Song et al.; see `song_2016`."""
        return song_2016()


@dataclass(frozen=True)
class ReactionTimeDecision(_Motion):
    r"""Reaction-time decision: report the direction of noisy motion at any time after stimulus onset.

    As `PerceptualDecision`, but the stimulus begins at a random time and lasts until the end, and the target of the
    correct output is `high` from its onset on. The first `grace` of it does not count, so that early answers are free.

    Accuracy: the first output to exceed the mean of `low` and `high` after the onset is the correct one; in catch
    trials, none does. `reaction_times` gives the times.

    Parameters
    ----------
    fixation : float or Distribution, optional
        Time before the stimulus, in ms, for :math:`\tau = 100`.
    response : float or Distribution, optional
        Minimum duration of the stimulus.
    grace : float, optional
        Time after the onset that does not count.
    coherences : tuple of float, optional
        From 0 to 1.

    References
    ----------
    J. D. Roitman, M. N. Shadlen, J. Neurosci. 22, 9475 (2002).
    """

    fixation: Duration = Uniform(100.0, 500.0)
    response: Duration = 1500.0
    grace: float = 300.0

    epochs = ("fixation", "response")
    stimulus_epoch = "response"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.grace < shortest(self.response):
            raise ParameterError(
                f"ReactionTimeDecision.grace must be at least 0 and below the shortest response, "
                f"{shortest(self.response):g} (got {self.grace:g})."
            )

    def weights(self, timeline: Timeline, catch_trial: np.ndarray) -> np.ndarray:
        """Weights of the targets, shape (trials, steps, 1): those of the response begin after the grace."""
        onset = timeline.epochs["response"][0]
        free = within(timeline.steps, onset, onset + whole_steps("grace", self.grace, timeline.dt))
        return np.where(
            (free & ~catch_trial[:, None])[..., None], 0.0, super().weights(timeline, catch_trial)
        )

    def _crossings(self, trials: Trials, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Whether any output becomes high after the onset, the step of the first one, and its number."""
        high = (trials.align(outputs) > 0.5 * (self.low + self.high)) & trials.during("response")
        step = high.any(axis=2).argmax(axis=1)
        largest = trials.align(outputs)[np.arange(len(trials)), step].argmax(axis=1)
        return high.any(axis=(1, 2)), step, largest

    def reaction_times(self, trials: Trials, outputs: Any) -> np.ndarray:
        """Time from the onset until an output exceeds the mean of `low` and `high`, NaN if none does; (trials,)."""
        decided, step, _ = self._crossings(trials, outputs)
        onset = trials.epochs["response"][0]
        return np.where(decided, (step + 1 - onset) * trials.dt, np.nan)

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the correct output is the first to become high, or none does in a catch trial; else 0."""
        decided, _, largest = self._crossings(trials, outputs)
        right = decided & (largest == trials.conditions["choice"])
        return np.where(trials.conditions["catch"] == 1, ~decided, right).astype(np.float64)
