"""Reward-modulated Hebbian learning: node perturbation with a reward at the end of each trial."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np

from neurosim.engine import Rollout, value_and_gradient
from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.readouts import outputs_of
from neurosim.stepping import Stepping
from neurosim.tasks import Task, Trials
from neurosim.time_constants import time_constants
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import fit_trials, scores
from neurosim.trainers.parameter_names import as_names
from neurosim.training import Training, Update
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["RewardHebbian"]


@dataclass(frozen=True)
class RewardHebbian(Trainer):
    r"""Reward-modulated Hebbian learning (node perturbation) with a reward that is delayed to the end of the trial.

    The current of each unit is perturbed at random times. The rule has no access to the perturbations, only to the
    deviation of the state x from a short running average; for every weight it sums, over the trial, the eligibility

    .. math:: e_{ij} = \sum_t \left[ r_j(t-1)\,(x_i(t) - \bar x_i(t-1)) \right]^3, \qquad
              \bar x(t) = \theta\,\bar x(t-1) + (1 - \theta)\,x(t),

    where the cube suppresses slow changes relative to jumps. With R, the mean absolute error of the trial weighted by
    the mask, and its running mean :math:`\bar R` over trials of the same type,

    .. math:: \Delta W_{ij} = -\eta\,\bar R\,(R - \bar R)\,e_{ij}, \quad\text{clipped to}\ \pm clip.

    The bias is trained as a weight from a unit whose rate is always 1. Only existing connections are trained; readout
    and input weights do not change. In the paper the output is the rate of one unit (``readout_weights`` 1 for it and 0
    for the others), and three units of constant rate give a bias.

    The history has, for each trial, "loss" (R), "accuracy", and "change", the norm of the change of W.

    Parameters
    ----------
    trials : int, optional
        The default is enough for small errors; very small ones take ten times as many.
    dt : float, optional
        Time step of the Euler scheme. Default: that of `Network.stepping`; without one, a thirtieth of the fastest time
        constant, as in the paper (1 ms of 30).
    learning_rate : float, optional
        η.
    clip : float, optional
        Largest change of a weight by one trial.
    perturbation_rate : float, optional
        Mean number of perturbations of each unit per time constant. The default is the 3 Hz of the paper.
    perturbation_size : float, optional
        Largest change of the state by one perturbation: a current from U(-1, 1) :math:`size\,\tau / dt` during one
        step. The default is the current of 16 of the paper in a step of 1 ms.
    state_smoothing : float, optional
        θ, the weight of the past in the running average of the state, per step.
    error_smoothing : float, optional
        Weight of the past in the running mean of the errors, per trial.
    warm_up : int, optional
        Trials at the start in which weights do not change, for the running means.
    spread : float, optional
        Every trial starts from U(-spread, spread) around rest, or at the network's `initial_state`.
    types : str or tuple of str, optional
        Conditions of the task whose values together are the type of a trial. Default: all whose values are whole
        numbers, since with continuous ones every trial would be of another type.

    Notes
    -----
    With the defaults errors in `neurosim.tasks.DelayedNonMatchToSample` fall below 0.5 after some 1000 trials. For
    choices with integration of evidence the paper uses a learning rate of 0.01 and a perturbation size of 1.

    Cost: a trial takes 4 units² operations per step; 2000 trials of 1000 steps of 200 units take a minute.

    References
    ----------
    T. Miconi, eLife 6, e20899 (2017), Equations 2 to 5; the default values are those of its published code.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import RewardHebbian
    >>> task = ns.tasks.DelayedNonMatchToSample()
    >>> start = ns.Network(ns.LeakyCurrent("tanh", tau=30.0), ns.Gaussian(gain=1.5), 50,
    ...                    inputs=task.inputs, outputs=task.outputs, rng=0)
    >>> change = RewardHebbian(trials=24, warm_up=20).fit(start, task, rng=1).history["change"]
    >>> bool((change[:20] == 0.0).all()), bool((change[20:] > 0.0).all())
    (True, True)
    """

    trials: int = 2000
    dt: float | None = None
    learning_rate: float = 0.1
    clip: float = 3e-4
    perturbation_rate: float = 0.09
    perturbation_size: float = 16.0 / 30.0
    state_smoothing: float = 0.05
    error_smoothing: float = 0.75
    warm_up: int = 100
    spread: float = 0.1
    types: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("RewardHebbian.trials", self.trials)
        whole_number("RewardHebbian.warm_up", self.warm_up, minimum=0)
        for name in ("dt", "learning_rate", "clip", "perturbation_rate", "perturbation_size"):
            if getattr(self, name) is not None:
                positive(f"RewardHebbian.{name}", getattr(self, name))
        non_negative("RewardHebbian.spread", self.spread)
        for name in ("state_smoothing", "error_smoothing"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ParameterError(
                    f"RewardHebbian.{name} must be at least 0 and below 1 (got {getattr(self, name):g})."
                )
        if self.types is not None:
            object.__setattr__(self, "types", as_names("RewardHebbian.types", self.types))

    def stepping(self, network: Network) -> Stepping:
        """Time step of the training; see `Trainer.stepping`."""
        if self.dt is None and network.stepping is None:
            return Stepping(time_constants(network).fastest / STEPS)
        return super().stepping(network)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train recurrent weights and bias of a copy of the network; see `Trainer.fit`."""
        return self._fit(network, task, rng, None, progress=progress)

    def watch_updates(
        self,
        network: Network,
        task: Task,
        watch: Callable[[Update], Any],
        rng: Seed = None,
        *,
        progress: bool | None = None,
    ) -> Training:
        """Train as `fit` does, and show every update before it is made, from the end of the warm-up on.

        Parameters
        ----------
        network : Network
        task : Task
        watch : callable
            Called with an `Update`: its direction is minus the change of recurrent weights and bias, its gradient that
            of R without perturbations.
        rng : int, SeedSequence, Generator or None, optional
        progress : bool, optional

        Returns
        -------
        Training
            The same, bit for bit, as that of `fit`.
        """
        return self._fit(network, task, rng, watch, progress=progress)

    def _fit(
        self,
        network: Network,
        task: Task,
        rng: Seed,
        watch: Callable[[Update], Any] | None,
        *,
        progress: bool | None,
    ) -> Training:
        check_channels(network, task)
        if network.recurrent.base is None:
            raise ParameterError(
                "the recurrent weights must have a full-rank part, whose single weights RewardHebbian trains (they are "
                "of low rank only); add one, such as ns.Gaussian(gain=1.5)."
            )
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed, watch)
        return fit_trials(self, task, network, learner, trials=self.trials, seed=seed, progress=progress)


