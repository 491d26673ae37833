"""Checks of arguments, each of which names the argument, the value and the remedy."""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from neurosim.errors import (
    MemoryLimitError,
    ParameterError,
    ShapeError,
    UnknownKeywordError,
    UnknownNameError,
    did_you_mean,
)

__all__ = [
    "available_memory",
    "finite",
    "known_keywords",
    "non_negative",
    "one_of",
    "positive",
    "require_memory",
    "shaped",
    "whole_number",
]

Function = TypeVar("Function", bound=Callable[..., Any])


def _plain(value: Any) -> Any:
    """Value as a user writes it: numbers of NumPy print their type, numbers of Python do not."""
    return value.item() if isinstance(value, np.generic) else value


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} = {value!r} is not a number; give a real number.") from None
    if not math.isfinite(number):
        raise ParameterError(f"{name} = {_plain(value)!r} is not finite; give a finite number.")
    return number


def positive(name: str, value: Any) -> float:
    """Return ``value`` as a float, which must be finite and above zero."""
    number = _number(name, value)
    if number <= 0.0:
        raise ParameterError(f"{name} = {_plain(value)!r} must be positive; give a number above 0.")
    return number


def non_negative(name: str, value: Any) -> float:
    """Return ``value`` as a float, which must be finite and at least zero."""
    number = _number(name, value)
    if number < 0.0:
        raise ParameterError(f"{name} = {_plain(value)!r} must not be negative; give 0 or more.")
    return number


def whole_number(name: str, value: Any, minimum: int = 1) -> int:
    """Return ``value`` as an int, which must be whole and at least ``minimum``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise ParameterError(f"{name} = {value!r} must be a whole number; give an int such as {minimum}.")
    if value < minimum:
        raise ParameterError(f"{name} = {value!r} must be at least {minimum}.")
    return int(value)


def finite(name: str, value: Any, dtype: Any = None) -> np.ndarray:
    """Return ``value`` as an array of finite numbers, or say where the first other one is."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)  # a ragged list
    if array.dtype.kind not in "fiubc":
        raise ParameterError(f"{name} is not an array of numbers (got {type(value).__name__}).")
    if array.dtype.kind == "c":
        raise ParameterError(f"{name} has dtype {array.dtype}; give real numbers.")
    array = array.astype(dtype if dtype is not None else np.result_type(array.dtype, np.float32), copy=False)
    if not np.isfinite(array).all():
        if array.ndim == 0:
            raise ParameterError(f"{name} = {array} is not finite; give a finite number.")
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise ParameterError(
            f"{name}[{', '.join(map(str, where))}] = {array[where]} is not finite; "
            f"replace NaN and infinite entries, for instance with np.nan_to_num."
        )
    return array


def shaped(name: str, value: Any, shape: tuple[int, ...], remedy: str = "") -> np.ndarray:
    """Return ``value`` as a finite array of exactly ``shape``."""
    array = finite(name, value)
    if array.shape != shape:
        raise ShapeError(f"{name} has shape {array.shape}; it must be {shape}. {remedy}".rstrip())
    return array


def one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """Return ``value``, which must be one of the ``known`` names."""
    known = list(known)
    if value not in known:
        raise UnknownNameError(f"{name} = {value!r} is unknown. {did_you_mean(str(value), known)}")
    return str(value)


def known_keywords(function: Function) -> Function:
    """Let a function answer an unknown keyword with the nearest one that it takes."""
    name = function.__qualname__.removesuffix(".__init__")
    names = [p.name for p in inspect.signature(function).parameters.values() if p.name != "self"]

    @functools.wraps(function)
    def checked(*args: Any, **keywords: Any) -> Any:
        for keyword in keywords:
            if keyword not in names:
                raise UnknownKeywordError(
                    f"{name}() takes no keyword {keyword!r}. {did_you_mean(keyword, names)}"
                )
        return function(*args, **keywords)

    return checked  # type: ignore[return-value]


def available_memory() -> float:
    """Memory in bytes that new arrays may take on this machine, or infinity where it cannot be told."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return 1024.0 * float(line.split()[1])
    except OSError:
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return math.inf


def require_memory(nbytes: float, what: str, remedy: str) -> None:
    """Raise before an allocation that could not succeed, saying how large it would be."""
    available = available_memory()
    if nbytes > available:
        raise MemoryLimitError(
            f"{what} would take {nbytes / 1e9:.3g} GB; {available / 1e9:.3g} GB are available. {remedy}"
        )
