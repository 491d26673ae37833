"""Checks of arguments; each error names the argument, its value and a remedy."""

from __future__ import annotations

import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from neurosim.errors import (
    MemoryLimitError,
    ParameterError,
    ShapeError,
    UnknownNameError,
    clause,
    did_you_mean,
    kind_of,
    unknown_keyword,
    with_article,
)
from neurosim.free_memory import available_memory

__all__ = [
    "array_of_shape",
    "as_array",
    "check_keywords",
    "entries",
    "file_path",
    "finite",
    "instance_of",
    "named_entries",
    "non_negative",
    "one_of",
    "positive",
    "real_numbers",
    "require_memory",
    "require_square",
    "truth_value",
    "whole_number",
]

Function = TypeVar("Function", bound=Callable[..., Any])
Kind = TypeVar("Kind")


def _plain(value: Any) -> Any:
    """Python number of a NumPy scalar, which prints without its type."""
    return value.item() if isinstance(value, np.generic) else value


def _require_no_truth_value(name: str, value: Any) -> None:
    """Raise for True or False where a number is meant, which Python would take as 1 or 0."""
    if isinstance(value, (bool, np.bool_)) or (
        isinstance(value, np.ndarray) and value.shape == () and value.dtype == bool
    ):
        raise ParameterError(
            f"{name} must be a real number (got {value!r}); give a number such as {float(value)}."
        )


def truth_value(name: str, value: Any) -> bool:
    """Convert to a bool, or raise for what only counts as true or false, such as 1, "no" or an empty list."""
    if not isinstance(value, (bool, np.bool_)):
        raise ParameterError(f"{name} must be True or False (got {value!r}); give one of them.")
    return bool(value)


