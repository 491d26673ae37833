"""Expressions as functions for autograd, which differentiates them to any order with the rules of this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.numpy as anp
from autograd.extend import defvjp, primitive
from autograd.numpy.numpy_vjps import unbroadcast

from neurosim.equations.derivative import derivative
from neurosim.equations.evaluation import numpy_function
from neurosim.equations.expression import Expression

__all__ = ["differentiable", "differentiable_value"]


def differentiable(expression: Expression | float, arguments: Sequence[str]) -> Callable[..., Any]:
    """Function of arrays or autograd's boxes, in the order of ``arguments``, that evaluates an expression.

    Its derivatives are those of `neurosim.equations.derivative`, with its conventions at corners, for every function of
    the table, and can be differentiated again.

    Parameters
    ----------
    expression : Expression or float
    arguments : sequence of str
        Names that include all symbols of the expression.

    Returns
    -------
    callable
        Arrays are broadcast against each other; the value is float64.

    Examples
    --------
    >>> from autograd import grad
    >>> import numpy as np
    >>> from neurosim.equations import Graph
    >>> from neurosim.equations.tape import differentiable
    >>> x = Graph().symbol("x")
    >>> cube = differentiable(x**3, ["x"])
    >>> float(grad(grad(cube))(2.0))
    12.0
    """
    if not isinstance(expression, Expression):
        return lambda *_: expression
    function = primitive(numpy_function(expression, arguments))
    defvjp(function, *(_slope(expression, arguments, k) for k in range(len(arguments))))
    return function


def differentiable_value(expression: Expression | float, values: Mapping[str, Any]) -> Any:
    """Value of an expression, for arrays or autograd's boxes by name."""
    return differentiable(expression, list(values))(*values.values())


def _slope(expression: Expression, arguments: Sequence[str], position: int) -> Callable[..., Any]:
    def maker(_: Any, *values: Any) -> Callable[[Any], Any]:
        target = anp.metadata(values[position])
        partial = differentiable(derivative(expression, arguments[position]), arguments)(*values)
        return lambda g: anp.array(unbroadcast(g * partial, target), target[2])

    return maker
