"""Base class of the trainers that follow a gradient, exact or estimated, in epochs of batches of trials."""

from __future__ import annotations

import functools
import inspect
import warnings
from abc import abstractmethod
from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.declaration import Declaration
from neurosim.errors import InterruptionWarning, ParameterError, StabilityError, StabilityWarning
from neurosim.network import Network
from neurosim.parameters import parameters_of, trained_network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.storage import save
from neurosim.tasks import Task
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.batches import Batches
from neurosim.trainers.clipping import Clipping
from neurosim.trainers.curriculum import Curriculum
from neurosim.trainers.descent import Descent
from neurosim.trainers.optimizers import Optimizer
from neurosim.trainers.parameter_names import as_names
from neurosim.trainers.resuming import former_training
from neurosim.trainers.stopping import Stopping
from neurosim.training import COMPLETE, DIVERGED, INTERRUPTED, RUNNING, History, Training, Update
from neurosim.validation import check_keywords, positive, whole_number

__all__ = ["GradientTrainer", "require_callable"]

EXAMPLES = {
    "stopping": ("a Stopping", "Stopping(accuracy=0.95)"),
    "curriculum": ("a Curriculum", "Curriculum((task,))"),
    "optimizer": ("an Optimizer", "Adam(1e-3)"),
}


class GradientTrainer(Trainer):
    """Base class of trainers that change parameters by an optimizer, from a gradient of each batch of trials.

    Rules for a subclass

    1. It is a frozen dataclass with the fields that are declared here; see `BPTT` for what they mean. 2.
       ``_objective(network, seed)`` returns what is lowered, with the methods of
       `neurosim.trainers.objective.Objective`.
    """

    epochs: int
    trials_per_epoch: int
    batch_size: int
    dt: float | None
    optimizer: Optimizer
    penalties: tuple[Any, ...]
    constraints: tuple[Any, ...]
    projections: tuple[Any, ...]
    clipping: Clipping | None
    train: tuple[str, ...] | None
    fresh: bool
    validation: int
    stopping: Stopping
    curriculum: Curriculum
    checkpoint: str | None

    def __post_init__(self) -> None:
        super().__post_init__()
        own = type(self).__name__
        for name in ("epochs", "trials_per_epoch", "batch_size"):
            whole_number(f"{own}.{name}", getattr(self, name))
        whole_number(f"{own}.validation", self.validation, minimum=0)
        if self.dt is not None:
            positive(f"{own}.dt", self.dt)
        for name, cls in (("stopping", Stopping), ("curriculum", Curriculum), ("optimizer", Optimizer)):
            if not isinstance(getattr(self, name), cls):
                raise ParameterError(
                    f"{own}.{name} must be {EXAMPLES[name][0]} (got {getattr(self, name)!r}); "
                    f"try {EXAMPLES[name][1]}."
                )
        if self.train is not None:
            object.__setattr__(self, "train", as_names(f"{own}.train", self.train))
        for name in ("penalties", "constraints", "projections"):
            object.__setattr__(self, name, _tuple(f"{own}.{name}", getattr(self, name)))
        for name, method in (("constraints", "effective"), ("projections", "project")):
            for k, part in enumerate(getattr(self, name)):
                if not hasattr(part, method):
                    raise ParameterError(
                        f"{own}.{name}[{k}] must have a method {method!r} (got {part!r}); try one of "
                        f"neurosim.trainers.{name}."
                    )

    @abstractmethod
    def _objective(self, network: Network, seed: SeedSequence) -> Any:
        """Objective of a training; the seed is that of what a rule draws once, such as feedback weights."""

    @check_keywords
    def fit(
        self,
        network: Network,
        task: Task,
        rng: Seed = None,
        *,
        progress: bool | None = None,
        resume: str | PathLike[str] | Training | None = None,
    ) -> Training:
        """Train a copy of the network; see `Trainer.fit`.

        Parameters
        ----------
        network : Network
        task : Task
        rng : int, SeedSequence, Generator or None, optional
            Seed of trials, their order and noise; every epoch has streams of its own. May be left out with `resume`.
        progress : bool, optional
        resume : path or Training, optional
            A checkpoint, or an interrupted training: continues after its last complete epoch, and ends bit for bit as
            a training that was never interrupted. Network, task, seed and settings must be the same; only `epochs`,
            `stopping`, `checkpoint`, `memory` and `threads` may differ.

        Returns
        -------
        Training

        Raises
        ------
        ShapeError
            If the channels of network and task do not match.
        ParameterError
            If the loss is not one number, or does not depend on any trained parameter; if `resume` is a training with
            other settings, says which.

        Warns
        -----
        InterruptionWarning
            After Ctrl-C: the partial result is returned, with status "interrupted".
        StabilityWarning
            When the loss, a gradient or a state became non-finite, or the neuron forbids the value of a parameter: the
            best network so far is returned, with status "diverged".
        """
        former, seed = former_training(resume, self, network, task, rng)
        return self._fit(network, task, seed, former, progress=progress, watch=None)

    @check_keywords
    def watch_updates(
        self,
        network: Network,
        task: Task,
        watch: Callable[[Update], Any],
        rng: Seed = None,
        *,
        progress: bool | None = None,
    ) -> Training:
        """Train as `fit` does, and show every update before it is made.

        Parameters
        ----------
        network : Network
        task : Task
        watch : callable
            Called with an `Update`.
        rng : int, SeedSequence, Generator or None, optional
        progress : bool, optional

        Returns
        -------
        Training
            The same, bit for bit, as that of `fit`.
        """
        seed = seed_sequence(rng)
        return self._fit(network, task, seed, None, progress=progress, watch=watch)

    def _fit(
        self,
        network: Network,
        task: Task,
        seed: SeedSequence,
        former: Training | None,
        *,
        progress: bool | None,
        watch: Callable[[Update], Any] | None,
    ) -> Training:
        for stage in (*self.curriculum.tasks, task):
            check_channels(network, stage)
        descent = self._descent(network, task, seed, watch)
        if former is not None:
            descent.restore(former.state, former.history.rows(), parameters_of(former.best))

        training = functools.partial(self._training, descent, network, task, seed)
        status, reason = self._run(descent, training, progress)
        self._store(training, status, reason)
        return training(status, reason)

    def batches(self, task: Task, network: Network, seed: SeedSequence) -> Batches:
        """Trials of a task in the batches of these settings."""
        size = min(self.batch_size, self.trials_per_epoch)
        dt = self.stepping(network).dt
        return Batches(task, dt, self.trials_per_epoch, size, self.fresh, seed, network.dtype)

    def _descent(
        self, network: Network, task: Task, seed: SeedSequence, watch: Callable[[Update], Any] | None
    ) -> Descent:
        stages = (*self.curriculum.tasks, task)
        return Descent(
            self._objective(network, seed),
            [self.batches(stage, network, child(seed, f"stage {k}")) for k, stage in enumerate(stages)],
            optimizer=self.optimizer,
            clipping=self.clipping,
            epochs=self.epochs,
            stopping=self.stopping,
            pass_accuracy=self.curriculum.pass_accuracy,
            validation=self.validation,
            seed=seed,
            watch=watch,
        )

    def _training(
        self, descent: Descent, network: Network, task: Task, seed: SeedSequence, status: str, reason: str
    ) -> Training:
        """Everything so far."""
        start = network.replace(stepping=self.stepping(network))
        last = trained_network(start, descent.parameters)
        return Training(
            trainer=self,
            task=task,
            start=network,
            best=last if descent.best is None else trained_network(start, descent.best),
            last=last,
            history=History.from_rows(descent.rows),
            status=status,
            reason=reason,
            seed=seed,
            state=descent.state,
        )

    def _run(
        self, descent: Descent, training: Callable[[str, str], Training], progress: bool | None
    ) -> tuple[str, str]:
        """Do the epochs; status and reason of their end."""
        self._store(training, RUNNING, "running")
        try:
            with progress_bar(descent.remaining_updates, type(self).__name__, "update", progress) as bar:
                while (reason := descent.reason_to_stop()) is None:
                    with np.errstate(over="ignore", invalid="ignore"):  # every update checks for them
                        descent.fit_epoch(bar)
                    self._store(training, RUNNING, "running")
        except KeyboardInterrupt:
            reason = f"interrupted in epoch {len(descent.rows) + 1} of {self.epochs}"
            warnings.warn(
                f"training was {reason}; the partial result is returned: fit(..., resume=training) continues it.",
                InterruptionWarning,
                stacklevel=5,
            )
            return INTERRUPTED, reason
        except StabilityError as error:
            reason = str(error).rstrip(".")
            # over some hundred steps a gradient that could be clipped can be too large for float32
            single = any(values.dtype == np.float32 for values in descent.free.values())
            precision = 'dtype="float64", which has a larger range, ' if single else ""
            warnings.warn(
                f"training stopped: {reason}. The best network so far is kept. Try {precision}a lower learning rate "
                f"than that of {self.optimizer!r}, a stronger clipping than {self.clipping!r}, a shorter dt or smaller "
                f"weights.",
                StabilityWarning,
                stacklevel=5,
            )
            return DIVERGED, reason
        return COMPLETE, reason

    def _store(self, training: Callable[[str, str], Training], status: str, reason: str) -> None:
        if self.checkpoint is not None:
            save(training(status, reason), self.checkpoint)


def _tuple(name: str, value: Any) -> tuple[Any, ...]:
    """Several parts, or a single one, as a tuple."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    if not (callable(value) or isinstance(value, Declaration)):
        raise ParameterError(f"{name} must be a tuple (got {value!r}); try ({value!r},).")
    return (value,)


def require_callable(name: str, value: Any) -> None:
    """Raise unless a loss or a penalty can be called with a run and trials."""
    if not callable(value) or isinstance(value, type):
        remedy = f"{value.__name__}()" if isinstance(value, type) else "a function of (run, trials)"
        raise ParameterError(f"{name} must be callable with (run, trials) (got {value!r}); try {remedy}.")
    try:
        signature = inspect.signature(value)
    except ValueError:
        return  # of functions in C that say nothing about their arguments
    try:
        signature.bind("run", "trials")
    except TypeError as failure:
        raise ParameterError(
            f"{name} must be callable with (run, trials) (got arguments {signature}: {failure}); try a function of "
            f"(run, trials)."
        ) from failure
