"""Reward-modulated Hebbian learning: one number at the end of a trial, and traces of what units happened to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.readouts import outputs_of
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import fit_trials, scores
from neurosim.training import Training
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["RewardHebbian"]


@dataclass(frozen=True)
class RewardHebbian(Trainer):
    r"""Node perturbation without knowledge of the perturbations, and with a reward that comes after the trial.

    Now and then the current of a unit is kicked at random. The network only sees that its state x jumps away from a
    short trace of it, and sums for every weight, over the trial,

    .. math:: e_{ij} = \sum_t \left[ r_j(t-1)\,(x_i(t) - \bar x_i(t-1)) \right]^3, \qquad
              \bar x(t) = \theta\,\bar x(t-1) + (1 - \theta)\,x(t),

    where the cube lets jumps stand out of slow changes. With R, the mean absolute error of the trial over what
    counts, and its running mean :math:`\bar R` over trials of the same type,

    .. math:: \Delta W_{ij} = -\eta\,\bar R\,(R - \bar R)\,e_{ij}, \quad\text{clipped to}\ \pm clip.

    The bias learns as a weight from a unit whose rate is always 1; readout and input weights stay as they are. The
    paper reads the rate of one unit, ``readout_weights`` being 1 for it and 0 for the others, and has a bias from
    three units that are held.

    The history has, for each trial, "loss" (R), "accuracy", and "change", the length of the change of W.

    Parameters
    ----------
    trials : int, optional
        Until errors are small; ten times as many until they are tiny.
    dt : float, optional
        Time step of the Euler scheme. The defaults are in ms, for units with a time constant of 30 ms.
    learning_rate : float, optional
        η.
    clip : float, optional
        Largest change of a weight by one trial.
    kicks : float, optional
        Number per time and unit.
    strength : float, optional
        A kick is a current from U(-strength, strength) during one step of dt = 1, or as much charge in another.
    trace : float, optional
        θ, the share of the past in the trace after each step.
    memory : float, optional
        Share of the past in the running mean of the errors.
    warm_up : int, optional
        Trials at the start without learning, which only fill the running means.
    spread : float, optional
        Every trial starts from U(-spread, spread) around rest, or at the network's `initial_state`.
    types : tuple of str, optional
        Conditions of the task whose values together make the type of a trial. Default: all whose values are whole
        numbers; those that can be anything would make every trial a type of its own.

    Notes
    -----
    With the defaults errors in `neurosim.tasks.DelayedNonMatchToSample` fall below 0.5 after some 1000 trials. For
    choices with integration of evidence the paper takes a learning rate of 0.01 and a strength of 30.

    Cost: a trial takes 2 units² operations a step, twice; 2000 trials of 1000 steps of 200 units a minute.

    References
    ----------
    T. Miconi, eLife 6, e20899 (2017), Equations 2 to 5; the numbers are those of its published code.

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
    dt: float = 1.0
    learning_rate: float = 0.1
    clip: float = 3e-4
    kicks: float = 0.003
    strength: float = 16.0
    trace: float = 0.05
    memory: float = 0.75
    warm_up: int = 100
    spread: float = 0.1
    types: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("RewardHebbian.trials", self.trials)
        whole_number("RewardHebbian.warm_up", self.warm_up, minimum=0)
        for name in ("dt", "learning_rate", "clip", "kicks", "strength"):
            positive(f"RewardHebbian.{name}", getattr(self, name))
        non_negative("RewardHebbian.spread", self.spread)
        for name in ("trace", "memory"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise ParameterError(
                    f"RewardHebbian.{name} = {getattr(self, name):g} is a share; give a number from 0, below 1."
                )

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train recurrent weights and bias of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        if network.recurrent.base is None:
            raise ParameterError(
                "the recurrent weights are low-rank alone, and RewardHebbian changes single weights; add a "
                "full-rank part, such as ns.Gaussian(gain=1.5)."
            )
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        return fit_trials(self, task, network, learner, trials=self.trials, seed=seed, progress=progress)


SETTLING = 3
"""Steps at the start whose jumps do not count, since the trace begins at the initial state."""


class _Learner:
    def __init__(
        self, trainer: RewardHebbian, network: Network, task: Task, seed: np.random.SeedSequence
    ) -> None:
        self.trainer, self.start, self.task, self.seed = trainer, network, task, seed
        self.stepper, self.bias = Stepper(network, trainer.dt), network.bias.astype(np.float64)
        self.errors: dict[tuple[float, ...], float] = {}
        self.types = self._types(task.trials(32, trainer.dt, child(seed, "types")))

    def trial(self, number: int) -> dict[str, float]:
        seed = child(self.seed, f"trial {number}")
        trials = self.task.trials(1, self.trainer.dt, seed)
        rates, jumps = self._activity(trials, seed)
        outputs = rates[1:] @ self.start.readout_weights.T + self.start.readout_bias
        outputs = outputs_of(self.start.readout, outputs)
        measured = scores(trials, outputs)
        error = measured["loss"]
        kind = tuple(float(value) for name in self.types for value in np.ravel(trials.conditions[name][0]))
        expected = self.errors.setdefault(kind, error)
        self.errors[kind] += (1.0 - self.trainer.memory) * (error - expected)
        change = 0.0
        if number >= self.trainer.warm_up:
            change = self._learn(rates[:-1], jumps, expected * (error - expected))
        return {**measured, "change": change}

    def _activity(self, trials: Trials, seed: np.random.SeedSequence) -> tuple[np.ndarray, np.ndarray]:
        """Rates with those at the start, shape (steps + 1, units), and jumps of the states (steps, units)."""
        from scipy.signal import lfilter

        start = self._initial_state(stream(seed, "initial state"))
        self.stepper.start(start)
        weights = self.start.input_weights.astype(np.float64)
        drive = trials.inputs[0] @ weights.T + self.bias + self._kicks(trials.steps, stream(seed, "kicks"))
        rates, states = np.empty((trials.steps + 1, self.start.size)), np.empty_like(drive)
        rates[0] = self.stepper.rates
        self.stepper.advance(drive, rates[1:], states)
        trace, first = self.trainer.trace, start.reshape(self.start.size, -1)[None, :, 0]
        means, _ = lfilter([1.0 - trace], [1.0, -trace], states, axis=0, zi=trace * first)
        return rates, states - np.concatenate([first, means[:-1]])

    def _initial_state(self, rng: np.random.Generator) -> np.ndarray:
        state = self.start.starting_state().astype(np.float64).reshape(self.start.size, -1)
        if self.start.initial_state is None:
            state[:, 0] += rng.uniform(-self.trainer.spread, self.trainer.spread, self.start.size)
        return state

    def _kicks(self, steps: int, rng: np.random.Generator) -> np.ndarray:
        """Random currents, shape (steps, units), nearly all of them 0."""
        trainer, kicks = self.trainer, np.zeros((steps, self.start.size))
        struck = rng.random(kicks.shape) < trainer.kicks * trainer.dt
        kicks[struck] = (
            rng.uniform(-trainer.strength, trainer.strength, np.count_nonzero(struck)) / trainer.dt
        )
        return kicks

    def _types(self, probe: Trials) -> tuple[str, ...]:
        """Conditions that make the type of a trial."""
        for name in self.trainer.types or ():
            if name not in probe.conditions:
                raise UnknownNameError(
                    f"RewardHebbian.types: {name!r} is no condition of {self.task!r}. "
                    f"{did_you_mean(name, probe.conditions)}"
                )
        if self.trainer.types is not None:
            return self.trainer.types
        return tuple(name for name, value in probe.conditions.items() if np.all(np.mod(value, 1.0) == 0.0))

    def _learn(self, rates: np.ndarray, jumps: np.ndarray, factor: float) -> float:
        """Change weights and bias, and return the length of the change of the weights."""
        # the cube of a product is the product of cubes: one matrix product for the whole trial
        trainer, cubes = self.trainer, _cubed(jumps[SETTLING:])
        traces = cubes.T @ _cubed(rates[SETTLING:])
        change = np.clip(-trainer.learning_rate * factor * traces, -trainer.clip, trainer.clip)
        self.bias += np.clip(-trainer.learning_rate * factor * cubes.sum(axis=0), -trainer.clip, trainer.clip)
        base: Any = self.start.recurrent.base
        if not isinstance(base, np.ndarray):
            rows = np.repeat(np.arange(self.start.size), np.diff(base.indptr))
            change = change[rows, base.indices]
        self.stepper.base += change
        return float(np.linalg.norm(change))

    def network(self) -> Network:
        recurrent = self.stepper.operator().astype(self.start.dtype)
        return self.start.replace(recurrent=recurrent, bias=self.bias)


def _cubed(values: np.ndarray) -> np.ndarray:
    # ** 3 takes twenty times as long
    return values * values * values
