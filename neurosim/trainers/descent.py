"""State of a training by gradient descent, which advances by one epoch at a time."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import ParameterError, StabilityError
from neurosim.progress import Progress
from neurosim.randomness import child
from neurosim.tasks import Trials
from neurosim.trainers.batches import Batches
from neurosim.trainers.clipping import Clipping
from neurosim.trainers.objective import Arrays, Evaluation
from neurosim.trainers.optimizers import Optimizer
from neurosim.trainers.stopping import Stopping
from neurosim.training import Update

__all__ = ["Descent"]


class Descent:
    """Free variables, state of the optimizer, history and best parameters of one training.

    Updates make new arrays and change none in place, so that keeping those of an epoch costs no copy.

    Parameters
    ----------
    objective : Objective or EstimatedObjective
    stages : sequence of Batches
        Trials of each task: those of a curriculum first, the task itself last.
    optimizer : Optimizer
    clipping : Clipping or None
    epochs : int
        Largest number of epochs, of all stages together.
    stopping : Stopping
        Criteria that end the last stage early.
    pass_accuracy : float
        Accuracy of an epoch that ends any other stage.
    validation : int
        Number of held-out trials.
    seed : SeedSequence
        Of the noise.
    watch : callable, optional
        Called with each `Update` of a single batch.
    """

    def __init__(
        self,
        objective: Any,
        stages: Sequence[Batches],
        *,
        optimizer: Optimizer,
        clipping: Clipping | None,
        epochs: int,
        stopping: Stopping,
        pass_accuracy: float,
        validation: int,
        seed: SeedSequence,
        watch: Callable[[Update], Any] | None = None,
    ) -> None:
        self.watch = watch
        self.objective, self.stages, self.optimizer, self.clipping = objective, stages, optimizer, clipping
        self.epochs, self.stopping, self.pass_accuracy = epochs, stopping, pass_accuracy
        self.validation, self.seed = validation, seed
        self.free = objective.start()
        self.accumulators: Arrays = optimizer.start(self.free)
        self.rows: list[dict[str, float]] = []
        self.updates = 0
        self.best: Arrays | None = None
        self._enter_stage(0)
        self._keep_state()

    def restore(self, state: Mapping[str, Any], rows: list[dict[str, float]], best: Arrays) -> None:
        """Continue from the state after the last epoch of another training with the same settings.

        Parameters
        ----------
        state : mapping
            Its `state`.
        rows : list of dict
            Its history.
        best : dict of str to ndarray
            Parameters of its best network.
        """
        self.free, self.accumulators = dict(state["free"]), dict(state["optimizer"])
        self.updates, self.rows = int(state["update"]), rows
        self._enter_stage(int(state["stage"]))
        if self.rows:
            self.best = {name: best[name] for name in self.objective.parameters(self.free)}
        self._keep_state()

    @property
    def parameters(self) -> Arrays:
        """Parameters of the network now."""
        return self.objective.parameters(self.free)

    @property
    def remaining_updates(self) -> int:
        """Number of updates in the epochs that are left, unless a criterion stops them early."""
        return max(self.epochs - len(self.rows), 0) * len(self.stages[self.stage])

    def reason_to_stop(self) -> str | None:
        """Why training is over, in words; None while it is not."""
        rows = self._rows_of_stage()
        if self.stage == len(self.stages) - 1 and rows:
            met = self.stopping.criterion([_loss(row) for row in rows], [_accuracy(row) for row in rows])
            if met is not None:
                return met
        if len(self.rows) < self.epochs:
            return None
        here = "" if len(self.stages) == 1 else f", in stage {self.stage + 1} of {len(self.stages)}"
        return f"all {self.epochs} epochs are done{here}"

    def fit_epoch(self, bar: Progress) -> None:
        """Train on the trials of one epoch, and add a row to the history."""
        self._bar = bar
        self._found: list[tuple[float, ...]] = []
        self._trials: list[int] = []
        further = self.optimizer.fit_epoch(self)
        row = self._row() | further | self._validate()
        if len(self.stages) > 1:
            row["stage"] = float(self.stage)
        self.rows.append(row)
        if _loss(row) <= min(map(_loss, self._rows_of_stage())):
            self.best = self.parameters
        if self.stage < len(self.stages) - 1 and _accuracy(row) >= self.pass_accuracy:
            self._enter_stage(self.stage + 1)
        self._keep_state()

    def batches(self) -> Iterator[Trials]:
        """Batches of the present epoch."""
        return self.stages[self.stage].epoch(len(self.rows))

    def evaluate(self, trials: Trials) -> Evaluation:
        """Objective of one batch at the present free variables, with the noise of this update."""
        noise = self.objective.noise(self.seed, self.updates)
        found = self.objective.differentiate(self.free, trials, noise)
        self._require_finite(found.value, found.gradient_norm)
        if self.watch is not None:
            exact = functools.partial(self.objective.exact_gradients, self.free, trials, noise)
            self.watch(Update(self.updates, found.loss, found.gradients, exact))
        return found

    def evaluate_together(self, free: Mapping[str, np.ndarray], batches: Sequence[Trials]) -> Evaluation:
        """Mean objective of several batches, with the same noise whenever it is called in one epoch."""
        seed = child(self.seed, f"noise of epoch {len(self.rows)}")
        parts = [
            self.objective.differentiate(dict(free), trials, self.objective.noise(seed, k))
            for k, trials in enumerate(batches)
        ]
        return _mean(parts, [len(trials) for trials in batches])

    def clip(self, gradients: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Gradients within the limit of the trainer."""
        return gradients if self.clipping is None else self.clipping(gradients)

    def accept(
        self, free: Mapping[str, np.ndarray], accumulators: Mapping[str, np.ndarray], *, updates: int = 1
    ) -> None:
        """Take new free variables, after the projections, and the optimizer's state."""
        projected = self.objective.project(dict(free), self.free)
        self._require_possible(projected)
        self.free, self.accumulators = projected, dict(accumulators)
        self.updates += updates

    def record(self, found: Evaluation, trials: int, *, batches: int = 1) -> None:
        """Add the evaluation of some trials to the history of the epoch, and advance the progress bar."""
        self._found.append((found.loss, found.penalty, found.accuracy, found.gradient_norm))
        self._trials.append(trials)
        self._bar.set_postfix_str(f"loss {found.loss:.3g}, accuracy {found.accuracy:.2f}", refresh=False)
        self._bar.update(batches)

    def _row(self) -> dict[str, float]:
        means = np.average(self._found, axis=0, weights=self._trials)
        loss, penalty, accuracy, norm = (float(number) for number in means)
        row = {"loss": loss, "accuracy": accuracy, "gradient_norm": norm}
        return row | ({"penalty": penalty} if self.objective.penalized else {})

    def _validate(self) -> dict[str, float]:
        """Loss and accuracy on the held-out trials."""
        if not self._held_out:
            return {}
        loss, accuracy = self.objective.measure(self.free, self._held_out, child(self.seed, "validation"))
        self._require_finite(loss, 0.0)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def _enter_stage(self, stage: int) -> None:
        """Begin a stage of the curriculum; each has its own trials."""
        self.stage = stage
        self._held_out = self.stages[stage].held_out(self.validation) if self.validation else []

    def _keep_state(self) -> None:
        """Remember what is needed to continue after this epoch, whatever becomes of the next."""
        self.state: dict[str, Any] = {
            "free": self.free,
            "optimizer": self.accumulators,
            "update": self.updates,
            "stage": self.stage,
        }

    def _rows_of_stage(self) -> list[dict[str, float]]:
        return [row for row in self.rows if row.get("stage", 0.0) == self.stage]

    def _require_finite(self, value: float, norm: float) -> None:
        if not (math.isfinite(value) and math.isfinite(norm)):
            what = f"the loss became {value}" if not math.isfinite(value) else "the gradient is not finite"
            raise StabilityError(f"{what} {self._place}")

    def _require_possible(self, free: Arrays) -> None:
        try:
            self.objective.require_possible(free)
        except ParameterError as error:
            raise StabilityError(
                f"{self._place} {error} AtLeast, among the constraints, keeps parameters above a bound"
            ) from None

    @property
    def _place(self) -> str:
        return f"at update {self.updates + 1} (epoch {len(self.rows) + 1})"


def _loss(row: Mapping[str, float]) -> float:
    return row.get("validation_loss", row["loss"])


def _accuracy(row: Mapping[str, float]) -> float:
    return row.get("validation_accuracy", row["accuracy"])


def _mean(parts: Sequence[Evaluation], trials: Sequence[int]) -> Evaluation:
    weights = [count / sum(trials) for count in trials]
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
