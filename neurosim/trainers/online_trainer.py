"""Base class of the rules that estimate the gradient of a trial while it runs, without going back in time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from numpy.random import SeedSequence

from neurosim.engine.differentiable.rollout import Rollout
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.parameters import parameters_of
from neurosim.trainers.clipping import ClipNorm, Clipping
from neurosim.trainers.curriculum import Curriculum
from neurosim.trainers.estimated_objective import EstimatedObjective, Estimator
from neurosim.trainers.gradient_trainer import GradientTrainer
from neurosim.trainers.losses import MeanSquaredError, StepwiseLoss
from neurosim.trainers.objective import WEIGHTS, Objective
from neurosim.trainers.optimizers import Adam, Optimizer
from neurosim.trainers.stepwise import require_stepwise
from neurosim.trainers.stopping import Stopping
from neurosim.validation import whole_number

__all__ = ["OnlineTrainer"]

ADAM, MEAN_SQUARED_ERROR, CLIPPING = Adam(), MeanSquaredError(), ClipNorm(1.0)
STOPPING, CURRICULUM = Stopping(), Curriculum()


@dataclass(frozen=True)
class OnlineTrainer(GradientTrainer):
    """Base class of online rules: estimators of the gradient, whose memory does not grow with the length of a trial.

    Everything but the gradient is as in `BPTT`, with the same names and defaults: epochs, batches, optimizer,
    constraints, history, checkpoints, and continuing after an interruption. The changes of a batch are made at its end.
    Time steps are Euler steps.

    Parameters
    ----------
    epochs, trials_per_epoch, batch_size, dt, optimizer, projections, clipping, fresh, validation, stopping : optional
    curriculum, checkpoint, threads : optional
        As in `BPTT`; the optimizer makes single updates.
    loss : StepwiseLoss
        A sum over steps, as the losses of this package are.
    penalties : tuple of Penalty
        On weights (`L1`, `L2`), or on rates (`RateL1`, `RateL2`); others need the whole trial.
    constraints : tuple of Constraint
        As in `BPTT`; no rule creates a connection.
    train : str or tuple of str, optional
        Weights and biases that are trained. Default: all.
    noise : Noise, optional
        Noise inside the network, drawn anew for every update.

    Rules for a subclass

    1. ``_estimator(network, seed)`` returns an `Estimator`.
    """

    epochs: int = 20
    trials_per_epoch: int = 3200
    batch_size: int = 64
    dt: float | None = None
    optimizer: Optimizer = ADAM
    loss: StepwiseLoss = MEAN_SQUARED_ERROR
    penalties: tuple[Any, ...] = ()
    constraints: tuple[Any, ...] = ()
    projections: tuple[Any, ...] = ()
    clipping: Clipping | None = CLIPPING
    train: tuple[str, ...] | None = None
    noise: Noise | None = None
    fresh: bool = True
    validation: int = 0
    stopping: Stopping = STOPPING
    curriculum: Curriculum = CURRICULUM
    checkpoint: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        own = type(self).__name__
        require_stepwise(own, self.loss, self.penalties)
        if self.threads is not None:
            whole_number(f"{own}.threads", self.threads)
        if not self.optimizer.stepwise:
            raise ParameterError(
                f"{own}.optimizer must make single updates (got {self.optimizer!r}, which needs the exact loss and "
                f"gradient); try Adam(1e-3)."
            )
        for name in self.train or ():
            if name not in WEIGHTS:
                raise ParameterError(
                    f"{own}.train must name weights and biases, {', '.join(WEIGHTS)} (got {name!r}); try BPTT, which "
                    f"trains any parameter."
                )

    @abstractmethod
    def _estimator(self, network: Network, seed: SeedSequence) -> Estimator:
        """Estimator of gradients for a network; the seed is that of what is drawn once."""

    def _objective(self, network: Network, seed: SeedSequence) -> EstimatedObjective:
        stepping = self.stepping(network)
        rollout = Rollout(network, stepping.dt, noise=self.noise, threads=self.threads)
        exact = Objective(
            rollout,
            self.loss,
            penalties=self.penalties,
            constraints=self.constraints,
            projections=self.projections,
            train=self.train,
        )
        return EstimatedObjective(exact, rollout, self._estimator(network, seed), self.loss, self.penalties)

    def _trained(self, network: Network) -> tuple[str, ...]:
        """Names of the parameters that are trained."""
        return self.train or tuple(name for name in parameters_of(network) if name in WEIGHTS)
