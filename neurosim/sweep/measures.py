"""Measures: functions that other processes can import, and the results that they return."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, UnknownKeywordError, did_you_mean
from neurosim.sweep.canonical import path_of, to_plain

__all__ = [
    "SUPPLIED",
    "identity_of",
    "name_of",
    "require_importable",
    "require_parameters",
    "source_of",
    "to_results",
]

SUPPLIED = ("rng", "folder")
"""Parameters that every point is given besides its values, where the function takes them."""

Results = dict[str, Any]


def identity_of(measure: Callable[..., Any]) -> Any:
    """Plain data that say which function it is: its path, and for an instance of a dataclass its fields."""
    if inspect.isfunction(measure):
        return {"function": path_of(measure)}
    return to_plain(measure, name_of(measure))


def name_of(measure: Callable[..., Any]) -> str:
    """Name of the function, which a result that has no name of its own takes."""
    return str(getattr(measure, "__name__", type(measure).__name__))


def source_of(measure: Callable[..., Any]) -> str:
    """SHA-256 of the lines that define the function, to notice an edit; empty where they are not known."""
    thing = measure if inspect.isfunction(measure) else type(measure)
    try:
        return hashlib.sha256(inspect.getsource(thing).encode()).hexdigest()
    except (OSError, TypeError):
        return ""


def require_importable(measure: Any) -> None:
    """Raise for a function that another process cannot import, and say how to write it."""
    if not callable(measure) or isinstance(measure, type):
        raise ParameterError(f"measure must be a function (got {measure!r}); give one that returns a number.")
    is_instance = dataclasses.is_dataclass(measure)
    if not (inspect.isfunction(measure) or is_instance):
        raise ParameterError(
            f"measure must be a function, or an instance of a frozen dataclass with a method __call__ (got "
            f"{type(measure).__name__}); write  def measure(gain, seed): ...  at the top level of a file."
        )
    thing = type(measure) if is_instance else measure
    name = thing.__qualname__
    if "<lambda>" in name or "<locals>" in name:
        raise ParameterError(
            f"measure must be a function that worker processes can import (got {name!r}, which exists only inside "
            f"another function); write  def measure(...): ...  at the top level of a file."
        )
    if thing.__module__ == "__main__" and not hasattr(sys.modules["__main__"], "__file__"):
        raise ParameterError(
            f"measure must be a function that worker processes can import (got {name!r}, typed into a notebook or an "
            f"interpreter); write it into a file such as study.py and  from study import {name}."
        )


def require_parameters(measure: Callable[..., Any], names: set[str]) -> None:
    """Raise where a function cannot be called with these parameters."""
    parameters = inspect.signature(measure).parameters
    kinds = {p.kind for p in parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return
    for name in sorted(names - parameters.keys()):
        # a seed that the function does not read numbers the realizations, whose streams are those of `rng`
        if not (name == "seed" and "rng" in parameters):
            raise UnknownKeywordError(
                f"{name_of(measure)}() takes no parameter {name!r}. {did_you_mean(name, parameters)}"
            )
    needed = {p.name for p in parameters.values() if p.default is p.empty and p.kind is not p.VAR_POSITIONAL}
    for name in sorted(needed - names - set(SUPPLIED)):
        raise ParameterError(f"{name} is missing: {name_of(measure)}() needs it; write {name}=[...].")


def to_results(returned: Any, name: str) -> Results:
    """Results by name: Python numbers, and arrays.

    Parameters
    ----------
    returned : number, array, or mapping of str to those
        Numbers become bool, int, float or complex. None in a mapping is a result that this point does not have.
    name : str
        Name of the function: that of a single result.
    """
    named = returned if isinstance(returned, Mapping) else {name: returned}
    return {str(key): _result(value, str(key)) for key, value in named.items() if value is not None}


def _result(value: Any, name: str) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)  # a ragged list
    if array.dtype.kind not in "biufc":
        raise ParameterError(
            f"{name} must be a number, an array of numbers or a mapping of them (got {type(value).__name__} "
            f"{value!r}); return float(...), an array, or {{'name': number}}."
        )
    return array.item() if array.ndim == 0 else array
