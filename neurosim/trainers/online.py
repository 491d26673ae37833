"""What trainers share that change weights while the network runs, one trial after the other."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Protocol

import numpy as np

from neurosim.errors import InterruptionWarning, ParameterError, StabilityWarning
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.tasks import Task, Trials
from neurosim.training import History, Training

if TYPE_CHECKING:
    from numpy.random import Generator, SeedSequence

    from neurosim.trainers.base import Trainer

__all__ = ["Learner", "drawn_state", "external_currents", "require_linear", "scores", "taught"]


class Learner(Protocol):
    """Training under way; it changes in place."""

    def trial(self, number: int) -> dict[str, float]:
        """Learn from one trial; what goes into the history."""

    def network(self) -> Network:
        """Network as it is now, a copy."""


def taught(
    trainer: Trainer,
    task: Task,
    start: Network,
    learner: Learner,
    *,
    trials: int,
    seed: SeedSequence,
    progress: bool | None,
) -> Training:
    """Let a learner do its trials, and return what there is after the last, Ctrl-C or numbers that are none."""
    rows: list[dict[str, float]] = []
    last, reason = start, ""
    try:
        with progress_bar(trials, type(trainer).__name__, "trial", progress) as bar:
            for number in range(trials):
                # a state that left the finite numbers is seen in the row
                with np.errstate(over="ignore", invalid="ignore"):
                    row = learner.trial(number)
                if not np.isfinite(list(row.values())).all():
                    reason = f"trial {number} left the finite numbers"
                    break
                last = learner.network()
                rows.append(row)
                bar.update(1)
    except KeyboardInterrupt:
        reason = f"stopped by Ctrl-C after {len(rows)} of {trials} trials"
        warnings.warn(
            f"{reason}; the network is that after the last of them.", InterruptionWarning, stacklevel=3
        )
    if reason.endswith("finite numbers"):
        warnings.warn(
            f"{reason}: the network is that before it; take a smaller dt, or weaker feedback or perturbations.",
            StabilityWarning,
            stacklevel=3,
        )
    return Training(
        trainer,
        task,
        start=start,
        best=last,
        last=last,
        history=History.from_rows(rows, "trial"),
        complete=not reason,
        reason=reason or "all trials done",
        seed=seed,
    )


def require_linear(network: Network, trainer: Trainer) -> None:
    """Raise unless the readout is linear, which least squares need."""
    if network.readout != "linear":
        raise ParameterError(
            f"readout = {network.readout!r} is not linear, and {type(trainer).__name__} solves for a linear one; "
            f'make the network with readout="linear".'
        )


def drawn_state(network: Network, rng: Generator) -> np.ndarray:
    """Where a run starts, as in `simulate`: the network's own initial state, or N(0, 1) around rest."""
    if network.initial_state is not None:
        return np.array(network.initial_state, np.float64)
    states = network.resting_state().astype(np.float64).reshape(network.size, -1)
    states[:, 0] += rng.standard_normal(network.size)
    return states


def external_currents(network: Network, trials: Trials, trial: int = 0) -> np.ndarray:
    """Currents of one trial that do not come from the network, shape (steps, units)."""
    weights = network.input_weights.astype(np.float64)
    return trials.inputs[trial] @ weights.T + network.bias


def scores(trials: Trials, outputs: np.ndarray, trial: int = 0) -> dict[str, float]:
    """Mean absolute error over what counts, and accuracy, of the outputs (steps, outputs) of one trial."""
    loss = float(np.average(np.abs(outputs - trials.targets[trial]), weights=trials.mask[trial]))
    if not np.isfinite(outputs).all():
        return {"loss": np.nan}
    return {"loss": loss, "accuracy": float(trials[trial : trial + 1].accuracy(outputs[None])[0])}
