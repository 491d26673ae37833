"""A gradient descent under way: where it stands, and how it goes on by one epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.parameters import parameters_of, with_parameters
from neurosim.progress import Progress
from neurosim.randomness import child
from neurosim.tasks import Task
from neurosim.trainers.batches import Batches
from neurosim.trainers.clipping import global_norm
from neurosim.trainers.minimize import minimize
from neurosim.trainers.objective import Arrays, Evaluation, Objective
from neurosim.trainers.optimizers import StochasticOptimizer
from neurosim.training import History, Training

if TYPE_CHECKING:
    from neurosim.trainers.bptt import BPTT

__all__ = ["Descent", "DivergenceError"]


class DivergenceError(Exception):
    """The loss or its gradient left the finite numbers, or a parameter of the neuron what it may be."""


class Descent:
    """Free variables, memory of the optimizer, history and best network of one training.

    Updates make new arrays and change none, so that what is kept at the end of an epoch costs a reference.
    """

    def __init__(self, trainer: BPTT, network: Network, task: Task, seed: SeedSequence) -> None:
        self.trainer, self.network, self.task, self.seed = trainer, network, task, seed
        self.stages = (*trainer.curriculum, task)
        self.objective = Objective(trainer, network)
        self.free = self.objective.start()
        self.memory: Arrays = {}
        if isinstance(trainer.optimizer, StochasticOptimizer):
            self.memory = trainer.optimizer.start(self.free)
        self.rows: list[dict[str, float]] = []
        self.update = 0
        self.best: Arrays | None = None
        self._enter(0)
        self._keep()

    def restore(self, training: Training) -> None:
        """Stand where another training with the same settings ended its last epoch."""
        state = training.state
        self.free, self.memory = dict(state["free"]), dict(state["optimizer"])
        self.update, self.rows = int(state["update"]), training.history.rows()
        self._enter(int(state["stage"]))
        if self.rows:
            parameters = parameters_of(training.best)
            self.best = {name: parameters[name] for name in self.objective.parameters(self.free)}
        self._keep()

    def training(self, *, complete: bool, reason: str) -> Training:
        """Everything so far."""
        last = self._network(self.objective.parameters(self.free))
        return Training(
            trainer=self.trainer,
            task=self.task,
            start=self.network,
            best=last if self.best is None else self._network(self.best),
            last=last,
            history=History.from_rows(self.rows),
            complete=complete,
            reason=reason,
            seed=self.seed,
            state=self._kept,
        )

    def _network(self, parameters: Arrays) -> Network:
        """Network with these parameters, which starts where trials started while it learned."""
        begin = {"initial_state": self.network.starting_state()}
        return with_parameters(self.network, {**begin, **parameters})

    def finished(self) -> str:
        """Why there is nothing left to do, or an empty text."""
        trainer, rows = self.trainer, self._rows_of_stage()
        if self.stage == len(self.stages) - 1 and rows:
            if trainer.stop_loss is not None and _loss(rows[-1]) <= trainer.stop_loss:
                return f"the loss is at most {trainer.stop_loss:g}"
            if trainer.stop_accuracy is not None and _accuracy(rows[-1]) >= trainer.stop_accuracy:
                return f"the accuracy is at least {trainer.stop_accuracy:g}"
            losses = [_loss(row) for row in rows]
            if trainer.patience is not None and len(rows) - 1 - int(np.argmin(losses)) >= trainer.patience:
                return f"the loss was not lower for {trainer.patience} epochs"
        if len(self.rows) < trainer.epochs:
            return ""
        here = "" if len(self.stages) == 1 else f", in stage {self.stage + 1} of {len(self.stages)}"
        return f"all {trainer.epochs} epochs are done{here}"

    def epoch(self, bar: Progress) -> None:
        """Learn from the trials of one epoch, and take note."""
        learn = self._descend if isinstance(self.trainer.optimizer, StochasticOptimizer) else self._minimize
        row = learn(bar)
        if self._held_out:
            loss, accuracy = self.objective.measure(self.free, self._held_out, child(self.seed, "validation"))
            self._require_finite(loss, 0.0)
            row |= {"validation_loss": loss, "validation_accuracy": accuracy}
        if len(self.stages) > 1:
            row["stage"] = float(self.stage)
        self.rows.append(row)
        if _loss(row) <= min(map(_loss, self._rows_of_stage())):
            self.best = self.objective.parameters(self.free)
        if self.stage < len(self.stages) - 1 and _accuracy(row) >= self.trainer.pass_accuracy:
            self._enter(self.stage + 1)
        self._keep()

    def _enter(self, stage: int) -> None:
        """Go to a stage of the curriculum; each has its own trials."""
        trainer = self.trainer
        self.stage = stage
        self._batches = Batches(
            self.stages[stage],
            trainer.dt,
            trainer.trials,
            min(trainer.batch_size, trainer.trials),
            trainer.fresh,
            child(self.seed, f"stage {stage}"),
            self.network.dtype,
        )
        self._held_out = self._batches.held_out(trainer.validation) if trainer.validation else []

    def _keep(self) -> None:
        self._kept: dict[str, Any] = {
            "free": self.free,
            "optimizer": self.memory,
            "update": self.update,
            "stage": self.stage,
        }

    def _rows_of_stage(self) -> list[dict[str, float]]:
        return [row for row in self.rows if row.get("stage", 0.0) == self.stage]

    def _descend(self, bar: Progress) -> dict[str, float]:
        """One update for each batch."""
        optimizer, clipping = self.trainer.optimizer, self.trainer.clipping
        assert isinstance(optimizer, StochasticOptimizer)
        found, counts = [], []
        for trials in self._batches.epoch(len(self.rows)):
            noise = self.objective.noise(self.seed, self.update)
            batch = self.objective.differentiate(self.free, trials, noise)
            norm = global_norm(batch.gradients)
            self._require_finite(batch.value, norm)
            gradients = batch.gradients if clipping is None else clipping(batch.gradients)
            moved, memory = optimizer.update(self.free, gradients, self.memory, self.update)
            moved = self.objective.projected(moved, self.free)
            self._require_possible(moved)
            self.free, self.memory = moved, memory
            self.update += 1
            found.append((batch.loss, batch.penalty, batch.accuracy, norm))
            counts.append(len(trials))
            bar.set_postfix_str(f"loss {batch.loss:.3g}, accuracy {batch.accuracy:.2f}", refresh=False)
            bar.update(1)
        row = self._row(np.average(found, axis=0, weights=counts))
        return row | {"learning_rate": optimizer.rate(self.update - 1)}

    def _minimize(self, bar: Progress) -> dict[str, float]:
        """Many iterations of L-BFGS on all trials of the epoch at once."""
        seed = child(self.seed, f"noise of epoch {len(self.rows)}")
        batches = list(self._batches.epoch(len(self.rows)))
        total = sum(map(len, batches))
        latest: list[Evaluation] = []

        def mean(free: Arrays) -> tuple[float, Arrays]:
            parts = [
                self.objective.differentiate(free, trials, self.objective.noise(seed, k))
                for k, trials in enumerate(batches)
            ]
            latest[:] = [_mean(parts, [len(trials) / total for trials in batches])]
            return latest[0].value, latest[0].gradients

        minimum = minimize(mean, self.free, self.trainer.optimizer)  # type: ignore[arg-type]
        if not minimum.complete:
            if "Ctrl-C" in minimum.reason:
                self._require_possible(minimum.parameters)
                self.free = minimum.parameters
                raise KeyboardInterrupt
            raise DivergenceError(minimum.reason)
        self._require_possible(minimum.parameters)
        self.free = minimum.parameters
        self.update += minimum.iterations
        mean(self.free)
        bar.update(len(batches))
        end = latest[0]
        return self._row((end.loss, end.penalty, end.accuracy, global_norm(end.gradients)))

    def _row(self, numbers: Any) -> dict[str, float]:
        loss, penalty, accuracy, norm = (float(number) for number in numbers)
        row = {"loss": loss, "accuracy": accuracy, "gradient_norm": norm}
        return row | ({"penalty": penalty} if self.trainer.penalties else {})

    def _require_finite(self, value: float, norm: float) -> None:
        if not (math.isfinite(value) and math.isfinite(norm)):
            what = f"the loss became {value}" if not math.isfinite(value) else "the gradient is not finite"
            raise DivergenceError(f"{what} {self._place}")

    def _require_possible(self, free: Arrays) -> None:
        try:
            self.objective.require_possible(free)
        except ParameterError as error:
            raise DivergenceError(
                f"{self._place} {error} AtLeast, among the constraints, keeps parameters above a bound"
            ) from None

    @property
    def _place(self) -> str:
        return f"at update {self.update + 1} (epoch {len(self.rows) + 1})"


def _loss(row: dict[str, float]) -> float:
    return row.get("validation_loss", row["loss"])


def _accuracy(row: dict[str, float]) -> float:
    return row.get("validation_accuracy", row["accuracy"])


def _mean(parts: list[Evaluation], weights: list[float]) -> Evaluation:
    numbers = {
        name: sum(weight * getattr(part, name) for weight, part in zip(weights, parts, strict=True))
        for name in ("value", "loss", "penalty", "accuracy")
    }
    gradients = {
        name: np.asarray(
            sum(weight * part.gradients[name] for weight, part in zip(weights, parts, strict=True)),
            first.dtype,
        )
        for name, first in parts[0].gradients.items()
    }
    return Evaluation(**numbers, gradients=gradients)
