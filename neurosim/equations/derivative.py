"""Symbolic differentiation of expressions."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.equations.expression import Expression, topological_order
from neurosim.equations.rules import CONDITIONS, RULES

__all__ = ["derivative"]


def derivative(expression: Expression | float, symbol: Expression | str) -> Expression | float:
    """Exact derivative of an expression by one of its symbols (forward mode, each node once).

    Parameters
    ----------
    expression : Expression or float
        Expression to differentiate; the derivative of a number is 0.
    symbol : Expression or str
        A symbol of the same graph, or its name.

    Returns
    -------
    Expression or float
        An expression of the same graph, which can be differentiated again.

    Notes
    -----
    At a corner the derivative is that of one side, the same in every run: 0 for ``np.maximum(x, c)``,
    ``np.minimum(x, c)`` and ``np.clip`` where ``x == c`` is a number, 0 for ``np.abs`` and ``np.sign`` at 0,
    and that of the second operand where two expressions tie in ``np.maximum(a, b)``. ``np.where`` has the
    derivative of the branch that is taken; jumps are ignored. The branch that is not taken does not affect the
    result, even if its derivative is infinite.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph, derivative
    >>> x = Graph().symbol("x")
    >>> derivative(np.tanh(3 * x), x)
    (1 - tanh(3 * x) * tanh(3 * x)) * 3
    >>> derivative(derivative(x**3, x), x)
    3 * (2 * x)
    """
    if not isinstance(expression, Expression):
        return 0.0
    name = symbol if isinstance(symbol, str) else symbol.operands[0]
    slopes: dict[int, Any] = {}
    for node in topological_order([expression]):
        slopes[node.serial] = _slope(node, name, slopes)
    return slopes[expression.serial]


def _slope(node: Expression, name: str, slopes: dict[int, Any]) -> Any:
    if node.operation == "symbol":
        return 1.0 if node.operands[0] == name else 0.0
    if node.operation in CONDITIONS:
        return 0.0
    inner = [slopes[o.serial] if isinstance(o, Expression) else 0.0 for o in node.operands]
    if node.operation == "where":
        return node.graph.combine("where", node.operands[0], inner[1], inner[2])
    total: Any = 0.0
    for partial, slope in zip(RULES[node.operation].partials, inner, strict=True):
        if not _is_number(slope, 0.0):
            total = total + _product(partial(node, *node.operands), slope)
    return total


def _is_number(value: Any, number: float) -> bool:
    return isinstance(value, float) and value == number


def _product(a: Any, b: Any) -> Any:
    # multiply inside the branches of np.where: at x < 0 the factor of max(x, 0) may be infinite, and infinity times 0
    # would be NaN
    for choice, factor in ((b, a), (a, b)):
        if isinstance(choice, Expression) and choice.operation == "where":
            condition, first, second = choice.operands
            if _is_number(first, 0.0) or _is_number(second, 0.0):
                return np.where(condition, _product(factor, first), _product(factor, second))
    return a * b
