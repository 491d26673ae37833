"""Checkerboard task: reach for the target that has the dominant color of a checkerboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.choice import TwoChoice, distinct_levels
from neurosim.tasks.distributions import Duration, Uniform, shortest
from neurosim.tasks.timeline import Timeline, noisy, whole_steps, within
from neurosim.tasks.trials import Trials
from neurosim.validation import positive, whole_number

__all__ = ["Checkerboard"]


@dataclass(frozen=True)
class Checkerboard(TwoChoice):
    r"""Checkerboard task: decide on the dominant color, and reach for the target of that color.

    After the fixation two targets appear, a red one on one side and a green one on the other: the inputs "left_target"
    and "right_target" are -1 for red and 1 for green, until the rest. They are the context, which tells the direction
    of each color. In the epoch "response" the checkerboard is there, too: the inputs "red" and "green" are the signed
    coherence c and -c. The correct direction depends on color and context together, neither of which tells it alone,
    and both colors and both contexts are equally frequent.

    The output of the correct direction is `high` while the checkerboard is there, and `low` otherwise, as the other one
    is always; all steps count but those of the `grace` after its onset. Catch trials have no checkerboard,
    and half of them no targets either. Accuracy: at the end of the response, as in `TwoChoice`.

    Parameters
    ----------
    fixation, context, response, rest : float or Distribution, optional
        Durations of the epochs in ms, for :math:`\tau = 50`.
    coherences : tuple of float, optional
        Moduli of c, above 0 and at most 1.
    grace : float, optional
        Time after the onset of the checkerboard that does not count.
    noise : float, optional
        White noise on the inputs "red" and "green": standard deviation ``noise / sqrt(dt)`` at each step. The default
        is :math:`\sigma \sqrt{2 \tau}` with :math:`\sigma = 0.1`.

    Notes
    -----
    The fixation of the authors is normal with mean 200 and standard deviation 50, here uniform in the same range; the
    coherences are those of 225 squares of which 11 to 108 are of one color.

    References
    ----------
    M. Kleinman, C. Chandrasekaran, J. C. Kao, NeurIPS (2021), "A mechanistic multi-area recurrent network model of
    decision-making"; timing, strengths and targets as in the code that they published.

    Examples
    --------
    >>> import neurosim as ns
    >>> trials = ns.tasks.Checkerboard().trials(100, dt=10.0, rng=0)
    >>> sorted(trials.conditions)
    ['catch', 'choice', 'coherence', 'color', 'context']
    """

    fixation: Duration = Uniform(100.0, 300.0)
    context: Duration = Uniform(600.0, 1000.0)
    response: Duration = 1500.0
    rest: Duration = 300.0
    coherences: tuple[float, ...] = (0.04, 0.102, 0.2, 0.307, 0.404, 0.6, 0.902)
    grace: float = 200.0
    low: float = 0.0
    high: float = 1.0
    catch: float = 0.1
    background: float = 0.0
    noise: float = 0.1 * np.sqrt(100.0)

    epochs = ("fixation", "context", "response", "rest")
    inputs = ("left_target", "right_target", "red", "green")
    outputs = ("left", "right")

    def __post_init__(self) -> None:
        super().__post_init__()
        levels = distinct_levels("Checkerboard.coherences", self.coherences)
        if min(levels) == 0.0:
            raise ParameterError(
                "Checkerboard.coherences must be above 0, where one color dominates (got 0)."
            )
        object.__setattr__(self, "coherences", levels)
        if not 0.0 <= self.grace < shortest(self.response):
            raise ParameterError(
                f"Checkerboard.grace must be at least 0 and below the shortest response, "
                f"{shortest(self.response):g} (got {self.grace:g})."
            )

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials.

        Conditions are "color" (0 red, 1 green), "context" (0: the left target is red, 1: it is green), "choice"
        (0 left, 1 right), the signed "coherence" of red, and "catch" (0 or 1).
        """
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        color, context = draw.integers(0, 2, (2, count))
        coherence = draw.choice(self.coherences, count) * (1.0 - 2.0 * color)
        catch_trial, targets_shown = self.draw_catch(count, draw), draw.random(count) < 0.5
        sides = (2.0 * context - 1.0)[:, None] * np.array([1.0, -1.0])
        levels = np.full((count, len(self.epochs), 4), self.background)
        levels[:, 1:3, :2] += (sides * (~catch_trial | targets_shown)[:, None])[:, None]
        levels[:, 2, 2:] += coherence[:, None] * np.array([1.0, -1.0]) * ~catch_trial[:, None]
        inputs = timeline.hold(levels)
        inputs[..., 2:] = noisy(inputs[..., 2:], self.noise, dt, stream(seed, "noise"))
        conditions = {
            "color": color,
            "context": context,
            "choice": (color != context).astype(int),
            "coherence": coherence,
            "catch": catch_trial.astype(int),
        }
        return self.make_trials(timeline, inputs, conditions)

    def weights(self, timeline: Timeline, catch_trial: np.ndarray) -> np.ndarray:
        """Weights, shape (trials, steps, 1): `early` before the checkerboard, then 0 in the grace, then 1."""
        onset = timeline.epochs["response"][0]
        before = within(timeline.steps, np.zeros_like(onset), onset)
        free = within(timeline.steps, onset, onset + whole_steps("grace", self.grace, timeline.dt))
        weights = np.where(before, self.early, np.where(free, 0.0, 1.0))
        weights[catch_trial] = 1.0
        return weights[..., None]
