"""Innate training: a chaotic trajectory that is made a stable one, so that it can tell time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.engine.stepper import Stepper
from neurosim.errors import ParameterError
from neurosim.kernels.linalg.least_squares import LeastSquares
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Task
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import draw_state, external_currents, fit_trials, require_linear, scores
from neurosim.training import Training
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["Innate"]


@dataclass(frozen=True)
class Innate(Trainer):
    r"""The network learns its own trajectory, then a readout of it.

    First the network runs each of `conditions` trials of the task once, without noise: its innate rates
    :math:`R_i(t)`. Then it repeats them, each time from another initial state and with noise, and the recurrent
    weights of the *plastic* units are corrected by recursive least squares, each unit with its own P over its own
    presynaptic units,

    .. math:: W_{ij} \leftarrow W_{ij} - (r_i - R_i) \frac{(P^i r)_j}{1 + r^T P^i r},

    in the steps that count by the mask of the task. The trajectory becomes an attractor: perturbed, the network
    returns to it. Last, in `readout_trials` more, the readout learns the target by the same rule with a P over all
    units.

    The history has, for each trial, "loss", the mean absolute error of the output, which only falls in the readout
    trials, "accuracy", "deviation", the mean of :math:`|r_i - R_i|` over plastic units and steps that count, and
    "change", the length of the change of the weights that learn in that trial.

    Parameters
    ----------
    trials, readout_trials : int, optional
        Trials for the recurrent weights, and then for the readout.
    dt : float, optional
        Time step of the Euler scheme. The defaults are in ms, for units with a time constant of 10 ms.
    every : int, optional
        Steps from one correction to the next.
    plastic : float, optional
        Share of the units that learn, which are the first ones.
    regularization : float, optional
        Regularization; every P starts as I / regularization.
    noise : float, optional
        Density of white noise in the input current of every unit: standard deviation ``noise / sqrt(dt)`` at each
        step.
    conditions : int, optional
        Trials of the task that are drawn and learned, in turn.

    Notes
    -----
    Trials start at the network's `initial_state`, or where there is none from N(0, 1), as in `neurosim.simulate`.
    Only weights that exist are corrected, so that a sparse network stays as sparse; a low-rank part stays as it is.

    Cost: a correction takes 4 operations for each number of all P, which are the squares of the number of weights
    that each plastic unit has: with 800 units, of which 480 are plastic, and 10 % of the weights 3 million numbers,
    12 MB and 2 ms; 20 trials of 1.15 s take half a minute. A dense network of this size would need 1.2 GB.

    References
    ----------
    R. Laje, D. V. Buonomano, Nat. Neurosci. 16, 925 (2013), Equations 1 to 6.

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
    dt: float = 1.0
    every: int = 2
    plastic: float = 0.6
    regularization: float = 1.0
    noise: float = 0.001
    conditions: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("trials", "readout_trials", "every", "conditions"):
            whole_number(f"Innate.{name}", getattr(self, name))
        for name in ("dt", "plastic", "regularization"):
            positive(f"Innate.{name}", getattr(self, name))
        non_negative("Innate.noise", self.noise)
        if self.plastic > 1.0:
            raise ParameterError(
                f"Innate.plastic = {self.plastic:g} is a share of the units; give at most 1."
            )

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train recurrent weights, then the readout, of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        if network.recurrent.base is None:
            raise ParameterError(
                "the recurrent weights are low-rank alone, and Innate changes single weights; add a full-rank "
                "part, such as ns.Sparse(density=0.1)."
            )
        seed = seed_sequence(rng)
        learner = _Learner(self, network, task, seed)
        count = self.trials + self.readout_trials
        return fit_trials(self, task, network, learner, trials=count, seed=seed, progress=progress)


class _Learner:
    def __init__(self, trainer: Innate, network: Network, task: Task, seed: np.random.SeedSequence) -> None:
        self.trainer, self.start, self.seed = trainer, network, seed
        self.trials = task.trials(trainer.conditions, trainer.dt, child(seed, "trials"))
        self.counts = (self.trials.mask > 0.0).any(axis=-1)
        self.plastic = max(1, round(trainer.plastic * network.size))
        self.stepper = Stepper(network, trainer.dt)
        sources = _sources(network, self.plastic)
        # a view of the rows of plastic units, one after the other
        self.weights = self.stepper.base.reshape(1, -1)[:, : sum(map(len, sources))]
        self.readout = np.zeros((len(network.output_names), network.size))
        self.recurrent_squares = LeastSquares(sources, trainer.regularization)
        self.readout_squares = LeastSquares([np.arange(network.size)], trainer.regularization)
        self.innate = [self._innate(k) for k in range(trainer.conditions)]

    def _innate(self, condition: int) -> np.ndarray:
        """Rates of the plastic units in one condition, without noise, shape (steps, plastic)."""
        self.stepper.start(draw_state(self.start, stream(self.seed, f"innate state {condition}")))
        drive = external_currents(self.start, self.trials, condition)
        rates = np.empty_like(drive)
        self.stepper.advance(drive, rates)
        return rates[:, : self.plastic].copy()

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
        deviation = self.trainer.noise / np.sqrt(self.trainer.dt)
        return drive + deviation * stream(seed, "noise").standard_normal(drive.shape)

    def _run(self, condition: int, drive: np.ndarray, *, reading: bool) -> tuple[np.ndarray, np.ndarray]:
        """Rates and outputs of one trial, learning on the way."""
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
        )


def _sources(network: Network, plastic: int) -> list[np.ndarray]:
    """Presynaptic units of each plastic unit."""
    base = network.recurrent.base
    if isinstance(base, np.ndarray):
        return [np.arange(network.size)] * plastic
    assert base is not None
    return np.split(base.indices, base.indptr[1:-1])[:plastic]
