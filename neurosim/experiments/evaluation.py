"""Training of a declared network, and evaluation of its accuracy on trials it was not trained on."""

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

__all__ = ["Evaluation", "evaluate", "evaluate_as_trained", "require_resumable", "train"]

TEST_TRIALS = 512
MEAN_SQUARED_ERROR = MeanSquaredError()


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Test of a network on new trials of a task.

    Attributes
    ----------
    trials : Trials
    outputs : ndarray, shape (trials, steps, outputs)
    accuracy : float
        Fraction of correct trials.
    loss : float
    """

    trials: Trials
    outputs: np.ndarray
    accuracy: float
    loss: float


def evaluate(
    network: Network,
    task: Task,
    seed: int,
    *,
    dt: float,
    scheme: str,
    noise: Noise | None,
    loss: Callable[..., Any] = MEAN_SQUARED_ERROR,
) -> Evaluation:
    """Run a network on new trials of a task; `loss` is a function of (run, trials), as trainers take it."""
    root = child(seed_sequence(seed), "test")
    trials = task.trials(TEST_TRIALS, dt, child(root, "trials")).astype(network.dtype)
    run = Rollout(network, dt, scheme, noise=noise)(trials.inputs, rng=child(root, "noise"))
    accuracy, value = trials.accuracy(run.outputs).mean(), loss(run, trials)
    return Evaluation(trials, np.asarray(run.outputs), float(accuracy), float(value))


def evaluate_as_trained(trainer: Trainer, network: Network, task: Task, seed: int) -> Evaluation:
    """Evaluate with the step, the scheme, the noise and the loss of a trainer.

    A trainer without a loss is evaluated with the mean squared error.
    """
    stepping = trainer.stepping(network)
    return evaluate(
        network,
        task,
        seed,
        dt=stepping.dt,
        scheme=stepping.scheme,
        noise=stepping.noise,
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
    """Train a network as its plan declares.

    Parameters
    ----------
    network : Network
    plan : NetworkPlan
        With a task and a trainer.
    seed : int
    checkpoint : Path, optional
        File that holds the training while it runs and after it has ended.
    resume : bool, optional
        Continue from the checkpoint.
    progress : bool, optional

    Returns
    -------
    training : Training
    interrupted : bool
        Whether it was stopped by Ctrl-C. No warning is given: the caller has more to say.
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
    """Raise for a trainer that writes no checkpoints."""
    if not hasattr(trainer, "checkpoint"):
        raise ParameterError(
            f"{type(trainer).__name__} writes no checkpoints, so its training cannot be resumed; start it again "
            f"without --resume."
        )
