"""What the command line names: files with networks or trainings, and tasks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.storage import load
from neurosim.task_catalog import find_task
from neurosim.tasks import Task
from neurosim.training import Training

__all__ = ["file_labels", "load_network", "load_tasks"]


def load_network(path: str) -> Network | Training:
    """Network or training that a file holds.

    Raises
    ------
    ParameterError
        When the file holds something else.
    """
    thing = load(path)
    if not isinstance(thing, (Network, Training)):
        raise ParameterError(
            f"{path} holds a {type(thing).__name__}, neither a Network nor a Training; save a network with "
            f"network.save(path), or a training with training.save(path)."
        )
    return thing


def file_labels(before: str, after: str) -> tuple[str, str]:
    """Names of two files without folders and endings; "before" and "after" where they are the same."""
    labels = Path(before).stem, Path(after).stem
    return labels if labels[0] != labels[1] else ("before", "after")


def load_tasks(given: Iterable[str]) -> dict[str, Task] | None:
    """Tasks with their default settings, or as saved.

    Parameters
    ----------
    given : iterable of str
        Names of classes, rules of Yang et al. (2019), or ``.npz`` files with a saved task.

    Returns
    -------
    dict of str to Task, or None
        None where nothing was given.

    Examples
    --------
    >>> from neurosim.report.files import load_tasks
    >>> load_tasks(["And", "delay_go"])
    {'And': And(), 'delay_go': YangDelayGo()}
    """
    return {name: find_task(name) for name in given} or None
