"""Dotted paths into the tables of a TOML file, such as ``network.connectivity.gain``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

__all__ = ["put_value", "short_names"]


def put_value(content: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a path, in place.

    Parameters
    ----------
    content : dict
        Tables of a file.
    path : str
        Keys with dots between them; the number of an entry where there is a list, ``network.connectivity.0.gain``. All
        but the last must be there.
    value : object
    """
    *outer, last = path.split(".")
    table: Any = content
    for k, key in enumerate(outer):
        table = _entry(table, key, ".".join(outer[:k]), path)
    if isinstance(table, list):
        _entry(table, last, ".".join(outer), path)
        table[int(last)] = value
    elif isinstance(table, dict):
        table[last] = value
    else:
        raise ParameterError(
            f"{path}: {'.'.join(outer)} must be a table (got {table!r}); sweep over it as a whole."
        )


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Column of each path: its last words, as many as tell it from the other paths."""
    return {path: _shortest(path, [other for other in paths if other != path]) for path in paths}


def _entry(table: Any, key: str, place: str, path: str) -> Any:
    if isinstance(table, list):
        if not (key.isdecimal() and int(key) < len(table)):
            raise UnknownNameError(
                f"{path}: {place} is a list of {len(table)}; name an entry by its number, such as {place}.0."
            )
        return table[int(key)]
    if not isinstance(table, Mapping) or key not in table:
        known = table if isinstance(table, Mapping) else ()
        raise UnknownNameError(
            f"{path}: the file has no {f'{place}.{key}'.lstrip('.')!r}. {did_you_mean(key, known)}"
        )
    return table[key]


def _shortest(path: str, others: Sequence[str]) -> str:
    words = path.split(".")
    # "type" alone does not say of what
    for count in range(2 if words[-1] == "type" else 1, len(words)):
        name = ".".join(words[-count:])
        if not words[-count].isdecimal() and not any(f".{other}".endswith(f".{name}") for other in others):
            return name
    return path
