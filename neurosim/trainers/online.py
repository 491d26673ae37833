"""Online learning, trial by trial: the loop and the helpers of the trainers that change weights during a simulation."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Protocol

import numpy as np

from neurosim.errors import InterruptionWarning, ParameterError, StabilityWarning
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.tasks import Task, Trials
from neurosim.training import COMPLETE, DIVERGED, INTERRUPTED, History, Training

if TYPE_CHECKING:
    from numpy.random import Generator, SeedSequence

    from neurosim.engine.stepper import Stepper
    from neurosim.trainers.base import Trainer

__all__ = [
    "Connections",
    "Learner",
    "draw_state",
    "external_currents",
    "fit_trials",
    "require_linear",
    "scores",
]


class Learner(Protocol):
    """State of an online training; it changes in place."""

    def trial(self, number: int) -> dict[str, float]:
        """Learn from one trial; its row of the history."""

    def network(self) -> Network:
        """Network with the present weights, a copy."""


def fit_trials(
    trainer: Trainer,
    task: Task,
    start: Network,
    learner: Learner,
    *,
    trials: int,
    seed: SeedSequence,
    progress: bool | None,
) -> Training:
    """Let a learner do its trials.

    The training that is returned ends after the last trial, at Ctrl-C, or before the first trial in which a number
    became non-finite; its status says which.
    """
    rows: list[dict[str, float]] = []
    last, status, reason = start, COMPLETE, "all trials are done"
    try:
        with progress_bar(trials, type(trainer).__name__, "trial", progress) as bar:
            for number in range(trials):
                # a state that overflows shows in the row
                with np.errstate(over="ignore", invalid="ignore"):
                    row = learner.trial(number)
                if not np.isfinite(list(row.values())).all():
                    status, reason = DIVERGED, f"a number became non-finite in trial {number}"
                    break
                last = learner.network()
                rows.append(row)
                bar.update(1)
    except KeyboardInterrupt:
        status, reason = INTERRUPTED, f"interrupted by Ctrl-C after {len(rows)} of {trials} trials"
        warnings.warn(
            f"{reason}; the network after the last of them is returned.", InterruptionWarning, stacklevel=3
        )
    if status == DIVERGED:
        warnings.warn(
            f"{reason}; the network before it is returned. Try a smaller dt, or weaker feedback or perturbations.",
            StabilityWarning,
            stacklevel=3,
        )
    history = History.from_rows(rows, "trial")
    return Training(
        trainer, task, start, last, last, history=history, status=status, reason=reason, seed=seed
    )


class Connections:
    """Existing connections onto the first units of a stepper, as one row of weights; others stay absent.

    Parameters
    ----------
    stepper : Stepper
    units : int
        Number of postsynaptic units.

    Attributes
    ----------
    sources : list of ndarray of int
        Presynaptic units of each unit.
    weights : ndarray, shape (1, connections)
        Unit after unit, in the order of `sources`. Change it in place, then call `apply`.
    """

    def __init__(self, stepper: Stepper, units: int) -> None:
        operator = stepper.network.recurrent
        self.sources = [operator.sources(unit) for unit in range(units)]
        self._base = stepper.base.reshape(-1)
        self._places: np.ndarray | None = None
        if operator.pattern is None:
            # a view: of a dense or a sparse base all entries exist, in this order
            self.weights = self._base[None, : sum(map(len, self.sources))]
        else:
            self._places = np.flatnonzero(operator.pattern[:units])
            self.weights = self._base[None, self._places]

    def apply(self) -> None:
        """Let the stepper use the present weights."""
        if self._places is not None:
            self._base[self._places] = self.weights[0]


def require_linear(network: Network, trainer: Trainer) -> None:
    """Raise unless the readout is linear, which least squares need."""
    if network.readout != "linear":
        raise ParameterError(
            f"readout must be 'linear' for {type(trainer).__name__}, which solves a linear regression (got "
            f'{network.readout!r}); make the network with readout="linear".'
        )


def draw_state(network: Network, rng: Generator) -> np.ndarray:
    """Initial state of a trial, as in `simulate`: the network's own, or N(0, 1) around rest."""
    if network.initial_state is not None:
        return np.array(network.initial_state, np.float64)
    states = network.resting_state().astype(np.float64).reshape(network.size, -1)
    states[:, 0] += rng.standard_normal(network.size)
    return states


def external_currents(network: Network, trials: Trials, trial: int = 0) -> np.ndarray:
    """Currents of the inputs and the biases in one trial, shape (steps, units)."""
    weights = network.input_weights.astype(np.float64)
    return trials.inputs[trial] @ weights.T + network.bias


def scores(trials: Trials, outputs: np.ndarray, trial: int = 0) -> dict[str, float]:
    """Mean absolute error, weighted by the mask, and accuracy of the outputs (steps, outputs) of one trial."""
    loss = float(np.average(np.abs(outputs - trials.targets[trial]), weights=trials.mask[trial]))
    if not np.isfinite(outputs).all():
        return {"loss": np.nan}
    return {"loss": loss, "accuracy": float(trials[trial : trial + 1].accuracy(outputs[None])[0])}
