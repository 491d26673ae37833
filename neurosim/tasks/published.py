"""Published settings of a task, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurosim.errors import ParameterError, did_you_mean, kind_of
from neurosim.tasks.base import Task

__all__ = ["published_settings"]

PARTS = ("network", "trainer")


def published_settings(task: Any, part: str) -> Mapping[str, Any]:
    """One part of the published settings of a task.

    Parameters
    ----------
    task : Task
    part : {"network", "trainer"}

    Returns
    -------
    mapping
        Plain data, see `Task.settings`.

    Raises
    ------
    ParameterError
        If the argument is not a task, or the task has no such settings.
    """
    if not isinstance(task, Task):
        raise ParameterError(f"task must be a Task (got {kind_of(task)}); try neurosim.tasks.yang2019('go').")
    for name in task.settings:
        if name not in PARTS:
            raise ParameterError(
                f"{type(task).__name__}.settings have a part {name!r}. {did_you_mean(str(name), PARTS)}"
            )
    if part not in task.settings:
        name, remedy = type(task).__name__, REMEDIES[part]
        raise ParameterError(
            f"{name} has no published settings of the {part}; say them yourself, as in {remedy}, or publish "
            f"some in {name}.settings."
        )
    return task.settings[part]


REMEDIES = {
    "network": "ns.Network(neuron, connectivity, size, inputs=task.inputs, outputs=task.outputs)",
    "trainer": "ns.BPTT(dt=..., epochs=..., optimizer=...)",
}
