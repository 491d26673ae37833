"""Design of a study: every combination of values, parallel lists, or a list of points."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import require_memory

__all__ = ["Axis", "Design", "grid_axes", "list_axis", "zip_axis"]

Values = dict[str, Any]

ENTRY = 250.0
"""Bytes of an entry of an axis."""


@dataclass(frozen=True, eq=False)
class Axis:
    """Values that vary together: each entry sets one parameter, or several that are zipped."""

    entries: tuple[Values, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters that the axis sets."""
        return tuple(dict.fromkeys(name for entry in self.entries for name in entry))


@dataclass(frozen=True, eq=False)
class Design:
    """Every combination of the entries of some axes; the last axis varies fastest."""

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        count = math.prod(len(axis.entries) for axis in self.axes)
        if count > sys.maxsize:
            raise ParameterError(f"the study has {count:.2g} points; give fewer values.")

    def __len__(self) -> int:
        return math.prod(len(axis.entries) for axis in self.axes)

    def __iter__(self) -> Iterator[Values]:
        for entries in itertools.product(*(axis.entries for axis in self.axes)):
            yield {name: value for entry in entries for name, value in entry.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """All parameters, in their order."""
        return tuple(name for axis in self.axes for name in axis.names)


def grid_axes(values: Mapping[str, Any]) -> tuple[Axis, ...]:
    """One axis for each parameter."""
    if not values:
        raise ParameterError("the study has no parameters; give at least one, such as seed=range(10).")
    return tuple(Axis(tuple({name: v} for v in _as_list(name, given))) for name, given in values.items())


def zip_axis(values: Mapping[str, Any]) -> Axis:
    """One axis on which all parameters vary together."""
    listed = {name: _as_list(name, given) for name, given in values.items()}
    lengths = {name: len(items) for name, items in listed.items()}
    if len(set(lengths.values())) != 1:
        raise ShapeError(
            f"lists that are zipped must have one length (got "
            f"{', '.join(f'{length} values of {name}' for name, length in lengths.items()) or 'no lists'})."
        )
    return Axis(tuple(dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)))


def list_axis(points: Iterable[Mapping[str, Any]]) -> Axis:
    """One axis of given points, all of which set the same parameters."""
    entries = tuple(dict(point) for point in points)
    if not entries:
        raise ParameterError("points must hold at least one point (got []); give a list of dicts.")
    for k, entry in enumerate(entries):
        if entry.keys() != entries[0].keys():
            raise ParameterError(
                f"points[{k}] must set {sorted(entries[0])} as points[0] does (got {sorted(entry)})."
            )
    return Axis(entries)


def _count(given: Iterable[Any]) -> float:
    """Number of values, 0 where it is not known before they are read."""
    try:
        return len(given)  # type: ignore[arg-type]
    except TypeError:
        return 0.0
    except OverflowError:
        return math.inf


def _as_list(name: str, given: Any) -> Sequence[Any]:
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise ParameterError(f"{name} must be a list of values (got {given!r}); write {name}=[{given!r}].")
    require_memory(ENTRY * _count(given), f"{name} with so many values", "Give fewer values.")
    items = list(given)
    if not items:
        raise ParameterError(
            f"{name} must have at least one value (got []); a grid without values has no points."
        )
    return items
