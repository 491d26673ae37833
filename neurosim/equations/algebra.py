"""Algebraic simplification of expressions: x + 0, x * 1, powers, nested np.where.

Operands are floats (constants) or expressions, of which only ``operation``, ``operands`` and ``graph`` are
used. No rule turns a NaN into a number, except that a product with the constant 0 is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["simplify"]


def _is(operand: Any, operation: str) -> bool:
    return not isinstance(operand, float) and operand.operation == operation


def _constant(operand: Any, value: float) -> bool:
    return isinstance(operand, float) and operand == value


def _add(a: Any, b: Any) -> Any:
    if _constant(a, 0.0):
        return b
    if _constant(b, 0.0):
        return a
    if _is(b, "negative"):
        return a - b.operands[0]
    return None


def _subtract(a: Any, b: Any) -> Any:
    if _constant(b, 0.0):
        return a
    if _constant(a, 0.0):
        return -b
    if _is(b, "negative"):
        return a + b.operands[0]
    return None


def _multiply(a: Any, b: Any) -> Any:
    for one, other in ((a, b), (b, a)):
        if _constant(one, 0.0):
            return 0.0
        if _constant(one, 1.0):
            return other
        if _constant(one, -1.0):
            return -other
        if _is(one, "divide") and _constant(one.operands[0], 1.0):
            return other / one.operands[1]
    return None


def _divide(a: Any, b: Any) -> Any:
    if _constant(a, 0.0):
        return 0.0
    if _constant(b, 1.0):
        return a
    return None


def _negative(a: Any) -> Any:
    return a.operands[0] if _is(a, "negative") else None


def _power(a: Any, b: Any) -> Any:
    if _constant(b, 0.0):
        return 1.0
    if _constant(b, 1.0):
        return a
    if _constant(b, 0.5):
        return np.sqrt(a)
    return None


def _maximum(a: Any, b: Any) -> Any:
    if isinstance(a, float):
        return np.maximum(b, a)
    if isinstance(b, float):
        return None
    # with the second comparison the result is NaN if a or b is NaN
    return np.where((a > b) | (a != a), a, b)


def _minimum(a: Any, b: Any) -> Any:
    if isinstance(a, float):
        return np.minimum(b, a)
    if isinstance(b, float):
        return None
    return np.where((a < b) | (a != a), a, b)


def _where(condition: Any, a: Any, b: Any) -> Any:
    if isinstance(condition, float):
        return a if condition else b
    if a is b or (isinstance(a, float) and isinstance(b, float) and a == b):
        return a
    if _is(a, "where") and a.operands[0] is condition:
        return np.where(condition, a.operands[1], b)
    if _is(b, "where") and b.operands[0] is condition:
        return np.where(condition, a, b.operands[2])
    return None


def _logical_and(a: Any, b: Any) -> Any:
    for one, other in ((a, b), (b, a)):
        if isinstance(one, float):
            return other if one else 0.0
    return None


def _logical_or(a: Any, b: Any) -> Any:
    for one, other in ((a, b), (b, a)):
        if isinstance(one, float):
            return 1.0 if one else other
    return None


_SIMPLIFICATIONS: dict[str, Callable[..., Any]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negative": _negative,
    "power": _power,
    "maximum": _maximum,
    "minimum": _minimum,
    "where": _where,
    "logical_and": _logical_and,
    "logical_or": _logical_or,
}


def simplify(operation: str, operands: tuple[Any, ...]) -> Any:
    """Return a shorter equivalent of ``operation(*operands)``, or None if no rule applies."""
    rule = _SIMPLIFICATIONS.get(operation)
    return None if rule is None else rule(*operands)
