"""Innate training: a chaotic trajectory is made stable by training recurrent weights to reproduce it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.network import Network
from neurosim.noise import WhiteNoise
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.stepping import Stepping
from neurosim.tasks import Task, Trials
from neurosim.time_constants import time_constants
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import (
    Connections,
    draw_state,
    external_currents,
    fit_trials,
    require_linear,
    scores,
)
from neurosim.training import Training
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["Innate"]

DRAWN = 32
"""Trials that are drawn for each one that is trained, so that all conditions are among them."""


@dataclass(frozen=True)
class Innate(Trainer):
    r"""Innate training: recurrent weights learn to reproduce an innate trajectory of the network, then a readout of it.

    First the network runs each of `conditions` trials of the task once, without noise, which gives its innate rates
    :math:`R_i(t)`. Then they are repeated, each time from another initial state and with noise, and the recurrent
    weights of the *plastic* units are corrected by recursive least squares, each unit with the P of its presynaptic
    units,

    .. math:: W_{ij} \leftarrow W_{ij} - (r_i - R_i) \frac{(P^i r)_j}{1 + r^T P^i r},

    in the steps that count by the mask of the task. The trajectory becomes locally attracting: after a perturbation the
    network returns to it. Last, in `readout_trials` more, the readout learns the target by the same rule with a P over
    all units.

    The history has, for each trial, "loss", the mean absolute error of the output, which only falls in the readout
    trials, "accuracy", "deviation", the mean of :math:`|r_i - R_i|` over plastic units and steps that count, and
    "change", the norm of the change of the weights that are trained in that trial.

    Parameters
    ----------
    trials, readout_trials : int, optional
        Trials for the recurrent weights, and then for the readout.
    dt : float, optional
        Time step of the Euler scheme. Default: that of `Network.stepping`; without one, a tenth of the fastest time
        constant.
    every : int, optional
        Steps from one correction to the next.
    plastic : float, optional
        Fraction of the units whose incoming weights are trained, which are the first ones.
    regularization : float, optional
        α, beside the sum of squared errors: every P starts as I / α.
    noise_level : float, optional
        White noise in the input current of every unit during training, per square root of the time constant τ: the
        standard deviation at each step is :math:`noise\_level \sqrt{\tau / dt}`. The default is the 0.001 of the paper
        at dt = 1 ms with τ = 10 ms.
    conditions : int, optional
        Number of trials of the task that are drawn, different in their conditions, and trained in turn.
    speed : str, optional
        Name of a condition of the task that is a speed s, such as "speed" of `neurosim.tasks.ScaledSequence`. All
        trials then learn the innate trajectory of the fastest, stretched in time, :math:`R_s(t) = R_f(t\,s / s_f)`,
        with t from the beginning of the epoch "response", and no activity after that epoch (Hardy et al. 2018).
        Default: each trial has an innate trajectory of its own.

    Notes
    -----
    Trials start at the network's `initial_state`, or where there is none from N(0, 1), as in `neurosim.simulate`.
    Only existing connections are trained, so that a sparse network stays as sparse whatever its storage; a low-rank
    part does not change.

    Cost: a correction takes 4 operations for each number of all P; their sizes are the squares of the numbers of
    presynaptic units, and plastic units with the same presynaptic units share one. With 800 units, of which 480 are
    plastic, and 10 % of the connections these are 3 million numbers, 12 MB and 2 ms; 20 trials of 1.15 s take half a
    minute. The 1800 plastic units of Hardy et al. (2018) with 20 % of the connections take 1 GB.

    References
    ----------
    R. Laje, D. V. Buonomano, Nat. Neurosci. 16, 925 (2013), Equations 1 to 6. N. F. Hardy, V. Goudar,
    J. L. Romero-Sosa, D. V. Buonomano, Nat. Commun. 9, 4732 (2018).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import Innate
    >>> task = ns.tasks.Interval(fixation=20.0, interval=300.0, rest=100.0)
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh", tau=10.0),
    ...                      ns.Sparse(density=0.1, gain=1.8, self_connections=False), 200,
    ...                      inputs=task.inputs, outputs=task.outputs, rng=0)
    >>> training = Innate(trials=10, readout_trials=5).fit(chaotic, task, rng=1)
    >>> float(training.history["accuracy"][-1])
    1.0
    """

    trials: int = 20
    readout_trials: int = 10
    dt: float | None = None
    every: int = 2
    plastic: float = 0.6
    regularization: float = 1.0
    noise_level: float = 0.001 / math.sqrt(10.0)
    conditions: int = 1
    speed: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("trials", "readout_trials", "every", "conditions"):
            whole_number(f"Innate.{name}", getattr(self, name))
        for name in ("dt", "plastic", "regularization"):
            if getattr(self, name) is not None:
                positive(f"Innate.{name}", getattr(self, name))
        non_negative("Innate.noise_level", self.noise_level)
        if self.plastic > 1.0:
            raise ParameterError(
                f"Innate.plastic must be a fraction of the units, at most 1 (got {self.plastic:g})."
            )

    def stepping(self, network: Network) -> Stepping:
        """Time step and noise of the training, for a network with its own time constants; see `Trainer.stepping`."""
        density = self.noise_level * math.sqrt(time_constants(network).fastest)
        noise = WhiteNoise(density, target="input") if density else None
        return super().stepping(network).replace(noise=noise)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train recurrent weights, then the readout, of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        if network.recurrent.base is None:
            raise ParameterError(
                "the recurrent weights must have a full-rank part, whose single weights Innate trains (they are of low "
                "rank only); add one, such as ns.Sparse(density=0.1)."
            )
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        count = self.trials + self.readout_trials
        return fit_trials(self, task, network, learner, trials=count, seed=seed, progress=progress)


class _Learner:
    def __init__(self, trainer: Innate, network: Network, task: Task, seed: np.random.SeedSequence) -> None:
        self.trainer, self.start, self.seed = trainer, network, seed
        self.stepping = trainer.stepping(network)
        self.deviation = trainer.noise_level * math.sqrt(time_constants(network).fastest / self.stepping.dt)
        self.trials = _different_trials(task, trainer.conditions, self.stepping.dt, child(seed, "trials"))
        self.counts = (self.trials.mask > 0.0).any(axis=-1)
        self.plastic = max(1, round(trainer.plastic * network.size))
        self.stepper = Stepper(network, self.stepping.dt)
        self.plastic_connections = Connections(self.stepper, self.plastic)
        self.weights = self.plastic_connections.weights
        self.readout = np.zeros((network.outputs, network.size))
        self.recurrent_squares = LeastSquares(self.plastic_connections.sources, trainer.regularization)
        self.readout_squares = LeastSquares([np.arange(network.size)], trainer.regularization)
        conditions = range(trainer.conditions)
        self.innate = [self._innate(k) for k in conditions] if trainer.speed is None else self._scaled()

    def _innate(self, condition: int) -> np.ndarray:
        """Rates of the plastic units in one condition, without noise, shape (steps, plastic)."""
        self.stepper.start(draw_state(self.start, stream(self.seed, f"innate state {condition}")))
        drive = external_currents(self.start, self.trials, condition)
        rates = np.empty_like(drive)
        self.stepper.advance(drive, rates)
        return rates[:, : self.plastic].copy()

    def _scaled(self) -> list[np.ndarray]:
        """Rates of the fastest condition, stretched to the speed of each, and zero after its response."""
        speeds = self._speeds()
        begins, ends = self.trials.epochs["response"]
        fastest = int(speeds.argmax())
        innate, scaled = self._innate(fastest), []
        for begin, end, speed in zip(begins, ends, speeds, strict=True):
            # rates are those after each step
            passed = np.arange(1, end - begin + 1) * (speed / speeds[fastest])
            place = np.minimum(begins[fastest] - 1 + passed, ends[fastest] - 1)
            low = np.floor(place).astype(np.intp)
            share = (place - low)[:, None]
            rates = np.zeros_like(innate)
            rates[begin:end] = (1.0 - share) * innate[low] + share * innate[
                np.minimum(low + 1, len(innate) - 1)
            ]
            scaled.append(rates)
        return scaled

    def _speeds(self) -> np.ndarray:
        name, conditions = self.trainer.speed, self.trials.conditions
        task = type(self.trials.task).__name__
        if name not in conditions:
            raise ParameterError(
                f"Innate.speed must be a condition of {task}, one of {', '.join(sorted(conditions))} (got {name!r})."
            )
        if "response" not in self.trials.epochs:
            raise ParameterError(
                f"Innate.speed needs trials with an epoch 'response' (those of {task} have "
                f"{', '.join(self.trials.epochs)}); leave it out."
            )
        speeds = np.asarray(conditions[name])
        if speeds.ndim != 1 or speeds.dtype.kind not in "iuf" or speeds.min() <= 0.0:
            raise ParameterError(f"Innate.speed must name a condition of numbers above 0 (got {name!r}).")
        return speeds.astype(np.float64)

    def trial(self, number: int) -> dict[str, float]:
        condition, seed = number % self.trainer.conditions, child(self.seed, f"trial {number}")
        reading = number >= self.trainer.trials
        learned = self.readout if reading else self.weights
        before = learned.copy()
        self.stepper.start(draw_state(self.start, stream(seed, "initial state")))
        rates, outputs = self._run(condition, self._drive(condition, seed), reading=reading)
        off = np.abs(rates[:, : self.plastic] - self.innate[condition])[self.counts[condition]]
        return {
            **scores(self.trials, outputs, condition),
            "deviation": float(off.mean()),
            "change": float(np.linalg.norm(learned - before)),
        }

    def _drive(self, condition: int, seed: np.random.SeedSequence) -> np.ndarray:
        """External currents with noise, shape (steps, units)."""
        drive = external_currents(self.start, self.trials, condition)
        return drive + self.deviation * stream(seed, "noise").standard_normal(drive.shape)

    def _run(self, condition: int, drive: np.ndarray, *, reading: bool) -> tuple[np.ndarray, np.ndarray]:
        """Rates and outputs of one trial, with corrections of the weights."""
        rates, outputs = np.empty_like(drive), np.empty_like(self.trials.targets[condition])
        for first in range(0, len(drive), self.trainer.every):
            block = slice(first, first + self.trainer.every)
            self.stepper.advance(drive[block], rates[block])
            outputs[block] = rates[block] @ self.readout.T
            last = min(block.stop, len(drive)) - 1
            if self.counts[condition, last]:
                if reading:
                    self._correct_readout(condition, last, outputs[last])
                else:
                    self._correct_recurrent(condition, last)
        return rates, outputs

    def _correct_recurrent(self, condition: int, step: int) -> None:
        self.recurrent_squares.take(self.stepper.rates)
        errors = self.stepper.rates[: self.plastic] - self.innate[condition][step]
        self.recurrent_squares.correct(self.weights, errors[:, None])
        self.plastic_connections.apply()

    def _correct_readout(self, condition: int, step: int, output: np.ndarray) -> None:
        counts = self.trials.mask[condition, step] > 0.0
        self.readout_squares.take(self.stepper.rates)
        error = (output - self.trials.targets[condition, step]) * counts
        self.readout_squares.correct(self.readout, error[None])

    def network(self) -> Network:
        return self.start.replace(
            recurrent=self.stepper.operator().astype(self.start.dtype),
            readout_weights=self.readout,
            readout_bias=np.zeros(len(self.readout)),
            stepping=self.stepping,
        )


def _different_trials(task: Task, count: int, dt: float, seed: np.random.SeedSequence) -> Trials:
    """Trials of different conditions: the first of each among many that are drawn."""
    if count == 1:
        return task.trials(1, dt, seed)
    drawn = task.trials(DRAWN * count, dt, seed)
    first: dict[tuple[object, ...], int] = {}
    for k in range(len(drawn)):
        first.setdefault(tuple(np.asarray(value)[k].tobytes() for value in drawn.conditions.values()), k)
    if len(first) < count:
        raise ParameterError(
            f"Innate.conditions must be at most {len(first)}, the different trials of {type(task).__name__} (got "
            f"{count}); take fewer."
        )
    return drawn[list(first.values())[:count]]
