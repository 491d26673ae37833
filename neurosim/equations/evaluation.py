"""Evaluation of expressions with NumPy, for arrays of any shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from neurosim.equations.expression import Expression, topological_order
from neurosim.equations.rules import RULES
from neurosim.errors import EquationError

__all__ = ["evaluate", "numpy_function"]


def evaluate(expression: Expression | float, values: Mapping[str, Any]) -> Any:
    """Value of an expression for given values of its symbols.

    Parameters
    ----------
    expression : Expression or float
    values : mapping from str to float or ndarray
        Values of all symbols; arrays are broadcast against each other.

    Returns
    -------
    float or ndarray
        Infinities and NaN are returned without a warning.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph, derivative, evaluate
    >>> x = Graph().symbol("x")
    >>> evaluate(derivative(np.maximum(x, 0.0) ** 2, x), {"x": np.array([-1.0, 3.0])})
    array([0., 6.])
    """
    if not isinstance(expression, Expression):
        return float(expression)
    found: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in topological_order([expression]):
            found[node.serial] = _value(node, found, values)
    return found[expression.serial]


def _value(node: Expression, found: Mapping[int, Any], values: Mapping[str, Any]) -> Any:
    if node.operation == "symbol":
        name = node.operands[0]
        if name not in values:
            raise EquationError(
                f"no value for {name!r} (given: {', '.join(values) or 'none'}); add it to values."
            )
        return np.asarray(values[name], dtype=np.float64)
    operands = (found[o.serial] if isinstance(o, Expression) else o for o in node.operands)
    return RULES[node.operation].value(*operands)


def numpy_function(expression: Expression | float, arguments: Sequence[str]) -> Callable[..., Any]:
    """Function of arrays, in the order of ``arguments``, that evaluates an expression.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph, numpy_function
    >>> x = Graph().symbol("x")
    >>> float(numpy_function(2.0 * x, ["x"])(4.0))
    8.0
    """

    def function(*values: Any) -> Any:
        return evaluate(expression, dict(zip(arguments, values, strict=True)))

    return function
