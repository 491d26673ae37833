"""Conditions on points, written as comparisons: ``network.connectivity.gain <= 2``."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Condition", "fulfil_all", "read_condition"]

COMPARISON = re.compile(r"\s*([\w.\-]+)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*")
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Condition:
    """Comparison of a parameter with a value, or with another parameter."""

    text: str
    left: str
    sign: str
    right: Any
    is_parameter: bool

    def __call__(self, values: Mapping[str, Any]) -> bool:
        """Whether the values of a point fulfil it."""
        right = values[self.right] if self.is_parameter else self.right
        try:
            return bool(OPERATORS[self.sign](values[self.left], right))
        except TypeError as error:
            raise ParameterError(f"where: {self.text!r} compares what has no order ({error}).") from error


def read_condition(text: Any, names: Mapping[str, str]) -> Condition:
    """Condition from its text.

    Parameters
    ----------
    text : str
        ``PARAMETER SIGN VALUE``, with a value as TOML writes it, or another parameter.
    names : mapping of str to str
        Column of each name by which a parameter may be called.
    """
    parts = COMPARISON.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        raise ParameterError(
            f'where must be comparisons (got {text!r}); write  where = ["network.connectivity.gain <= 2"].'
        )
    left, sign, right = parts.groups()
    if left not in names:
        raise UnknownNameError(
            f"where: {left!r} is not a parameter of the sweep. {did_you_mean(left, names)}"
        )
    if right in names:
        return Condition(text, names[left], sign, names[right], is_parameter=True)
    try:
        return Condition(
            text, names[left], sign, tomllib.loads(f"value = {right}")["value"], is_parameter=False
        )
    except tomllib.TOMLDecodeError:
        raise UnknownNameError(
            f"where: {right!r} is neither a value nor a parameter of the sweep. {did_you_mean(right, names)}"
        ) from None


def fulfil_all(conditions: Sequence[Condition]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a point fulfils every condition."""
    return lambda values: all(condition(values) for condition in conditions)
