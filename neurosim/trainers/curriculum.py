"""Curriculum learning: easier tasks that are trained before the task itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.tasks import Task
from neurosim.trainers.stopping import require_fraction
from neurosim.validation import positive

__all__ = ["Curriculum"]


@dataclass(frozen=True)
class Curriculum(Declaration):
    """Tasks that are trained before the task itself, in this order, and the accuracy that ends each of them.

    Parameters
    ----------
    tasks : tuple of Task
        All with the channels of the task itself. Each stage draws trials of its own.
    pass_accuracy : float
        Accuracy of an epoch, on held-out trials where there are some, after which the next stage begins; at most 1.

    References
    ----------
    Bengio, Louradour, Collobert & Weston (2009), Curriculum learning, ICML. As in PsychRNN: Ehrlich et al. (2021),
    eNeuro 8, ENEURO.0427-20.2020.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import Curriculum
    >>> easy = ns.tasks.And(noise=0.0)
    >>> trainer = ns.BPTT(curriculum=Curriculum((easy,), pass_accuracy=0.95))
    """

    kind: ClassVar[str] = "curriculum"

    tasks: tuple[Task, ...] = ()
    pass_accuracy: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        tasks = (self.tasks,) if isinstance(self.tasks, Task) else self.tasks
        if not isinstance(tasks, (list, tuple)):
            raise ParameterError(
                f"Curriculum.tasks must be a tuple of tasks (got {tasks!r}); try (ns.tasks.And(),)."
            )
        for k, task in enumerate(tasks):
            if not isinstance(task, Task):
                raise ParameterError(
                    f"Curriculum.tasks[{k}] must be a Task (got {task!r}); try ns.tasks.And()."
                )
        object.__setattr__(self, "tasks", tuple(tasks))
        positive("Curriculum.pass_accuracy", self.pass_accuracy)
        require_fraction("Curriculum.pass_accuracy", self.pass_accuracy)