STEPS = 30
"""Steps in the fastest time constant where no dt is given."""
SETTLING = 3
"""Steps at the start that are left out of the eligibility, since the running average begins at the initial state."""


class _Learner:
    def __init__(
        self,
        trainer: RewardHebbian,
        network: Network,
        task: Task,
        seed: np.random.SeedSequence,
        watch: Callable[[Update], Any] | None,
    ) -> None:
        self.watch = watch
        self.trainer, self.start, self.task, self.seed = trainer, network, task, seed
        self.stepping, self.tau = trainer.stepping(network), time_constants(network).fastest
        self.stepper, self.bias = Stepper(network, self.stepping.dt), network.bias.astype(np.float64)
        self.errors: dict[tuple[float, ...], float] = {}
        self.types = self._types(task.trials(32, self.stepping.dt, child(seed, "types")))

    def trial(self, number: int) -> dict[str, float]:
        seed = child(self.seed, f"trial {number}")
        trials = self.task.trials(1, self.stepping.dt, seed)
        rates, deviations = self._activity(trials, seed)
        outputs = rates[1:] @ self.start.readout_weights.T + self.start.readout_bias
        outputs = outputs_of(self.start.readout, outputs)
        measured = scores(trials, outputs)
        error = measured["loss"]
        kind = tuple(float(value) for name in self.types for value in np.ravel(trials.conditions[name][0]))
        expected = self.errors.setdefault(kind, error)
        self.errors[kind] += (1.0 - self.trainer.error_smoothing) * (error - expected)
        change = 0.0
        if number >= self.trainer.warm_up:
            weights, bias = self._changes(rates[:-1], deviations, expected * (error - expected))
            if self.watch is not None:
                direction = {"recurrent": -weights, "bias": -bias}
                gradient = functools.partial(
                    self._gradient, self.network(), trials, child(seed, "initial state")
                )
                self.watch(Update(number, error, direction, gradient))
            self.stepper.base += weights
            self.bias += bias
            change = float(np.linalg.norm(weights))
        return {**measured, "change": change}

    def _activity(self, trials: Trials, seed: np.random.SeedSequence) -> tuple[np.ndarray, np.ndarray]:
        """Rates, the initial ones first, and deviations of the states from their running average (steps, units)."""
        from scipy.signal import lfilter

        start = self._initial_state(stream(seed, "initial state"))
        self.stepper.start(start)
        weights = self.start.input_weights.astype(np.float64)
        drive = (
            trials.inputs[0] @ weights.T
            + self.bias
            + self._perturbations(trials.steps, stream(seed, "perturbations"))
        )
        rates, states = np.empty((trials.steps + 1, self.start.size)), np.empty_like(drive)
        rates[0] = self.stepper.rates
        self.stepper.advance(drive, rates[1:], states)
        trace, first = self.trainer.state_smoothing, start.reshape(self.start.size, -1)[None, :, 0]
        means, _ = lfilter([1.0 - trace], [1.0, -trace], states, axis=0, zi=trace * first)
        return rates, states - np.concatenate([first, means[:-1]])

    def _initial_state(self, rng: np.random.Generator) -> np.ndarray:
        state = self.start.starting_state().astype(np.float64).reshape(self.start.size, -1)
        if self.start.initial_state is None:
            state[:, 0] += rng.uniform(-self.trainer.spread, self.trainer.spread, self.start.size)
        return state

    def _perturbations(self, steps: int, rng: np.random.Generator) -> np.ndarray:
        """Random currents, shape (steps, units), nearly all of them 0."""
        trainer, step = self.trainer, self.stepping.dt / self.tau
        currents = np.zeros((steps, self.start.size))
        chosen = rng.random(currents.shape) < trainer.perturbation_rate * step
        largest = trainer.perturbation_size / step
        currents[chosen] = rng.uniform(-largest, largest, np.count_nonzero(chosen))
        return currents

    def _types(self, probe: Trials) -> tuple[str, ...]:
        """Conditions whose values are the type of a trial."""
        for name in self.trainer.types or ():
            if name not in probe.conditions:
                raise UnknownNameError(
                    f"RewardHebbian.types: {self.task!r} has no condition {name!r}. "
                    f"{did_you_mean(name, probe.conditions)}"
                )
        if self.trainer.types is not None:
            return self.trainer.types
        return tuple(name for name, value in probe.conditions.items() if np.all(np.mod(value, 1.0) == 0.0))

    def _changes(
        self, rates: np.ndarray, deviations: np.ndarray, factor: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Changes of weights and bias."""
        # the cube of a product is the product of cubes, so that one matrix product serves the whole trial
        trainer, cubes = self.trainer, _cube(deviations[SETTLING:])
        traces = cubes.T @ _cube(rates[SETTLING:])
        change = np.clip(-trainer.learning_rate * factor * traces, -trainer.clip, trainer.clip)
        bias = np.clip(-trainer.learning_rate * factor * cubes.sum(axis=0), -trainer.clip, trainer.clip)
        base: Any = self.start.recurrent.base
        if not isinstance(base, np.ndarray):
            rows = np.repeat(np.arange(self.start.size), np.diff(base.indptr))
            change = change[rows, base.indices]
        elif self.start.recurrent.pattern is not None:
            change *= self.start.recurrent.pattern
        return change, bias

    def _gradient(
        self, network: Network, trials: Trials, seed: np.random.SeedSequence
    ) -> dict[str, np.ndarray]:
        """Gradient of the error of a trial without perturbations, with respect to recurrent weights and bias."""
        state = self._initial_state(np.random.default_rng(seed)).reshape(network.starting_state().shape)
        rollout = Rollout(network.replace(initial_state=state), self.stepping.dt)

        def error(free: Any) -> Any:
            away = anp.abs(rollout(trials.inputs, free).outputs - trials.targets)
            return anp.sum(trials.mask * away) / trials.mask.sum()

        return value_and_gradient(error, {name: rollout.values[name] for name in ("recurrent", "bias")})[1]

    def network(self) -> Network:
        recurrent = self.stepper.operator().astype(self.start.dtype)
        return self.start.replace(recurrent=recurrent, bias=self.bias, stepping=self.stepping)


def _cube(values: np.ndarray) -> np.ndarray:
    # ** 3 is twenty times slower
    return values * values * values
