"""Delayed reaching with muscle activity as targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.distributions import Choice, Duration, check_epochs, random_epochs
from neurosim.tasks.timeline import noisy, whole_steps
from neurosim.tasks.trials import Trials
from neurosim.validation import entries, non_negative, positive, whole_number

__all__ = ["Reaching"]

CONDITIONS = 27
_TARGETS = 9
_BURSTS = ((1.0, 130.0, 45.0), (-0.8, 260.0, 55.0), (0.5, 430.0, 90.0))
"""Strength, time after the cue and width (both in ms) of the bursts that accelerate, decelerate and end a reach."""


@dataclass(frozen=True)
class Reaching(Task):
    r"""Delayed reaching: prepare one of 27 reaches, wait for a go cue, then produce the muscle activity.

    There are reaches to nine targets around a circle, each straight, curved to the left or curved to the right. During
    the delay the "plan" inputs specify the reach; they go off when the input "go" has a smooth bump of height 1 and
    length `cue`, which starts the movement. Targets are 0 until then. All steps count.

    **The muscle activity is generated**, since the recordings are not public: a burst that accelerates in the direction
    :math:`\theta_1`, one that decelerates (:math:`\theta_2 = \theta_1`, with a negative sign), and one that ends in
    the direction :math:`\theta_3`. With the time t since the cue, muscle j = 0, 1, ... has

    .. math:: z_j(t) = \sum_{k=1}^3 a_k \cos(\theta_k - 2\pi jk/muscles)\, e^{-(t - t_k)^2/(2 w_k^2)}:

    it is tuned to directions by cosines whose preferred directions turn from burst to burst. Straight reaches have all
    directions equal, curved ones start `curvature` to one side of the target and end as much to the other. Activity is
    measured from rest, so it may be negative. It has six dimensions (with 7 muscles or more), and three in time.

    The plan is :math:`(\cos\theta_1, \sin\theta_1, \cos\theta_3, \sin\theta_3)`, mixed into `plans` channels by
    orthonormal columns, so that similar reaches have similar plans, and networks can generalize to reaches that are
    left out.

    Accuracy: the fraction of the mean square of the targets that the outputs explain in the movement, at least 0.

    Parameters
    ----------
    fixation, delay, movement : float or Distribution, optional
        Time before the plan, with the plan, and from the cue on. In ms, for :math:`\tau = 50`. A distribution is drawn
        for each trial.
    conditions : tuple of int, optional
        Numbers of the reaches, from 0 to 26: three for each target, straight, to the left and to the right.
    muscles, plans : int, optional
        Number of outputs, at least 2, and of plan inputs, at least 4.
    curvature : float, optional
        In radians.
    cue : float, optional
        Length of the bump.
    noise : float, optional
        White noise on every input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    References
    ----------
    Conditions, inputs and outputs: D. Sussillo, M. M. Churchland, M. T. Kaufman, K. V. Shenoy, Nat. Neurosci. 18, 1025
    (2015), whose targets are recordings. Three bursts: M. Hallett, B. T. Shahani, R. R. Young, J. Neurol. Neurosurg.
    Psychiatry 38, 1154 (1975). Cosines: A. P. Georgopoulos, J. F. Kalaska, R. Caminiti, J. T. Massey, J. Neurosci. 2,
    1527 (1982).

    Examples
    --------
    >>> import neurosim as ns
    >>> trials = ns.tasks.Reaching().trials(10, dt=10.0, rng=0)
    >>> trials.inputs.shape, trials.targets.shape
    ((10, 230, 16), (10, 230, 8))
    """

    fixation: Duration = 300.0
    delay: Duration = Choice((400.0, 700.0, 1000.0))
    movement: Duration = 1000.0
    conditions: tuple[int, ...] = tuple(range(CONDITIONS))
    muscles: int = 8
    plans: int = 15
    curvature: float = 0.25 * np.pi
    cue: float = 100.0
    noise: float = 0.0

    epochs: ClassVar[tuple[str, ...]] = ("fixation", "delay", "movement")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_epochs(self)
        whole_number("Reaching.muscles", self.muscles, minimum=2)
        whole_number("Reaching.plans", self.plans, minimum=4)
        positive("Reaching.cue", self.cue)
        non_negative("Reaching.noise", self.noise)
        chosen = tuple(entries("Reaching.conditions", self.conditions, "try range(8)"))
        if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(CONDITIONS)):
            raise ParameterError(
                f"Reaching.conditions must be different numbers from 0 to {CONDITIONS - 1} (got {self.conditions!r})."
            )
        object.__setattr__(self, "conditions", chosen)

    @property
    def inputs(self) -> tuple[str, ...]:
        """``plan_0``, ..., ``go``."""
        return (*(f"plan_{k}" for k in range(self.plans)), "go")

    @property
    def outputs(self) -> tuple[str, ...]:
        """``muscle_0``, ..."""
        return tuple(f"muscle_{k}" for k in range(self.muscles))

    def directions(self, conditions: np.ndarray) -> np.ndarray:
        """Initial and final directions of reaches, in radians, shape (..., 2)."""
        target, bend = np.divmod(conditions, 3)
        sideways = np.array([0.0, 1.0, -1.0])[bend] * self.curvature
        return (2.0 * np.pi / _TARGETS * target)[..., None] + sideways[..., None] * np.array([1.0, -1.0])

    def plan(self, conditions: np.ndarray) -> np.ndarray:
        """Plan inputs of reaches, shape (..., plans)."""
        start, end = np.moveaxis(self.directions(conditions), -1, 0)
        features = np.stack([np.cos(start), np.sin(start), np.cos(end), np.sin(end)], axis=-1)
        # columns 1 to 4 of the discrete cosine transform
        angle = np.pi / self.plans * np.multiply.outer(np.arange(1, 5), np.arange(self.plans) + 0.5)
        return features @ (np.sqrt(2.0 / self.plans) * np.cos(angle))

    def activity(self, conditions: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Muscle activity of reaches (...,) at times (..., steps) since the cue, shape (..., steps, muscles)."""
        strength, peak, width = np.transpose(_BURSTS)
        bursts = strength * np.exp(-0.5 * ((times[..., None] - peak) / width) ** 2)
        turn = np.multiply.outer([1, 2, 3], 2.0 * np.pi / self.muscles * np.arange(self.muscles))
        tuning = np.cos(self.directions(conditions)[..., [0, 0, 1], None] - turn)
        return bursts @ tuning

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; the condition "reach" is its number."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        whole_steps("cue", self.cue, positive("dt", dt))
        timeline = random_epochs(self, count, dt, stream(seed, "timing"))
        reach = stream(seed, "conditions").choice(self.conditions, count)
        start = timeline.epochs["movement"][0][:, None] * dt
        phase = (timeline.starts + 0.5 * dt - start) / self.cue
        cued = (phase > 0.0) & (phase < 1.0)
        held = np.zeros((count, 3, self.plans + 1))
        held[:, 1, :-1] = self.plan(reach)
        inputs = timeline.hold(held)
        inputs[cued, -1] = np.sin(np.pi * phase[cued]) ** 2
        return Trials(
            self,
            dt,
            noisy(inputs, self.noise, dt, stream(seed, "noise")),
            timeline.during("movement") * self.activity(reach, timeline.ends - start),
            epochs=timeline.epochs,
            conditions={"reach": reach},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Fraction of the mean square of the targets that the outputs explain in the movement, at least 0."""
        moving = trials.during("movement")
        error = (moving * np.square(outputs - trials.targets)).sum(axis=(1, 2))
        return np.maximum(1.0 - error / (moving * np.square(trials.targets)).sum(axis=(1, 2)), 0.0)
