"""Settings: the numbers of a study by dotted path, such as ``network.size``, some of them changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Settings", "read_change"]


KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list that is not empty",
}
"""Types of settings, in words."""


class Settings(Mapping[str, Any]):
    """Values of a study by dotted path.

    Parameters
    ----------
    published : mapping
        Tables of values: numbers, texts, bools, and lists of those.
    changes : mapping of str to object, optional
        By dotted path; later ones replace earlier ones.

    Raises
    ------
    UnknownNameError
        For a path that is not there.
    ParameterError
        For a value of another type than the one it replaces.

    Examples
    --------
    >>> from neurosim.reproduce import Settings
    >>> settings = Settings({"network": {"size": 1000, "gain": 1.5}}, {"network.size": 400})
    >>> settings["network.size"], settings["network.gain"]
    (400, 1.5)
    """

    def __init__(self, published: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> None:
        self._values = dict(_flatten(published, ""))
        for path, value in (changes or {}).items():
            if path not in self._values:
                raise UnknownNameError(f"{path}: the study has no such setting. {_hint(path, self._values)}")
            self._values[path] = _like(path, value, self._values[path])

    def __getitem__(self, path: str) -> Any:
        if path not in self._values:
            raise UnknownNameError(f"{path}: the study has no such setting. {_hint(path, self._values)}")
        return self._values[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def table(self, name: str) -> dict[str, Any]:
        """Values of one table by the rest of their path, such as one parameter of a measure.

        Raises
        ------
        UnknownNameError
            For a table that is not there.

        Examples
        --------
        >>> from neurosim.reproduce import Settings
        >>> Settings({"network": {"size": 1000, "gain": 1.5}, "seeds": 3}).table("network")
        {'size': 1000, 'gain': 1.5}
        """
        found = {path.removeprefix(f"{name}."): self[path] for path in self if path.startswith(f"{name}.")}
        if not found:
            tables = sorted({path.partition(".")[0] for path in self if "." in path})
            raise UnknownNameError(f"{name}: the study has no such table. {did_you_mean(name, tables)}")
        return found

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{path} = {value!r}' for path, value in self._values.items())})"


def read_change(text: str) -> tuple[str, Any]:
    """Path and value of a text ``PATH=VALUE``, with the value as TOML writes it; texts need no quotes.

    Examples
    --------
    >>> from neurosim.reproduce.settings import read_change
    >>> read_change("network.gains=[1.5, 2]"), read_change("data.folder=gates")
    (('network.gains', [1.5, 2]), ('data.folder', 'gates'))
    """
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise ParameterError(
            f"a change must be PATH=VALUE (got {text!r}); write for instance network.size=400."
        )
    try:
        return path.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return path.strip(), value.strip()


def _hint(path: str, known: Mapping[str, Any]) -> str:
    endings = [name for name in known if name.rpartition(".")[2] == path.rpartition(".")[2]]
    return f"Did you mean {endings[0]!r}?" if len(endings) == 1 else did_you_mean(path, known)


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        path = f"{prefix}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            yield from _flatten(value, path)
        else:
            yield path, list(value) if isinstance(value, (tuple, range)) else value


def _like(path: str, value: Any, former: Any) -> Any:
    """Value in the type of the one that it replaces: an int becomes a float where one is expected."""
    if isinstance(former, list):
        if not isinstance(value, (list, tuple, range)) or not len(value):
            raise _wrong(path, value, former)
        return [_like(path, entry, former[0]) for entry in value] if former else list(value)
    if isinstance(former, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(former):
        raise _wrong(path, value, former)
    return value


def _wrong(path: str, value: Any, former: Any) -> ParameterError:
    kind = KINDS[type(former)]
    return ParameterError(f"{path} must be {kind} (got {value!r}); give a value such as {former!r}.")
