"""Expressions as functions for autograd, which differentiates them to any order with the rules of this package."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import autograd.numpy as anp
from autograd.extend import defvjp, primitive
from autograd.numpy.numpy_vjps import unbroadcast

from neurosim.equations.derivative import derivative
from neurosim.equations.evaluation import numpy_function
from neurosim.equations.expression import Expression

__all__ = ["differentiable"]


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


def _slope(expression: Expression, arguments: Sequence[str], position: int) -> Callable[..., Any]:
    @functools.cache
    def function() -> Callable[..., Any]:
        return differentiable(derivative(expression, arguments[position]), arguments)

    def maker(_: Any, *values: Any) -> Callable[[Any], Any]:
        target, partial = anp.metadata(values[position]), function()(*values)
        return lambda g: anp.array(unbroadcast(g * partial, target), target[2])

    return maker
