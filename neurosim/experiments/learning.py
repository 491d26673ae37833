"""How well a network does its task, before and after it is trained."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.engine import Rollout
from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.randomness import child, seed_sequence
from neurosim.tasks import Trials
from neurosim.trainers import MeanSquaredError

if TYPE_CHECKING:
    from neurosim.experiments.specification import NetworkPlan
    from neurosim.network import Network
    from neurosim.noise import Noise
    from neurosim.tasks import Task
    from neurosim.trainers import Trainer
    from neurosim.training import Training

__all__ = ["Performance", "performance", "performance_under", "require_resumable", "train"]

TEST_TRIALS = 512
MEAN_SQUARED_ERROR = MeanSquaredError()


@dataclass(frozen=True, eq=False)
class Performance:
    """Trials that no training has seen, what a network makes of them, and how right that is."""

    trials: Trials
    outputs: np.ndarray
    accuracy: float
    loss: float


def performance(
    network: Network,
    task: Task,
    seed: int,
    *,
    dt: float,
    scheme: str,
    noise: Noise | None,
    loss: Callable[..., Any] = MEAN_SQUARED_ERROR,
) -> Performance:
    """Run a network on new trials of a task; `loss` is a function of (run, trials), as trainers take it."""
    root = child(seed_sequence(seed), "test")
    trials = task.trials(TEST_TRIALS, dt, child(root, "trials")).astype(network.dtype)
    run = Rollout(network, dt, scheme, noise=noise)(trials.inputs, rng=child(root, "noise"))
    accuracy, value = trials.accuracy(run.outputs).mean(), loss(run, trials)
    return Performance(trials, np.asarray(run.outputs), float(accuracy), float(value))


def performance_under(trainer: Trainer, network: Network, task: Task, seed: int) -> Performance:
    """Performance with the steps, the noise and the loss of a trainer.

    Where it has none of its own: dt = 1, Euler steps, no noise, the mean squared error.
    """
    return performance(
        network,
        task,
        seed,
        dt=getattr(trainer, "dt", 1.0),
        scheme=getattr(trainer, "scheme", "euler"),
        noise=getattr(trainer, "noise", None),
        loss=getattr(trainer, "loss", MEAN_SQUARED_ERROR),
    )


def train(
    network: Network,
    plan: NetworkPlan,
    seed: int,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
) -> tuple[Training, bool]:
    """Train a network as its plan says.

    Parameters
    ----------
    network : Network
    plan : NetworkPlan
        With a task and a trainer.
    seed : int
    checkpoint : Path, optional
        File that holds the training while it runs, and when it has ended.
    resume : bool, optional
        Go on from what the checkpoint holds.
    progress : bool, optional

    Returns
    -------
    training : Training
    interrupted : bool
        Whether it was stopped by Ctrl-C. That is not warned of: who calls has to say more.
    """
    trainer: Any = plan.trainer
    options: dict[str, Any] = {"progress": progress}
    if checkpoint is not None and hasattr(trainer, "checkpoint"):
        trainer = trainer.replace(checkpoint=str(checkpoint))
    if resume:
        options["resume"] = checkpoint
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        training = trainer.fit(network, plan.task, child(seed_sequence(seed), "training"), **options)
    for warning in caught:
        if not issubclass(warning.category, InterruptionWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if checkpoint is not None:
        training.save(checkpoint)
    return training, any(issubclass(warning.category, InterruptionWarning) for warning in caught)


def require_resumable(trainer: Any) -> None:
    """Raise for a trainer that leaves no checkpoints."""
    if not hasattr(trainer, "checkpoint"):
        raise ParameterError(
            f"{type(trainer).__name__} writes no checkpoints, so there is nothing to go on from; start anew without "
            f"--resume."
        )
