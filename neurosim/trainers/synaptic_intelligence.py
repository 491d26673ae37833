"""Synaptic intelligence: continual learning of several tasks, with protection of weights that earlier ones need."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence

from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.network import Network
from neurosim.parameters import trained_network
from neurosim.progress import Progress, progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.bptt import BPTT
from neurosim.trainers.objective import Evaluation
from neurosim.training import COMPLETE, INTERRUPTED, History, Training
from neurosim.validation import entries, non_negative, positive

__all__ = ["Importance", "SynapticIntelligence"]

Arrays = Mapping[str, np.ndarray]

LEARNING = BPTT()


@dataclass(frozen=True)
class SynapticIntelligence(Trainer):
    r"""Continual learning of several tasks by `BPTT`, with protection of parameters that earlier ones need.

    During a task, the contribution of each parameter to the decrease of the loss L of that task is summed,
    :math:`\omega = -\sum g\,\Delta\theta`, with the gradient g of L alone, before clipping. At the end of the task

    .. math:: \Omega \leftarrow \Big[\Omega + \frac{\omega}{(\theta_{end} - \theta_{start})^2 + \xi}\Big]_+, \qquad
              \theta_{ref} \leftarrow \theta_{end},

    and the next task minimizes :math:`L + c \sum \Omega\,(\theta - \theta_{ref})^2`.

    Parameters
    ----------
    tasks : tuple of Task
        Trained first, in this order; the task that `fit` is given comes last. All have the same channels.
    trainer : BPTT
        Settings for each task: all its epochs for every task.
    strength : float
        c, at least 0; 0 protects nothing.
    damping : float
        ξ, above 0, which bounds the importance of parameters that hardly changed.
    restart : bool
        Whether the state of the optimizer is reset for each task. In the code of Yang et al. Adam keeps its state.

    Notes
    -----
    Columns of the history: ``loss`` and ``accuracy`` of the present task, ``gradient_norm`` of its loss, ``penalty``,
    ``stage`` from 0; and, with ``validation`` trials in `trainer`, ``accuracy_0``, ``accuracy_1``, ... of all tasks
    after every epoch, which show forgetting. The network of the training is the last one.

    Protection trades plasticity for retention: of tasks with opposite responses (go, then anti or delay_anti), 64 units
    retain more of the first with c = 10, and then learn the second slowly and less well.

    Cost: that of BPTT.

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
    >>> learning = ns.BPTT.for_task(first, epochs=1, trials_per_epoch=64)
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
        name = "SynapticIntelligence.tasks"
        tasks = (
            [self.tasks]
            if isinstance(self.tasks, Task)
            else entries(name, self.tasks, "try (ns.tasks.And(),)")
        )
        object.__setattr__(self, "tasks", tuple(tasks))
        for k, task in enumerate(self.tasks):
            if not isinstance(task, Task):
                raise ParameterError(
                    f"SynapticIntelligence.tasks[{k}] must be a Task (got {task!r}); try ns.tasks.And()."
                )
        if not isinstance(self.restart, bool):
            raise ParameterError(
                f"SynapticIntelligence.restart must be True or False (got {self.restart!r})."
            )
        non_negative("SynapticIntelligence.strength", self.strength)
        positive("SynapticIntelligence.damping", self.damping)
        self._check_trainer()

    def _check_trainer(self) -> None:
        trainer = self.trainer
        if not isinstance(trainer, BPTT):
            raise ParameterError(
                f"SynapticIntelligence.trainer must be a BPTT (got {trainer!r}); try ns.BPTT()."
            )
        if not trainer.optimizer.stepwise:
            raise ParameterError(
                f"SynapticIntelligence.trainer must have an optimizer that makes single updates (got "
                f"{trainer.optimizer!r}); try Adam(1e-3)."
            )
        for name in UNUSED:
            if getattr(trainer, name) != getattr(LEARNING, name):
                raise ParameterError(
                    f"SynapticIntelligence.trainer must leave out {name}, which is not used here (got "
                    f"{name} = {getattr(trainer, name)!r})."
                )

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train a network on `tasks`, one after the other, and then on the task; see `neurosim.Trainer.fit`."""
        stages, seed = (*self.tasks, task), seed_sequence(rng)
        for stage in stages:
            check_channels(network, stage)
        course = _Course(self, network, stages, seed)
        status, reason = self._run(course, progress)
        start = network.replace(stepping=self.trainer.stepping(network))
        last = trained_network(start, course.objective.parameters(course.free))
        return Training(
            self,
            task,
            start=network,
            best=last,
            last=last,
            history=History.from_rows(course.rows),
            status=status,
            reason=reason,
            seed=seed,
        )

    def _run(self, course: _Course, progress: bool | None) -> tuple[str, str]:
        """Train on all tasks; status and reason of the end."""
        try:
            # slopes of saturated units overflow to their limit, 0
            with (
                np.errstate(over="ignore"),
                progress_bar(course.total_updates, "SynapticIntelligence", "update", progress) as bar,
            ):
                for number in range(len(course.stages)):
                    course.fit_stage(number, bar)
        except KeyboardInterrupt:
            reason = f"interrupted in task {course.stage + 1} of {len(course.stages)}"
            warnings.warn(
                f"training was {reason}; the partial result is returned.", InterruptionWarning, stacklevel=3
            )
            return INTERRUPTED, reason
        return COMPLETE, "all tasks are done"


UNUSED = ("penalties", "projections", "curriculum", "checkpoint", "stopping")
"""Settings of BPTT that have no meaning here."""


class _Course:
    """State of the training on a sequence of tasks; an `Optimization`."""

    def __init__(
        self, settings: SynapticIntelligence, network: Network, tasks: tuple[Task, ...], seed: SeedSequence
    ) -> None:
        self._trainer, self._seed, self._restart = settings.trainer, seed, settings.restart
        self.objective = self._trainer.objective(network)
        self.free = self.objective.start()
        self.accumulators = self._trainer.optimizer.start(self.free)
        self.importance = Importance(self.free, settings.strength, settings.damping)
        self.rows: list[dict[str, float]] = []
        self.stage = self.updates = self._noises = self._epoch = 0
        self.stages = [
            self._trainer.batches(task, network, child(seed, f"stage {k}")) for k, task in enumerate(tasks)
        ]
        count = self._trainer.validation
        self._held_out = [batches.held_out(count) for batches in self.stages] if count else []

    @property
    def total_updates(self) -> int:
        """Number of updates for all tasks."""
        return self._trainer.epochs * sum(map(len, self.stages))

    def fit_stage(self, stage: int, bar: Progress) -> None:
        """Train on one task, then update the importance of the parameters."""
        optimizer = self._trainer.optimizer
        self.stage, self._bar = stage, bar
        if stage and self._restart:
            self.accumulators, self.updates = optimizer.start(self.free), 0
        for epoch in range(self._trainer.epochs):
            self._epoch = epoch
            self._found: list[dict[str, float]] = []
            optimizer.fit_epoch(self)
            row = {name: float(np.mean([one[name] for one in self._found])) for name in self._found[0]}
            self.rows.append({**row, "stage": float(stage), **self._accuracies()})
        self.importance.consolidate(self.free)

    def batches(self) -> Iterator[Trials]:
        """Batches of the present epoch of the present task."""
        return self.stages[self.stage].epoch(self._epoch)

    def evaluate(self, trials: Trials) -> Evaluation:
        """Loss of one batch plus the penalty, whose gradients are added before clipping."""
        noise = self.objective.noise(self._seed, self._noises)
        self._unprotected = self.objective.differentiate(self.free, trials, noise)
        penalty, slopes = self.importance.penalty(self.free)
        found = self._unprotected
        gradients = {name: slope + slopes[name] for name, slope in found.gradients.items()}
        return Evaluation(found.value + penalty, found.loss, penalty, found.accuracy, gradients)

    def evaluate_together(self, free: Arrays, batches: Sequence[Trials]) -> Evaluation:
        """Not used: optimizers that need it are refused."""
        raise NotImplementedError

    def clip(self, gradients: Arrays) -> Arrays:
        """Gradients within the limit of the trainer."""
        return gradients if self._trainer.clipping is None else self._trainer.clipping(gradients)

    def accept(self, free: Arrays, accumulators: Arrays, *, updates: int = 1) -> None:
        """Take new free variables, and add their contribution to the decrease of the loss."""
        self.importance.observe(self._unprotected.gradients, self.free, free)
        self.free, self.accumulators = dict(free), dict(accumulators)
        self.updates += updates
        self._noises += 1

    def record(self, found: Evaluation, trials: int, *, batches: int = 1) -> None:
        """Add an evaluation to the history of the epoch; the norm is that of the gradient of the loss alone."""
        del trials
        norm = self._unprotected.gradient_norm
        self._found.append(
            {
                "loss": found.loss,
                "accuracy": found.accuracy,
                "gradient_norm": norm,
                "penalty": found.penalty,
            }
        )
        self._bar.update(batches)

    def _accuracies(self) -> dict[str, float]:
        """Accuracy of all tasks on held-out trials."""
        noise = child(self._seed, "validation")
        return {
            f"accuracy_{k}": self.objective.measure(self.free, held_out, child(noise, f"stage {k}"))[1]
            for k, held_out in enumerate(self._held_out)
        }


class Importance:
    r"""Importance Ω of parameters for earlier tasks, and the penalty :math:`c \sum \Omega (\theta - \theta_{ref})^2`.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        At the start of the first task.
    strength, damping : float
        c and ξ of `SynapticIntelligence`.

    Examples
    --------
    A step of 0.5 against a gradient of 2 lowers the loss by 1 to first order; the parameter moved by 0.5 in all.

    >>> import numpy as np
    >>> from neurosim.trainers.synaptic_intelligence import Importance
    >>> start, end = {"w": np.array([1.0])}, {"w": np.array([0.5])}
    >>> importance = Importance(start, strength=1.0, damping=0.25)
    >>> importance.observe({"w": np.array([2.0])}, start, end)
    >>> importance.consolidate(end)
    >>> importance.weights["w"]
    array([2.])
    """

    def __init__(self, parameters: Arrays, strength: float, damping: float) -> None:
        self._strength, self._damping = strength, damping
        self._reference = dict(parameters)
        self._path = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.weights = {name: np.zeros_like(value) for name, value in parameters.items()}

    def observe(self, gradients: Arrays, before: Arrays, after: Arrays) -> None:
        """Add the decrease of the loss in one update, by parameter: minus its gradient times the change."""
        for name, path in self._path.items():
            path -= gradients[name] * (after[name] - before[name])

    def penalty(self, parameters: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Value of the penalty, and its gradient."""
        away = {name: value - self._reference[name] for name, value in parameters.items()}
        slopes = {name: 2.0 * self._strength * self.weights[name] * gap for name, gap in away.items()}
        return sum(0.5 * float(np.sum(slopes[name] * gap)) for name, gap in away.items()), slopes

    def consolidate(self, parameters: Arrays) -> None:
        """End a task: update the importance, and take the present parameters as the reference."""
        for name, end in parameters.items():
            moved = end - self._reference[name]
            gain = self._path[name] / (moved * moved + self._damping)
            self.weights[name] = np.maximum(self.weights[name] + gain, 0.0)
            self._path[name] = np.zeros_like(end)
        self._reference = dict(parameters)
