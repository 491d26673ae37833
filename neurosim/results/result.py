"""How results print: numbers with their units in a few lines, and never a whole array."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from neurosim.conveniences import convenience
from neurosim.notebook import HtmlTable

__all__ = ["Result"]

FEW = 6
"""Numbers of an array that are shown."""
WIDTH = 100
"""Longest result that is printed on one line."""


class Result(HtmlTable):
    """A frozen dataclass that holds what was found, and prints the numbers in it with their units.

    Subclass it, naming the unit of each field that has one, and decorate with ``@dataclass(frozen=True)``.

    Examples
    --------
    >>> import numpy as np
    >>> from dataclasses import dataclass
    >>> from neurosim.results.result import Result
    >>> @dataclass(frozen=True, eq=False)
    ... class Rates(Result, mean="1/time", decay="time"):
    ...     mean: np.ndarray
    ...     decay: float
    >>> Rates(np.arange(200.0), 3.5)
    Rates(mean (1/time): 200 from 0 to 199, decay (time): 3.5)
    """

    _units: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **units: str) -> None:
        super().__init_subclass__()
        cls._units = units
        # @dataclass writes its own, which shows whole arrays, unless the class already has one
        cls.__repr__ = cls.__dict__.get("__repr__", Result.__repr__)  # type: ignore[method-assign]

    def __repr__(self) -> str:
        shown = [
            f"{self._heading(field.name)}: {_short(getattr(self, field.name))}"
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if field.repr
        ]
        line = f"{type(self).__name__}({', '.join(shown)})"
        return line if len(line) <= WIDTH else "\n    ".join([f"{type(self).__name__}:", *shown])

    def to_dataframe(self) -> Any:
        """Table of the fields that have one entry for each row; see `neurosim.table_export.result_table`."""
        return convenience("Result.to_dataframe")(self)

    def _html_rows(self) -> Mapping[str, Any]:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {
            self._heading(field.name): _short(getattr(self, field.name)) for field in fields if field.repr
        }

    def _heading(self, name: str) -> str:
        return f"{name} ({self._units[name]})" if name in self._units else name


def _short(value: Any) -> str:
    """Value in a few words."""
    if isinstance(value, np.ndarray):
        return _numbers(value)
    if isinstance(value, (bool, np.bool_, str, int, type(None))):
        return str(value)
    if isinstance(value, (float, complex, np.number)):
        return f"{value:.5g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        if len(value) > FEW:
            return f"{len(value)} of {type(value[0]).__name__}"
        return "(" + ", ".join(map(_short, value)) + ")"
    text = repr(value)
    return text if len(text) <= WIDTH else type(value).__name__


def _numbers(array: np.ndarray) -> str:
    if array.size <= FEW and array.ndim <= 1:
        return (
            f"[{', '.join(_short(each) for each in array.tolist())}]" if array.ndim else _short(array.item())
        )
    shape = " × ".join(map(str, array.shape))
    if array.dtype == np.bool_:
        return f"{shape}, {int(array.sum())} of them true"
    if not np.issubdtype(array.dtype, np.number) or not array.size:
        return f"{shape} of {array.dtype}"
    sizes = np.abs(array) if np.iscomplexobj(array) else array
    finite = sizes[np.isfinite(sizes)]
    if not finite.size:
        return f"{shape}, none finite"
    kind = "of modulus " if np.iscomplexobj(array) else ""
    return f"{shape} {kind}from {finite.min():.4g} to {finite.max():.4g}"
