"""Catalog of tasks by name: table, citation, example trials and picture of each."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, UnknownNameError, clause, did_you_mean, kind_of
from neurosim.plotting import style, trial
from neurosim.randomness import Seed
from neurosim.registry import find, names
from neurosim.storage import load
from neurosim.tasks import RULES, Task, Trials, YangTask, yang2019
from neurosim.tasks.examples import example
from neurosim.tasks.yang.rules import CODE_NAMES

__all__ = ["TaskEntry", "citation", "draw_task", "find_task", "task_table"]

AUTHOR = re.compile(r"(?:[A-Z]\.[ -]?)+([A-Z][\w'-]+)(?=,| et al\.)")


@dataclass(frozen=True)
class TaskEntry:
    """Entry of the table of tasks; for a task that cannot be created, only its name and the reason.

    Attributes
    ----------
    name : str
        Name for `find_task`.
    paper : str
        Such as "Yang et al. 2019"; empty if the docstring has no reference.
    inputs, outputs : int
        Numbers of channels.
    epochs : tuple of str
        Epochs of a trial, in the order in which they begin.
    reason : str
        Reason why it cannot be created, or empty.
    """

    name: str
    paper: str = ""
    inputs: int = 0
    outputs: int = 0
    epochs: tuple[str, ...] = ()
    reason: str = ""


def task_table() -> list[TaskEntry]:
    """Table of tasks with their default settings: those shipped, those of plugins, and the twenty rules of Yang et al.

    The classes of the rules are left out, since the rules represent them.
    """
    return [_entry(name) for name in _names() if name not in _classes_of_rules()] + [
        _entry(rule) for rule in RULES
    ]


def find_task(name: str) -> Task:
    """Task with its default settings, or from a file.

    Parameters
    ----------
    name : str
        Name of a class, rule of Yang et al. (2019), or ``.npz`` file with a saved task.

    Raises
    ------
    UnknownNameError
        If there is no such task; suggests the nearest name.
    ParameterError
        If the file does not hold a task, or the class cannot be created without settings.

    Examples
    --------
    >>> from neurosim.task_catalog import find_task
    >>> find_task("And"), find_task("delay_go")
    (And(), YangDelayGo())
    """
    if name.endswith(".npz"):
        task = load(name)
        if not isinstance(task, Task):
            raise ParameterError(
                f"{name} must hold a task (got {kind_of(task)}); save one with ns.save(task, path)."
            )
        return task
    if name in RULES or name in CODE_NAMES:
        return yang2019(name)
    if name not in _names():
        raise UnknownNameError(f"task {name!r} is unknown. {did_you_mean(name, [*_names(), *RULES])}")
    try:
        return find("tasks", name)()  # type: ignore[return-value]
    except TypeError as error:
        raise ParameterError(
            f"task {name!r} needs settings ({clause(error)}); save one with ns.save(task, path) and give that file."
        ) from error


def citation(task: Task) -> str:
    """Authors and year of the first paper in the docstring of a task, or an empty text.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.task_catalog import citation
    >>> citation(ns.tasks.Xor()), citation(ns.tasks.yang2019("all"))
    ('Jarne & Laje 2023', 'Yang et al. 2019')
    """
    for cls in type(task).__mro__:
        text = re.search(r"References\n-+\n(.*)", inspect.cleandoc(cls.__doc__ or ""), re.DOTALL)
        paper = text and re.search(r"(.*?)\((\d{4})\)", text[1], re.DOTALL)
        authors = AUTHOR.findall(paper[1]) if paper else []
        if paper and authors:
            several = f"{authors[0]} et al." if len(authors) > 2 else " & ".join(authors)
            return f"{several} {paper[2]}"
    return ""


def draw_task(name: str, path: Path | str | None = None, rng: Seed = 0) -> tuple[Path, Trials]:
    """Draw a trial of a task and write the figure to a file.

    Parameters
    ----------
    name : str
        See `find_task`.
    path : path, optional
        A file that ends in .png, .pdf or .svg, or a folder. Default: ``NAME.png`` in the current folder. An existing
        file is replaced.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the trial.

    Returns
    -------
    Path
        File that was written.
    Trials
        The trial that is drawn.
    """
    trials = example(find_task(name), rng=rng)
    place = Path() if path is None else Path(path)
    file = place / f"{Path(name).stem}.png" if place.is_dir() else place
    if file.suffix not in (".png", ".pdf", ".svg"):
        raise ParameterError(f"path must end in .png, .pdf or .svg, or be a folder (got {str(file)!r}).")
    with style():
        figure: Any = trial(trials).figure
        figure.savefig(file, bbox_inches="tight")
    return file, trials


def _entry(name: str) -> TaskEntry:
    try:
        task = find_task(name)
        begins = {epoch: float(np.mean(start)) for epoch, (start, _) in example(task).epochs.items()}
    except NeurosimError as error:
        return TaskEntry(name, reason=str(error))
    return TaskEntry(
        name,
        citation(task),
        len(task.inputs),
        len(task.outputs),
        tuple(sorted(begins, key=lambda epoch: begins[epoch])),
    )


def _names() -> list[str]:
    return names("tasks")


def _classes_of_rules() -> set[str]:
    return {type(yang2019(rule)).__name__ for rule in RULES} | {YangTask.__name__}
