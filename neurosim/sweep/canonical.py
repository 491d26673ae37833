"""Canonical text of parameter values, whose hash identifies a point."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError

__all__ = ["canonical_text", "digest", "is_from_script", "path_of", "to_plain"]


def to_plain(value: Any, place: str) -> Any:
    """Numbers, texts, lists and mappings that identify a value.

    Parameters
    ----------
    value : number, str, bool, None, array, list, tuple, mapping, Declaration or other dataclass
        Numbers of NumPy become those of Python with the same value, arrays nested lists. A dataclass becomes the path
        of its class with those of its fields that are compared.
    place : str
        What errors call the value.

    Raises
    ------
    ParameterError
        For a value that no text identifies, such as a function, and for NaN and infinities.
    """
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufU":
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return _finite(value, place)
    if isinstance(value, Mapping):
        return {str(key): to_plain(item, f"{place}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item, f"{place}[{k}]") for k, item in enumerate(value)]
    if isinstance(value, Declaration) or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
        return {"class": path_of(type(value)), **_fields(value, place)}
    raise ParameterError(
        f"{place} must be a number, a text, an array, a list, a mapping or a declaration "
        f"(got {type(value).__name__} {value!r}); anything else belongs into the function that is measured."
    )


def path_of(thing: Any) -> str:
    """Module and name of a class or a function, ``module:name``.

    A script that is run, whose module is called ``__main__``, goes by the name of its file, so that the study is the
    same when the script is imported.
    """
    module = script_name() if thing.__module__ == "__main__" else thing.__module__
    return f"{module}:{thing.__qualname__}"


def script_name() -> str:
    """Name of the script that is run, without its ending."""
    file = getattr(sys.modules["__main__"], "__file__", None) or "__main__"
    return str(file).replace("\\", "/").rpartition("/")[2].removesuffix(".py")


def is_from_script(plain: Any) -> bool:
    """Whether plain data name a function or a class of the script that is run."""
    return f'"{script_name()}:' in canonical_text(plain)


def canonical_text(plain: Any) -> str:
    """The one JSON text of plain data: sorted keys, no spaces, floats in their shortest exact form."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(plain: Any) -> str:
    """SHA-256 of the canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_text(plain).encode("ascii")).hexdigest()


def _finite(value: float, place: str) -> float:
    if not math.isfinite(value):
        raise ParameterError(f"{place} must be finite (got {value!r}); leave such a point out.")
    return value


def _fields(value: Any, place: str) -> dict[str, Any]:
    named = {
        field.name: getattr(value, field.name)
        for field in dataclasses.fields(value)
        if field.init and field.compare
    }
    return {name: to_plain(item, f"{place}.{name}") for name, item in named.items()}
