"""Networks, trainings and tasks from the arguments of the command line: files, folders of results, names."""

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
    """Network or training from a file, or from a folder of results that has one of them.

    Parameters
    ----------
    path : str
        A ``.npz`` file; or a folder, of which the only training is taken, else the only network.

    Raises
    ------
    ParameterError
        If the file holds something else, or the folder holds none or several.
    """
    file = _only_file(Path(path)) if Path(path).is_dir() else path
    thing = load(file)
    if not isinstance(thing, (Network, Training)):
        raise ParameterError(
            f"{file} must hold a Network or a Training (got {type(thing).__name__}); save a network with "
            f"network.save(path), or a training with training.save(path)."
        )
    return thing


def _only_file(folder: Path) -> Path:
    for kind in ("training", "network"):
        found = sorted(folder.glob(f"{kind}*.npz"))
        if len(found) == 1:
            return found[0]
        if found:
            raise ParameterError(
                f"{folder} holds several files {kind}*.npz; give one of them: {', '.join(map(str, found))}."
            )
    raise ParameterError(
        f"{folder} holds no training*.npz and no network*.npz; give a file, or the folder of a training or experiment."
    )


def file_labels(before: str, after: str) -> tuple[str, str]:
    """Names of two files without folders and endings; "before" and "after" if these are the same."""
    labels = Path(before).stem, Path(after).stem
    return labels if labels[0] != labels[1] else ("before", "after")


def load_tasks(names: Iterable[str]) -> dict[str, Task] | None:
    """Tasks with their default settings, or as saved.

    Parameters
    ----------
    names : iterable of str
        Names of classes, rules of Yang et al. (2019), or ``.npz`` files with a saved task.

    Returns
    -------
    dict of str to Task, or None
        None without names.

    Examples
    --------
    >>> from neurosim.report.files import load_tasks
    >>> load_tasks(["And", "delay_go"])
    {'And': And(), 'delay_go': YangDelayGo()}
    """
    return {name: find_task(name) for name in names} or None
