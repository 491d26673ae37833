"""Result classes that can be saved: the frozen dataclasses that `neurosim.analysis` and `neurosim.theory` export."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

from neurosim.errors import StorageError

__all__ = ["is_result", "result_class", "result_name"]

ROOMS = ("neurosim.analysis", "neurosim.theory")


def is_result(value: Any) -> bool:
    """Whether a value is an instance of a result class."""
    cls = type(value)
    return cls.__module__.startswith(ROOMS) and cls in _classes().values()


def result_name(value: Any) -> str:
    """Name of the class of a result in files, such as ``"analysis.Spectrum"``."""
    return next(name for name, cls in _classes().items() if cls is type(value))


def result_class(name: str) -> type:
    """Result class by its name in files; files cannot name any other class."""
    classes = _classes()
    if name not in classes:
        raise StorageError(
            f"the result {name!r} is unknown to this neurosim; load it with the version that wrote it."
        )
    return classes[name]


def _classes() -> dict[str, type]:
    # these packages import higher layers, so they are loaded only when a result is saved or loaded
    return {
        f"{room.__name__.removeprefix('neurosim.')}.{name}": thing
        for room in map(importlib.import_module, ROOMS)
        for name in room.__all__
        if isinstance(thing := getattr(room, name), type) and dataclasses.is_dataclass(thing)
    }