def _number(name: str, value: Any) -> float:
    _require_no_truth_value(name, value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be a real number (got {value!r}).") from None
    if not math.isfinite(number):
        raise ParameterError(f"{name} must be finite (got {_plain(value)!r}).")
    return number


def positive(name: str, value: Any) -> float:
    """Convert to a finite float above zero, or raise."""
    number = _number(name, value)
    if number <= 0.0:
        raise ParameterError(f"{name} must be positive (got {_plain(value)!r}); give a number above 0.")
    return number


def non_negative(name: str, value: Any) -> float:
    """Convert to a finite float that is not negative, or raise."""
    number = _number(name, value)
    if number < 0.0:
        raise ParameterError(f"{name} must not be negative (got {_plain(value)!r}); give 0 or more.")
    return number


def whole_number(name: str, value: Any, minimum: int = 1) -> int:
    """Convert to an int of at least ``minimum``, or raise."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise ParameterError(f"{name} must be a whole number (got {value!r}); give an int such as {minimum}.")
    if value < minimum:
        raise ParameterError(f"{name} must be at least {minimum} (got {value!r}).")
    return int(value)


def as_array(name: str, value: Any) -> np.ndarray:
    """Convert numbers in any container to a NumPy array: lists, NumPy, PyTorch and JAX arrays, also bfloat16.

    A PyTorch tensor gives what ``tensor.detach().cpu().numpy()`` would; bfloat16 becomes float64.

    Raises
    ------
    ParameterError
        If entries are masked, since their values mean nothing; or if the value cannot be an array.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    if isinstance(value, np.ma.MaskedArray):
        masked = int(np.ma.getmaskarray(value).sum())
        if masked:
            raise ParameterError(
                f"{name} must have no masked entries (got {masked}); fill them first, as in {name}.filled(0)."
            )
        return value.data
    try:
        array = np.asarray(_detach(value))
    except Exception as failure:
        # PyTorch raises RuntimeError for lists of tensors that require a gradient, NumPy ValueError for ragged lists
        raise ParameterError(
            f"{name} must be an array of numbers (got {type(value).__name__}: {clause(failure)})."
        ) from failure
    return array.astype(np.float64) if array.dtype.name == "bfloat16" else array


def _detach(value: Any) -> Any:
    """Value of a PyTorch tensor without its graph; anything else as it is."""
    if not (hasattr(value, "detach") and hasattr(value, "cpu")):
        return value
    tensor = value.detach().cpu()
    return tensor.double() if str(tensor.dtype) == "torch.bfloat16" else tensor


def finite(name: str, value: Any, dtype: Any = None) -> np.ndarray:
    """Convert to an array of finite real numbers, or raise naming the first entry that is not finite.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : array_like
        See `as_array`.
    dtype : dtype, optional
        Default: float32 for float32, and float64 for every other type.
    """
    array = real_numbers(name, value, dtype)
    if not np.isfinite(array).all():
        if array.ndim == 0:
            raise ParameterError(f"{name} must be finite (got {array}).")
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise ParameterError(
            f"{name}[{', '.join(map(str, where))}] must be finite (got {array[where]}); "
            f"replace NaN and infinite entries, for instance with np.nan_to_num."
        )
    return array


def real_numbers(name: str, value: Any, dtype: Any = None) -> np.ndarray:
    """Convert to an array of real numbers, NaN and infinite ones among them, or raise; arguments as in `finite`."""
    _require_no_truth_value(name, value)
    array = as_array(name, value)
    # a list of truth values alone is a mask
    if isinstance(value, (list, tuple)) and array.dtype.kind != "b":
        for k, entry in enumerate(value):
            _require_no_truth_value(f"{name}[{k}]", entry)
    if array.dtype.kind not in "fiubc":
        raise ParameterError(f"{name} must be an array of numbers (got {type(value).__name__}).")
    if array.dtype.kind == "c":
        raise ParameterError(f"{name} must hold real numbers (got dtype {array.dtype}).")
    single = array.dtype == np.float32
    return array.astype(dtype if dtype is not None else np.float32 if single else np.float64, copy=False)


def array_of_shape(name: str, value: Any, shape: tuple[int, ...], remedy: str = "") -> np.ndarray:
    """Convert to a finite array of exactly this shape, or raise."""
    array = finite(name, value)
    if array.shape != shape:
        raise ShapeError(f"{name} must have shape {shape} (got {array.shape}). {remedy}".rstrip())
    return array


def one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of the ``known`` names, or raise with the nearest of them."""
    known = list(known)
    # arrays compare entry by entry
    if not isinstance(value, str) or value not in known:
        raise UnknownNameError(f"{name} = {value!r} is unknown. {did_you_mean(str(value), known)}")
    return value


def instance_of(name: str, value: Any, kinds: type[Kind] | tuple[type[Kind], ...], remedy: str) -> Kind:
    """Return ``value`` if it is an instance of one of these classes, or raise with the remedy, a clause."""
    if not isinstance(value, kinds):
        classes = kinds if isinstance(kinds, tuple) else (kinds,)
        expected = " or ".join(with_article(cls.__name__) for cls in classes)
        raise ParameterError(f"{name} must be {expected} (got {kind_of(value)}); {remedy}.")
    return value


def entries(name: str, value: Any, remedy: str) -> list[Any]:
    """Entries of a list, a tuple, an array or anything else that gives them one by one, but text; or raise."""
    try:
        if not isinstance(value, (str, bytes)):
            return list(value)
    except TypeError:  # also of arrays without axes
        pass
    raise ParameterError(f"{name} must be a list (got {kind_of(value)}); {remedy}.")


def named_entries(name: str, value: Any, remedy: str) -> dict[Any, Any]:
    """Entries of a mapping such as a dict, or raise with the remedy, a clause."""
    if not isinstance(value, Mapping):
        raise ParameterError(f"{name} must be a mapping (got {kind_of(value)}); {remedy}.")
    return dict(value)


def file_path(name: str, value: Any) -> Path:
    """Path of a file or folder from text or a path, or raise."""
    if not isinstance(value, (str, os.PathLike)):
        raise ParameterError(
            f"{name} must be text or a path (got {kind_of(value)}); try {name}='network.npz'."
        )
    return Path(value)


def check_keywords(function: Function) -> Function:
    """Decorate a function so that an unknown keyword, and a keyword that must be True or False, raise clear errors.

    For functions that users call with names from papers or other packages (``N``, ``g``, ``seed``): Python itself
    suggests near spellings only, and none before version 3.13.
    """
    name = function.__qualname__.removesuffix(".__init__")
    parameters = inspect.signature(function).parameters.values()
    names = [p.name for p in parameters if p.name != "self"]
    flags = {p.name for p in parameters if p.annotation in ("bool", "bool | None")}

    @functools.wraps(function)
    def wrapper(*args: Any, **keywords: Any) -> Any:
        for keyword in keywords:
            if keyword not in names:
                raise unknown_keyword(f"{name}()", keyword, names)
            if keyword in flags and keywords[keyword] is not None:
                truth_value(keyword, keywords[keyword])
        return function(*args, **keywords)

    return wrapper  # type: ignore[return-value]


SMALL = 16e6
"""Bytes that are worth no look: to ask the system what is free takes up to 0.2 ms."""


def require_memory(nbytes: float, what: str, remedy: str) -> None:
    """Raise MemoryLimitError if an allocation of so many bytes exceeds the memory that is free."""
    if nbytes < SMALL:
        return
    available = available_memory()
    if nbytes > available:
        raise MemoryLimitError(
            f"{what} would take {nbytes / 1e9:.3g} GB; {available / 1e9:.3g} GB are available. {remedy}"
        )


def require_square(
    size: int,
    *,
    matrices: int = 1,
    itemsize: int = 8,
    remedy: str = "Use LowRank or Sparse connectivity, or fewer units.",
) -> None:
    """Raise `MemoryLimitError` unless some matrices of shape (size, size) fit into memory together."""
    require_memory(
        matrices * itemsize * float(size) ** 2, f"size = {size}: a dense matrix of {size} x {size}", remedy
    )
