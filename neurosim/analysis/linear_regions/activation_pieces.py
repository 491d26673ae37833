"""Knots and slopes of a piecewise-linear activation function."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from neurosim.equations import Expression, Graph, evaluate
from neurosim.neurons.activations import Activation, ThresholdPowerLaw, activation_function

__all__ = ["Pieces", "pieces_of"]

UNBENT = ("add", "subtract", "negative", "where", "logical_and", "logical_or", "logical_not")
COMPARED = ("maximum", "minimum", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
AWAY = 1.0
"""Distance between points in a piece that has no end."""
ROUNDING = 1e-12
"""Relative difference of slopes and knots that is one of rounding."""


class Pieces(NamedTuple):
    r"""Continuous piecewise-linear function, as a line and its bends.

    .. math:: \phi(x) = slope\, x + intercept + \sum_k jump_k \max(x - knot_k, 0)

    Attributes
    ----------
    slope, intercept : float or ndarray, shape (units,)
    knots, jumps : ndarray, shape (knots,) or (knots, units)
    """

    slope: Any
    intercept: Any
    knots: np.ndarray
    jumps: np.ndarray


def pieces_of(activation: Activation) -> Pieces | None:
    """Pieces of an activation; None where it is not continuous and piecewise linear.

    A function is traced: it may contain sums, products with numbers, ``np.maximum``, ``np.minimum``, ``np.clip``,
    ``np.abs`` and ``np.where`` of such expressions.
    """
    function = activation_function(activation)
    if isinstance(function, ThresholdPowerLaw):
        if np.any(np.asarray(function.exponent) != 1.0):
            return None
        gain, threshold = np.broadcast_arrays(function.gain, function.threshold)
        return Pieces(0.0, 0.0, threshold[None], gain[None])
    expression: Any = function(Graph().symbol("x"))
    knots = _knots(expression)
    if knots is None:
        return None
    return _from_knots(expression, knots)


def _from_knots(expression: Any, knots: np.ndarray) -> Pieces | None:
    """Pieces of an expression that is linear between knots, if it is continuous."""
    slopes, intercepts = _lines(expression, knots)
    before, after = (slopes[k] * knots + intercepts[k] for k in (slice(None, -1), slice(1, None)))
    if not np.allclose(before, after, rtol=1e-10, atol=1e-10):
        return None
    jumps = np.diff(slopes)
    bent = np.abs(jumps) > ROUNDING * np.abs(slopes).max()
    return Pieces(float(slopes[0]), float(intercepts[0]), knots[bent], jumps[bent])


def _lines(expression: Any, knots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept of an expression between knots and beyond them, from two points in each piece."""
    ends = (
        np.array([-2.0 * AWAY, 2.0 * AWAY])
        if not len(knots)
        else np.array([knots[0] - 4.0 * AWAY, *knots, knots[-1] + 4.0 * AWAY])
    )
    width = np.diff(ends)
    first, second = ends[:-1] + 0.25 * width, ends[:-1] + 0.75 * width
    low, high = (np.broadcast_to(evaluate(expression, {"x": x}), x.shape) for x in (first, second))
    slopes = (high - low) / (second - first)
    return slopes, low - slopes * first


def _knots(node: Any) -> np.ndarray | None:
    """Points between which an expression is linear, ascending; None where it is not piecewise linear."""
    if not isinstance(node, Expression) or node.operation == "symbol":
        return np.zeros(0)
    below = [_knots(operand) for operand in node.operands]
    if any(each is None for each in below):
        return None
    union = _merged(np.concatenate(below))  # type: ignore[arg-type]
    symbolic = sum(isinstance(operand, Expression) for operand in node.operands)
    if node.operation in UNBENT:
        return union
    if node.operation == "multiply" or (
        node.operation == "divide" and not isinstance(node.operands[1], Expression)
    ):
        return union if symbolic == 1 else None
    if node.operation in COMPARED:
        return _with_roots(node.operands[0] - node.operands[1], union)
    if node.operation in ("absolute", "sign"):
        return _with_roots(node.operands[0], union)
    return None


def _with_roots(difference: Any, knots: np.ndarray) -> np.ndarray:
    """Knots, and points at which an expression that is linear between them vanishes."""
    slopes, intercepts = _lines(difference, knots)
    moving = np.abs(slopes) > ROUNDING * np.abs(slopes).max(initial=0.0)
    return _merged(np.concatenate([knots, -intercepts[moving] / slopes[moving]]))


def _merged(knots: np.ndarray) -> np.ndarray:
    """Knots in ascending order, without those that differ from another by rounding."""
    ascending = np.unique(knots) + 0.0
    apart = np.diff(ascending, prepend=-np.inf) > ROUNDING * (1.0 + np.abs(ascending))
    return ascending[apart]
