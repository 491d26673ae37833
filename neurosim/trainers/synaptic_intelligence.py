"""One task after the other without forgetting: every parameter remembers how much it mattered."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.network import Network
from neurosim.parameters import with_parameters
from neurosim.progress import Progress, progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.batches import Batches
from neurosim.trainers.bptt import BPTT
from neurosim.trainers.importance import Importance
from neurosim.trainers.objective import Objective
from neurosim.trainers.optimizers import StochasticOptimizer
from neurosim.training import History, Training
from neurosim.validation import non_negative, positive

__all__ = ["SynapticIntelligence"]


LEARNING = BPTT()


@dataclass(frozen=True)
class SynapticIntelligence(Trainer):
    r"""Tasks learned one after the other, each by `BPTT`, with a penalty on what mattered to those before.

    While a task is learned, every parameter adds up how much its own changes lowered the loss L of that task,
    :math:`\omega = -\sum g\,\Delta\theta` with the gradient g of L alone, before clipping. At the end of the task

    .. math:: \Omega \leftarrow \Big[\Omega + \frac{\omega}{(\theta_{end} - \theta_{start})^2 + \xi}\Big]_+, \qquad
              \theta_{ref} \leftarrow \theta_{end},

    and what is lowered next is :math:`L + c \sum \Omega\,(\theta - \theta_{ref})^2`.

    Parameters
    ----------
    tasks : tuple of Task
        What is learned first, in this order; the task that `fit` is given comes last. All have the same channels.
    trainer : BPTT
        How each of them is learned: all its epochs for every task.
    strength : float
        c, at least 0; 0 protects nothing.
    damping : float
        ξ, above 0, which bounds the importance of parameters that have hardly changed.
    restart : bool
        Whether the optimizer begins anew with each task. In the code of Yang et al. Adam keeps its memory.

    Notes
    -----
    Columns of the history: ``loss`` and ``accuracy`` of the task that is being learned, ``gradient_norm`` of its loss,
    ``penalty``, ``stage`` from 0; and, with ``validation`` trials in `trainer`, ``accuracy_0``, ``accuracy_1``, ... of
    all tasks after every epoch, which show what is forgotten. The network of the training is the last one.

    Protection has its price: of tasks that ask for opposite answers (go, then anti or delay_anti) 64 units keep more of
    the first with c = 10, and then learn the second slowly and not as well.

    Costs what BPTT costs.

    References
    ----------
    F. Zenke, B. Poole, S. Ganguli, Proc. Mach. Learn. Res. 70, 3987 (2017), who do not rectify Ω. G. R. Yang,
    M. R. Joglekar, H. F. Song, W. T. Newsome, X.-J. Wang, Nat. Neurosci. 22, 297 (2019), Figure 7: c = 1 and ξ = 0.01,
    with go, then delay_go, then dm1 and dm2, then multisensory_dm, then context_dm1 and context_dm2; 400,000 trials of
    each task, rectified linear units, orthogonal weights at the start. Their code also tries c = 0.1 and 10, ξ = 0.001
    and 0.1.

    Examples
    --------
    >>> import neurosim as ns
    >>> first, second = ns.tasks.yang2019("go"), ns.tasks.yang2019("anti")
    >>> network = ns.Network.for_task(first, size=10, rng=0)
    >>> learning = ns.BPTT.for_task(first, epochs=1, trials=64)
    >>> trainer = ns.trainers.SynapticIntelligence(tasks=(first,), trainer=learning)
    >>> trainer.fit(network, second, rng=1).history["stage"]
    array([0., 1.])
    """

    tasks: tuple[Task, ...] = ()
    trainer: BPTT = LEARNING
    strength: float = 1.0
    damping: float = 0.01
    restart: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "tasks", tuple(self.tasks))
        for k, task in enumerate(self.tasks):
            if not isinstance(task, Task):
                raise ParameterError(
                    f"SynapticIntelligence.tasks[{k}] = {task!r} is no Task; give one such as ns.tasks.And()."
                )
        if not isinstance(self.restart, bool):
            raise ParameterError(f"SynapticIntelligence.restart = {self.restart!r} must be True or False.")
        non_negative("SynapticIntelligence.strength", self.strength)
        positive("SynapticIntelligence.damping", self.damping)
        if not isinstance(self.trainer, BPTT):
            raise ParameterError(
                f"SynapticIntelligence.trainer = {self.trainer!r} is no BPTT; give ns.BPTT(...)."
            )
        if not isinstance(self.trainer.optimizer, StochasticOptimizer):
            raise ParameterError(
                f"SynapticIntelligence.trainer has {self.trainer.optimizer!r}, whose searches are no single updates; "
                f"use Adam."
            )
        for name in SILENT:
            if getattr(self.trainer, name) != getattr(LEARNING, name):
                raise ParameterError(
                    f"SynapticIntelligence.trainer has {name} = {getattr(self.trainer, name)!r}, which is not looked "
                    f"at when tasks follow each other; leave it out."
                )

    def fit(  # noqa: D102
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        stages, seed = (*self.tasks, task), seed_sequence(rng)
        for stage in stages:
            check_channels(network, stage)
        course = _Course(self, network, stages, seed)
        size = min(self.trainer.batch_size, self.trainer.trials)
        updates = len(stages) * self.trainer.epochs * -(-self.trainer.trials // size)
        reason, complete = "all tasks are learned", True
        try:
            # slopes of saturated units overflow to what they should be, 0
            with (
                np.errstate(over="ignore"),
                progress_bar(updates, "SynapticIntelligence", "update", progress) as bar,
            ):
                for number in range(len(stages)):
                    course.learn(number, bar)
        except KeyboardInterrupt:
            reason, complete = f"interrupted in task {course.stage + 1} of {len(stages)}", False
            warnings.warn(
                f"training was {reason}; what was learned so far is returned.",
                InterruptionWarning,
                stacklevel=2,
            )
        last = course.network()
        return Training(
            self,
            task,
            start=network,
            best=last,
            last=last,
            history=History.from_rows(course.rows),
            complete=complete,
            reason=reason,
            seed=seed,
        )


SILENT = ("penalties", "projections", "curriculum", "checkpoint", "stop_loss", "stop_accuracy", "patience")
"""Settings of BPTT that have no meaning here."""


class _Course:
    """Where a sequence of tasks stands."""

    def __init__(
        self, trainer: SynapticIntelligence, network: Network, stages: tuple[Task, ...], seed: SeedSequence
    ) -> None:
        self._trainer, self._network, self._seed = trainer.trainer, network, seed
        self.objective = Objective(trainer.trainer, network)
        self.free = self.objective.start()
        self.importance = Importance(self.free, trainer.strength, trainer.damping)
        self.rows: list[dict[str, float]] = []
        self._restart = trainer.restart
        self.stage = self._update = self._step = 0
        settings = self._trainer
        size = min(settings.batch_size, settings.trials)
        self._batches = [
            Batches(
                stage,
                settings.dt,
                settings.trials,
                size,
                settings.fresh,
                child(seed, f"stage {k}"),
                network.dtype,
            )
            for k, stage in enumerate(stages)
        ]
        count = settings.validation
        self._held_out = [batches.held_out(count) for batches in self._batches] if count else []

    def network(self) -> Network:
        """Network as it is now; it starts where trials started while it learned."""
        begin = {"initial_state": self._network.starting_state()}
        return with_parameters(self._network, {**begin, **self.objective.parameters(self.free)})

    def learn(self, stage: int, bar: Progress) -> None:
        """One task, then take stock of what mattered."""
        optimizer = self._trainer.optimizer
        assert isinstance(optimizer, StochasticOptimizer)
        self.stage = stage
        if stage == 0 or self._restart:
            self._memory, self._step = optimizer.start(self.free), 0
        for epoch in range(self._trainer.epochs):
            found = []
            for trials in self._batches[stage].epoch(epoch):
                found.append(self._descend(trials))
                bar.update(1)
            row = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
            self.rows.append({**row, "stage": float(stage), **self._retained()})
        self.importance.consolidate(self.free)

    def _descend(self, trials: Trials) -> dict[str, float]:
        """One update of the optimizer; the gradients of the penalty join those of the loss before clipping."""
        optimizer, clipping = self._trainer.optimizer, self._trainer.clipping
        assert isinstance(optimizer, StochasticOptimizer)
        batch = self.objective.differentiate(
            self.free, trials, self.objective.noise(self._seed, self._update)
        )
        penalty, slopes = self.importance.penalty(self.free)
        gradients = {name: slope + slopes[name] for name, slope in batch.gradients.items()}
        if clipping is not None:
            gradients = clipping(gradients)
        moved, self._memory = optimizer.update(self.free, gradients, self._memory, self._step)
        self.importance.observe(batch.gradients, self.free, moved)
        self.free = moved
        self._update += 1
        self._step += 1
        norm = np.sqrt(sum(float(np.sum(np.square(slope))) for slope in batch.gradients.values()))
        return {"loss": batch.loss, "accuracy": batch.accuracy, "gradient_norm": norm, "penalty": penalty}

    def _retained(self) -> dict[str, float]:
        noise = child(self._seed, "validation")
        return {
            f"accuracy_{k}": self.objective.measure(self.free, held_out, child(noise, f"stage {k}"))[1]
            for k, held_out in enumerate(self._held_out)
        }
