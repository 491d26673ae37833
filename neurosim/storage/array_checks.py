"""Checks of arrays by name, as other tools give them: whether the names are known and the shapes fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean, kind_of
from neurosim.validation import finite

__all__ = ["require_array", "require_known_names", "require_mapping", "require_shape"]


def require_shape(name: str, value: Any, shape: tuple[int | str, ...], remedy: str = "") -> np.ndarray:
    """Convert to a finite array of a shape in which some lengths are free.

    Parameters
    ----------
    name : str
        For messages.
    value : array_like
    shape : tuple of int or str
        A length, or the name of a length that may be anything; the same name twice means equal lengths.
    remedy : str, optional
        Last sentence of the message.
    """
    array = finite(name, value)
    lengths: dict[str, int] = {}
    fits = array.ndim == len(shape) and all(
        have == (lengths.setdefault(want, have) if isinstance(want, str) else want)
        for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
        raise ShapeError(f"{name} must have shape {wanted} (got {array.shape}). {remedy}".rstrip())
    return array


def require_array(arrays: Mapping[str, Any], name: str, what: str) -> Any:
    """Get one array of a mapping; the error lists what is there."""
    if arrays.get(name) is None:
        there = ", ".join(sorted(str(key) for key, array in arrays.items() if array is not None)) or "nothing"
        raise ParameterError(f"{what} must have {name!r} (it has: {there}); add that array.")
    return arrays[name]


def require_mapping(arrays: Any, what: str) -> None:
    """Raise unless this is a mapping."""
    if not isinstance(arrays, Mapping):
        raise ParameterError(
            f"{what} must be a mapping of names to arrays (got {kind_of(arrays)}); give a dict, or what "
            f"numpy.load returns for an .npz file."
        )


def require_known_names(arrays: Any, names: Iterable[str], what: str) -> None:
    """Raise unless this is a mapping in which every name is known."""
    require_mapping(arrays, what)
    known = list(names)
    for name in arrays:
        if name not in known:
            raise UnknownNameError(f"{what} has an unknown array {name!r}. {did_you_mean(str(name), known)}")
