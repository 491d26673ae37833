"""Conformance checks of plugins by name, or of all plugins in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurosim.declaration import Declaration
from neurosim.errors import UnknownNameError, did_you_mean
from neurosim.registry import FAMILIES, family_of, find, load_plugin, names
from neurosim.testing.connectivity import check_connectivity
from neurosim.testing.neuron import check_neuron
from neurosim.testing.task import check_task
from neurosim.testing.trainer import check_trainer

__all__ = ["check_plugin"]

_CHECKS: dict[str, Callable[[Any], list[str]]] = {
    "neurons": check_neuron,
    "connectivity": check_connectivity,
    "tasks": check_task,
    "trainers": check_trainer,
}


def check_plugin(name: str) -> dict[str, list[str]]:
    """Check a plugin by its name, or all plugins of a Python file.

    Parameters
    ----------
    name : str
        Name of a registered class, or path of a ``.py`` file, which is run.

    Returns
    -------
    dict of str to list of str
        Checks that were passed, by the name of the class.

    Raises
    ------
    UnknownNameError, PluginError
        If there is no such plugin, or it breaks a rule.
    """
    classes = load_plugin(name) if name.endswith(".py") else _find_classes(name)
    return {cls.__name__: _CHECKS[family_of(cls.kind).kind](cls) for cls in classes}


def _find_classes(name: str) -> tuple[type[Declaration], ...]:
    kinds = [family.kind for family in FAMILIES if family.kind in _CHECKS]
    found = tuple(find(kind, name) for kind in kinds if name in names(kind))
    if not found:
        known = [known for kind in kinds for known in names(kind)]
        raise UnknownNameError(f"plugin {name!r} is unknown. {did_you_mean(name, known)}")
    return found
