"""Encoding of objects as plain data (for JSON) and named arrays."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.connectivity.delays import Delays
from neurosim.connectivity.operator import Operator
from neurosim.declaration import Declaration
from neurosim.engine.trajectory import Settings, Trajectory
from neurosim.errors import StorageError, UnknownNameError
from neurosim.network import Network
from neurosim.randomness import seed_to_dict
from neurosim.registry import find, origin, same_definition
from neurosim.storage.result_classes import is_result, result_name
from neurosim.tasks import Trials
from neurosim.training import History, MissingFunction, Training, name_functions

__all__ = ["RECORDS", "Encoder"]

RECORDS: dict[str, type] = {
    "delays": Delays,
    "function": MissingFunction,
    "history": History,
    "network": Network,
    "operator": Operator,
    "settings": Settings,
    "training": Training,
    "trajectory": Trajectory,
    "trials": Trials,
}
"""Classes that are stored field by field, by their tag in the header."""

_MEMBER = re.compile(r"[\w.]+")


class Encoder:
    """Encoder of objects; collects their arrays.

    Attributes
    ----------
    arrays : dict of str to ndarray
        By the field in which each was found, such as ``"recurrent.base"``.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self._names: dict[tuple[Any, ...], str] = {}

    def encode(self, value: Any, place: str) -> Any:
        """Plain data for a value: JSON values as they are, and ``{tag: ...}`` for everything else."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, complex):
            return {"complex": [self.encode(part, place) for part in (value.real, value.imag)]}
        if isinstance(value, list):
            return self._items(value, place)
        if isinstance(value, tuple):
            return {"tuple": self._items(value, place)}
        if isinstance(value, History):
            return self._object(value, place)
        if isinstance(value, Mapping) and not all(isinstance(key, str) for key in value):
            return {"items": self._items([list(item) for item in value.items()], place)}
        if isinstance(value, Mapping):
            return {"mapping": {str(key): self.encode(item, f"{place}.{key}") for key, item in value.items()}}
        return self._object(value, place)

    def _object(self, value: Any, place: str) -> Any:
        if isinstance(value, np.ndarray):
            return {"array": self._array(value, place)}
        if isinstance(value, SeedSequence):
            return {"seed": seed_to_dict(value)}
        if isinstance(value, Declaration):
            return {"declaration": self._declaration(value, place)}
        if type(value).__module__.startswith("scipy.sparse"):
            return {"sparse": self._sparse(value, place)}
        for tag, cls in RECORDS.items():
            if type(value) is cls:
                return {tag: self._fields(value, place)}
        if is_result(value):
            return {"result": {"name": result_name(value), "fields": self._fields(value, place)}}
        raise _storage_error(value, place)

    def _items(self, values: Any, place: str) -> list[Any]:
        return [self.encode(value, f"{place}.{k}") for k, value in enumerate(values)]

    def _fields(self, value: Any, place: str) -> dict[str, Any]:
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        if isinstance(value, Trajectory):
            fields["drive"] = _encodable_drive(value.drive)
        if isinstance(value, Declaration) and value.kind == "trainer":
            fields = {name: name_functions(part) for name, part in fields.items()}
        return {name: self.encode(part, f"{place}.{name}".lstrip(".")) for name, part in fields.items()}

    def _declaration(self, value: Declaration, place: str) -> dict[str, Any]:
        cls = type(value)
        _require_found(cls, place)
        return {
            "kind": cls.kind,
            "name": cls.__name__,
            "module": cls.__module__,
            "origin": origin(cls),
            "fields": self._fields(value, place),
        }

    def _sparse(self, value: Any, place: str) -> dict[str, Any]:
        rows = value.tocsr()
        parts = {name: getattr(rows, name) for name in ("data", "indices", "indptr")}
        arrays = {name: self._array(part, f"{place}.{name}") for name, part in parts.items()}
        return {**arrays, "shape": [int(length) for length in rows.shape]}

    def _array(self, array: np.ndarray, place: str) -> str:
        """Name of the member that holds an array; arrays that share memory are stored once."""
        if array.dtype.kind not in "biufcSU":
            raise _storage_error(array, place)
        memory = array.__array_interface__
        identity = (memory["data"][0], memory["typestr"], array.shape, array.strides)
        if array.size and identity in self._names:
            return self._names[identity]
        name = place if _MEMBER.fullmatch(place) and place not in self.arrays else f"array_{len(self.arrays)}"
        self._names[identity] = name
        self.arrays[name] = array
        return name


def _encodable_drive(drive: Any) -> Any:
    if drive is None or isinstance(drive, str):
        return drive
    if callable(drive):
        return getattr(drive, "__qualname__", type(drive).__qualname__)
    return np.asarray(drive)


def _storage_error(value: Any, place: str) -> StorageError:
    what = f"{place or 'this'} = {value!r}"
    if callable(value):
        remedy = "hold a name or numbers there, and let the methods of the class make the function from them"
        if place.endswith("activation"):
            remedy = "use a name, such as activation='tanh', or write the unit as a Neuron subclass"
        what += " is a function, which cannot be stored"
    elif isinstance(value, np.ndarray):
        what = f"{place} is an array of {value.dtype}"
        remedy = "give an array of numbers"
    else:
        what += " cannot be stored"
        remedy = "give numbers, text, arrays or declarations"
    if place.startswith(("connectivity", "network.connectivity")):
        remedy += ", or save network.replace(connectivity=None), which has the same weights"
    return StorageError(f"{what}; {remedy}.")


def _require_found(cls: type[Declaration], place: str) -> None:
    """Raise if loading would find another class, or none, under the name of a class."""
    try:
        found = find(cls.kind, cls.__name__)
    except UnknownNameError:
        raise StorageError(
            f"{place or 'this'} is a {cls.__qualname__}, which is not registered; derive it from the base class of "
            f"its kind, such as Neuron or Connectivity."
        ) from None
    if not same_definition(found, cls):
        raise StorageError(
            f"{place or 'this'} is a {cls.__name__} of {origin(cls)}, a name that {origin(found)} has for "
            f"another class; rename yours."
        )
