"""Base class of the tasks of Yang et al. (2019): channels, batches and accuracy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, did_you_mean
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.directions import DirectionCode, PopulationCode, VectorCode, angular_distance
from neurosim.tasks.distributions import Duration, as_duration, draw_duration, shortest
from neurosim.tasks.timeline import Timeline, whole_steps
from neurosim.tasks.trials import Trials
from neurosim.tasks.yang.rules import RULES, distinct_rules, rule_name
from neurosim.tasks.yang.settings import CROSS_ENTROPY, DRISCOLL, PAPER
from neurosim.validation import array_of_shape, finite, non_negative, one_of, positive, whole_number

__all__ = ["Stimuli", "YangTask"]


class Stimuli(NamedTuple):
    """Stimuli of a batch: directions in radians, (trials, stimuli), and strengths (trials, stimuli, 2 rings)."""

    directions: np.ndarray
    strengths: np.ndarray


@dataclass(frozen=True)
class YangTask(Task):
    r"""Base of the tasks of Yang et al. (2019): fixate, observe one or two directions, then respond.

    **Inputs**: a fixation point (1 or 0), two rings of units that encode directions, and one channel for each rule, of
    which that of this rule is 1 all the time. **Outputs**: fixation, and a ring. Before the response, and in trials
    without one, the target of the fixation output is 0.8 and that of the ring is at its baseline; in the response,
    fixation is at the baseline and the ring encodes the direction of the response.

    **Time** is in milliseconds, with :math:`\tau = 100`, as published: a network for these tasks has ``tau=100.0``.
    Durations are drawn once for all trials of a batch, so batches differ in length and need no padding. They are
    rounded to the nearest step; the code of the authors rounds them down.

    **Accuracy**: at the end of the response, a network fixates if its fixation output is above 0.5. A trial is correct
    if it fixates when it should, or if it does not and its ring points to less than `tolerance` from the answer.

    Parameters
    ----------
    rule : str
        Name of the task, among those of the class; see `neurosim.tasks.RULES`.
    channels : tuple of str, optional
        Rules with an input channel, in their order.
    instruction : tuple of float, optional
        Values of the rule channels. Default: 1 for `rule`, 0 for all others. Other values test compositionality, such
        as delay_anti as anti + delay_go - go.
    code : DirectionCode, optional
        Code of directions on the rings: `PopulationCode` or `VectorCode`.
    noise : float, optional
        White noise on every input, fixation and rules too: standard deviation ``noise / sqrt(dt)`` at each step. The
        default is :math:`\sigma_x\sqrt{2\tau}` with the published :math:`\sigma_x = 0.01`.
    mask : {"linear", "squared"}, optional
        Weights of the squared errors. Linear, as in the paper: 1 before the response and 5 in it, twice as much for
        fixation. Squared, as in the code, where the weight multiplies the error before it is squared: 1 and 25, four
        times as much for fixation. (A loss that squares the mask itself needs the linear one.)
    targets : {"activity", "probability"}, optional
        Activity, as described above; or probabilities for a softmax readout with `CrossEntropy`, the other loss of the
        code: 1 for fixation before the response and in trials without one, and in the response 1 for the unit of the
        ring whose preferred direction is nearest to the answer. The mask is the same for all outputs, 1 and 5, divided
        by its mean over the trial.
    settling, grace : float, optional
        Times at the start of the trial and of the response that do not count.
    tolerance : float, optional
        In radians; published: 36 degrees.
    response : float or Distribution, optional
        Duration of the response.

    References
    ----------
    G. R. Yang, M. R. Joglekar, H. F. Song, W. T. Newsome, X.-J. Wang, Nat. Neurosci. 22, 297 (2019).
    """

    rule: str = ""
    channels: tuple[str, ...] = RULES
    instruction: tuple[float, ...] | None = None
    code: DirectionCode = PopulationCode()
    noise: float = 0.01 * np.sqrt(200.0)
    mask: str = "linear"
    targets: str = "activity"
    settling: float = 100.0
    grace: float = 100.0
    tolerance: float = 0.2 * np.pi
    response: Duration = 500.0

    lengths_vary: ClassVar[bool] = True
    known_rules: ClassVar[tuple[str, ...]]
    """Rules of the class."""
    epochs: ClassVar[tuple[str, ...]]
    """Names of the duration fields, in the order of the epochs."""
    stimulus_epochs: ClassVar[tuple[tuple[str, ...], ...]]
    """Epochs of each stimulus."""
    fixation_goes_off: ClassVar[bool] = True
    """Whether the fixation point goes off in the response."""

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        object.__setattr__(self, "rule", one_of("rule", rule_name(self.rule), self.known_rules))
        object.__setattr__(self, "channels", distinct_rules(f"{name}.channels", self.channels))
        if self.rule not in self.channels:
            raise ParameterError(f"{name}.channels must include {self.rule!r} (got {self.channels!r}).")
        if self.instruction is not None:
            told = array_of_shape(
                f"{name}.instruction", self.instruction, (len(self.channels),), "One number per rule."
            )
            object.__setattr__(self, "instruction", tuple(told.tolist()))
        if not isinstance(self.code, DirectionCode):
            raise ParameterError(f"{name}.code must be PopulationCode() or VectorCode() (got {self.code!r}).")
        one_of(f"{name}.mask", self.mask, ("linear", "squared"))
        if one_of(f"{name}.targets", self.targets, ("activity", "probability")) == "probability":
            self._check_probabilities()
        for field in ("noise", "settling", "grace"):
            non_negative(f"{name}.{field}", getattr(self, field))
        positive(f"{name}.tolerance", self.tolerance)
        for epoch in self.epochs:
            object.__setattr__(self, epoch, as_duration(f"{name}.{epoch}", getattr(self, epoch)))

    def _check_probabilities(self) -> None:
        name = type(self).__name__
        if not isinstance(self.code, PopulationCode):
            raise ParameterError(
                f"{name}.code must be PopulationCode() with targets = 'probability' (got {self.code!r})."
            )
        if self.mask != "linear":
            raise ParameterError(
                f"{name}.mask must be 'linear' with targets = 'probability', which have no squared errors (got "
                f"{self.mask!r})."
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """``fixation``, ``ring_1_0``, ..., ``ring_2_0``, ..., ``rule_go``, ..."""
        rings = (f"ring_{ring}_{label}" for ring in (1, 2) for label in self.code.labels)
        return ("fixation", *rings, *(f"rule_{rule}" for rule in self.channels))

    @property
    def outputs(self) -> tuple[str, ...]:
        """``fixation``, ``ring_0``, ..."""
        return ("fixation", *(f"ring_{label}" for label in self.code.labels))

    @property
    def settings(self) -> Mapping[str, Any]:
        """Networks and training of the authors: softplus units with noise inside, trained by Adam.

        See `PAPER`; with targets that are probabilities `CROSS_ENTROPY`, and with sines and cosines `DRISCOLL`.
        """
        if isinstance(self.code, VectorCode):
            return DRISCOLL
        return PAPER if self.targets == "activity" else CROSS_ENTROPY

    @abstractmethod
    def random(self, count: int, rng: np.random.Generator) -> Stimuli:
        """Stimuli of random trials."""

    @abstractmethod
    def grid(self) -> Stimuli:
        """Stimuli of the test trials, which cover all conditions uniformly."""

    @abstractmethod
    def answer(self, shown: Stimuli) -> tuple[np.ndarray, np.ndarray]:
        """Directions of the responses, (trials,), and whether to respond or to fixate: bool, (trials,)."""

    @property
    @abstractmethod
    def test_durations(self) -> dict[str, float]:
        """Durations of the epochs of the test trials."""

    @property
    @abstractmethod
    def psychometric_durations(self) -> dict[str, float]:
        """Default durations of the epochs of psychometric trials."""

    @property
    def rings(self) -> np.ndarray:
        """Strength of a stimulus on either ring in psychometric trials, for strength 1; shape (2,)."""
        return np.array([1.0, 0.0])

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of random trials, as for training.

        Conditions are "rule", "directions" (trials, stimuli), "strengths" (trials, stimuli, 2 rings), "direction" of
        the response, and "respond": 1 to respond, 0 to fixate.
        """
        seed = seed_sequence(rng)
        for epoch in self.epochs:
            whole_steps(epoch, shortest(getattr(self, epoch)), positive("dt", dt))
        timing = stream(seed, "timing")
        durations = {epoch: draw_duration(getattr(self, epoch), timing) for epoch in self.epochs}
        shown = self.random(whole_number("count", count), stream(seed, "conditions"))
        return self._make_trials(dt, durations, shown, stream(seed, "noise"))

    def test_trials(self, dt: float, rng: Seed = None) -> Trials:
        """Test trials of the paper: every condition once, in a fixed order.

        Parameters
        ----------
        dt : float
        rng : int, SeedSequence, Generator or None, optional
            Seed of the noise. ``task.replace(noise=0.0).test_trials(dt)`` has none, as for the task variance.
        """
        return self._make_trials(dt, self.test_durations, self.grid(), stream(rng, "noise"))

    def psychometric_trials(
        self,
        dt: float,
        rng: Seed = None,
        *,
        directions: Any,
        strengths: Any = 1.0,
        **durations: float,
    ) -> Trials:
        """Trials with given stimuli, as for psychometric curves.

        Parameters
        ----------
        dt : float
        rng : int, SeedSequence, Generator or None, optional
            Seed of the noise.
        directions : array_like, shape (trials, stimuli), or (trials,) where there is one stimulus
            In radians.
        strengths : array_like, shape (trials, stimuli) or (trials, stimuli, 2), optional
            With a last axis: on either ring. Without: on the ring of the rule (ring 1 if it has none), or on both if
            the rule concerns both.
        **durations : float
            Durations of epochs, by name; default: the published ones.

        Raises
        ------
        ShapeError, UnknownKeywordError
            If shapes do not fit the task, or it has no such epoch.
        """
        for epoch in durations:
            if epoch not in self.epochs:
                known = did_you_mean(epoch, self.epochs)
                raise UnknownKeywordError(f"{type(self).__name__} has no epoch {epoch!r}. {known}")
        lengths = {**self.psychometric_durations, **durations}
        return self._make_trials(dt, lengths, self._stimuli(directions, strengths), stream(rng, "noise"))

    def _stimuli(self, directions: Any, strengths: Any) -> Stimuli:
        angles = finite("directions", directions, np.float64)
        count = len(self.stimulus_epochs)
        angles = angles[:, None] if angles.ndim == 1 and count == 1 else angles
        if angles.ndim != 2 or angles.shape[1] != count or len(angles) == 0:
            raise ShapeError(
                f"directions of {self.rule!r} must have shape (trials, {count}) (got {angles.shape})."
            )
        strong = finite("strengths", strengths, np.float64)
        strong = strong if strong.ndim == 3 else strong[..., None] * self.rings
        try:
            return Stimuli(angles % (2.0 * np.pi), np.broadcast_to(strong, (*angles.shape, 2)))
        except ValueError:
            raise ShapeError(
                f"strengths must be one number, or have shape {angles.shape} or {(*angles.shape, 2)} (got "
                f"{np.shape(strengths)})."
            ) from None

    def _make_trials(
        self, dt: float, durations: dict[str, Any], shown: Stimuli, noise: np.random.Generator
    ) -> Trials:
        timeline = Timeline.consecutive(len(shown.directions), positive("dt", dt), **durations)
        direction, respond = self.answer(shown)
        return Trials(
            self,
            dt,
            self._inputs(timeline, shown, noise),
            self._targets(timeline, direction, respond),
            mask=self._mask(timeline),
            epochs=timeline.epochs,
            conditions={
                "rule": np.full(timeline.count, self.rule),
                "directions": shown.directions,
                "strengths": shown.strengths,
                "direction": direction,
                "respond": respond.astype(int),
            },
        )

    def _inputs(self, timeline: Timeline, shown: Stimuli, rng: np.random.Generator) -> np.ndarray:
        rings = 2 * len(self.code.labels)
        activity = self.code.encode(shown.directions)[:, :, None, :] * shown.strengths[..., None]
        told = (
            np.array([rule == self.rule for rule in self.channels])
            if self.instruction is None
            else self.instruction
        )
        levels = np.empty((timeline.count, len(self.epochs), 1 + rings + len(self.channels)))
        for number, epoch in enumerate(self.epochs):
            levels[:, number, 0] = not self.fixation_goes_off or epoch != "response"
            there = [epoch in epochs for epochs in self.stimulus_epochs]
            levels[:, number, 1 : 1 + rings] = activity[:, there].sum(axis=1).reshape(timeline.count, rings)
        levels[:, :, 1 + rings :] = told
        return timeline.hold(levels, self.noise, rng)

    def _targets(self, timeline: Timeline, direction: np.ndarray, respond: np.ndarray) -> np.ndarray:
        certain = self.targets == "probability"
        low, fixates = (0.0, 1.0) if certain else (self.code.baseline, 0.8)
        place = self.code.encode(direction)
        if certain:
            place = np.eye(place.shape[1])[place.argmax(axis=1)]
        levels = np.full((timeline.count, len(self.epochs), 1 + place.shape[1]), low)
        levels[:, :, 0] = fixates
        levels[respond, -1, 0] = low
        levels[:, -1, 1:] += place * respond[:, None]
        return timeline.hold(levels)

    def _mask(self, timeline: Timeline) -> np.ndarray:
        due = timeline.epochs["response"][0][0]
        settled, scored = (whole_steps(n, getattr(self, n), timeline.dt) for n in ("settling", "grace"))
        weights = np.zeros((timeline.steps, len(self.outputs)))
        weights[settled:due] = 1.0
        weights[due + scored :] = 5.0
        if self.targets == "probability":
            return weights / weights.mean()
        weights[:, 0] *= 2.0
        return weights if self.mask == "linear" else weights**2

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last outputs fixate, or point to the answer, as they should; else 0."""
        final = trials.last(outputs, "response")
        fixates = final[:, 0] > 0.5
        away = angular_distance(self.code.decode(final[:, 1:]), trials.conditions["direction"])
        right = np.where(trials.conditions["respond"] == 1, ~fixates & (away < self.tolerance), fixates)
        return right.astype(np.float64)
