"""Declarations from and to plain data, as in the TOML files of experiments."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.connectivity.composition import Sum
from neurosim.declaration import Declaration
from neurosim.errors import (
    NeurosimError,
    ParameterError,
    UnknownKeywordError,
    UnknownNameError,
    clause,
    did_you_mean,
)
from neurosim.registry import FAMILIES, family_of, find, names

__all__ = ["from_dict", "to_dict"]

PLAIN = (bool, int, float, str, type(None))

NONE = "none"
"""Text that stands for None, which TOML lacks."""


def from_dict(kind: str, description: Mapping[str, Any] | list[Any]) -> Declaration:
    """Declaration from plain data.

    Parameters
    ----------
    kind : str
        ``"neurons"``, ``"connectivity"`` or another kind of the registry; the singular does too.
    description : mapping or list
        ``{"type": "Gaussian", "gain": 1.5}``: the name of the class, and its fields. Fields that are
        declarations are nested mappings, arrays are nested lists. A list of connectivities is their sum. The text
        ``"none"`` stands for None in a field that may be None.

    Returns
    -------
    Declaration

    Raises
    ------
    UnknownNameError, UnknownKeywordError, ParameterError
        For an unknown type or keyword, or an invalid value. The message begins with its place, for instance
        ``connectivity[1].gain``, and suggests the nearest name.

    Examples
    --------
    >>> from neurosim.serialization import from_dict
    >>> from_dict("connectivity", [{"type": "Gaussian", "gain": 2.0}, {"type": "Coherent", "strength": 0.7}])
    Sum(terms=(Gaussian(gain=2.0), Coherent(strength=0.7)))
    """
    family = family_of(kind)
    if isinstance(description, Mapping):
        return _instance(description, (family.kind,), family.singular)
    if isinstance(description, list) and family.kind == "connectivity":
        return _sum(description, family.singular)
    also = " or a list of mappings" if family.kind == "connectivity" else ""
    raise ParameterError(
        f"{family.singular} must be a mapping{also} (got {description!r}); "
        f'try {{"type": "{(names(kind) or ["Name"])[0]}"}}.'
    )


def to_dict(declaration: Declaration) -> dict[str, Any] | list[Any]:
    """Plain data of a declaration, from which `from_dict` makes an equal one.

    Raises
    ------
    ParameterError
        If a field cannot be written as text, such as a function or sparse weights.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.serialization import to_dict
    >>> to_dict(ns.LeakyCurrent("relu", tau=20.0))
    {'type': 'LeakyCurrent', 'activation': 'relu', 'tau': 20.0}
    """
    return _data(declaration, type(declaration).__name__)


def _sum(descriptions: list[Any], place: str) -> Sum:
    if not descriptions:
        raise ParameterError(f"{place} must have at least one connectivity (got []).")
    terms = [_instance(term, ("connectivity",), f"{place}[{k}]") for k, term in enumerate(descriptions)]
    return Sum(tuple(terms))  # type: ignore[arg-type]


def _instance(description: Any, kinds: tuple[str, ...], place: str) -> Declaration:
    cls = _class(description, kinds, place)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    given = {name: value for name, value in description.items() if name != "type"}
    for name in given:
        if name not in fields:
            raise UnknownKeywordError(
                f"{place}.{name}: {cls.__name__} takes no {name!r}. {did_you_mean(str(name), fields)}"
            )
    _require_all(cls, fields, given, place)
    values = {name: _value(value, str(fields[name].type), f"{place}.{name}") for name, value in given.items()}
    try:
        return cls(**values)
    except NeurosimError as error:
        raise type(error)(f"{place}: {error}") from error
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{place}: {cls.__name__} refuses these fields: {clause(error)}.") from error


def _class(description: Any, kinds: tuple[str, ...], place: str) -> type[Declaration]:
    if not isinstance(description, Mapping) or not isinstance(description.get("type"), str):
        example = (names(kinds[0]) or ["Name"])[0]
        raise ParameterError(
            f'{place} must name a class (got {description!r}); try {{"type": "{example}", ...}}.'
        )
    name = description["type"]
    for kind in kinds:
        try:
            return find(kind, name)
        except UnknownNameError:
            continue
    known = [known for kind in dict.fromkeys(kinds) for known in names(kind)]
    raise UnknownNameError(f"{place}.type = {name!r} is unknown. {did_you_mean(name, known)}")


def _require_all(cls: type, fields: Mapping[str, Any], given: Mapping[str, Any], place: str) -> None:
    missing = dataclasses.MISSING
    for name, field in fields.items():
        if name not in given and field.default is missing and field.default_factory is missing:
            raise ParameterError(
                f"{place}: {cls.__name__} needs {name!r}; write it as {field.type}, as its docstring says."
            )


def _value(value: Any, annotation: str, place: str) -> Any:
    """Value of a field: a declaration where the data name a type, else the data."""
    if value == NONE and re.search(r"\bNone\b", annotation) and not re.search(r"\bstr\b", annotation):
        return None
    if isinstance(value, Mapping) and annotation.startswith("Mapping"):
        inner = annotation.partition(",")[2].rstrip("]")
        return {name: _value(item, inner, f"{place}.{name}") for name, item in value.items()}
    if isinstance(value, Mapping):
        kinds = _kinds(annotation)
        only = names(kinds[0]) if len(kinds) == 1 else []
        # a kind of one class, such as Stopping, needs no type
        given = {"type": only[0], **value} if len(only) == 1 else value
        return _instance(given, kinds, place) if "type" in given else dict(value)
    if isinstance(value, list) and annotation.startswith("tuple"):
        return tuple(_value(item, annotation[5:], f"{place}[{k}]") for k, item in enumerate(value))
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return _sum(value, place)
    return value


def _kinds(annotation: str) -> tuple[str, ...]:
    """Kinds named in an annotation such as ``Connectivity | None``; all kinds if there are none."""
    words = re.findall(r"\w+", annotation)
    named = tuple(family.kind for family in FAMILIES if family.singular.capitalize() in words)
    return named or tuple(family.kind for family in FAMILIES)


def _data(value: Any, place: str) -> Any:
    if isinstance(value, Sum):
        return [_data(term, f"{place}.terms[{k}]") for k, term in enumerate(value.terms)]
    if isinstance(value, Declaration):
        return {"type": type(value).__name__, **_field_data(value, place)}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufU":
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_data(item, f"{place}[{k}]") for k, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {str(key): _data(item, f"{place}[{key!r}]") for key, item in value.items()}
    if isinstance(value, PLAIN):
        return value
    raise ParameterError(
        f"{place} must be a name, an array or a declaration to be written as text (got {value!r}); ns.save stores "
        f"sparse weights and operators."
    )


def _field_data(declaration: Declaration, place: str) -> dict[str, Any]:
    fields = {}
    for field in dataclasses.fields(declaration):  # type: ignore[arg-type]
        value = getattr(declaration, field.name)
        # a field that is None by default is left out
        if field.init and not (value is None and field.default is None):
            fields[field.name] = NONE if value is None else _data(value, f"{place}.{field.name}")
    return fields
