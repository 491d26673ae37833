"""Value and gradient of a function of named arrays, with autograd."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.tracer import isbox, new_box, toposort, trace_stack

from neurosim.errors import ParameterError, ShapeError, kind_of
from neurosim.validation import finite, named_entries

__all__ = ["value_and_gradient"]

Function = Callable[[dict[str, Any]], Any]


def value_and_gradient(
    function: Function, parameters: Mapping[str, np.ndarray]
) -> tuple[float, dict[str, np.ndarray]]:
    """Value of a function and its gradient with respect to each of its named arrays.

    Parameters
    ----------
    function : callable
        Takes a dict with the names of `parameters` and returns one number; written in `autograd.numpy`.
    parameters : mapping of str to ndarray

    Returns
    -------
    value : float
    gradients : dict of str to ndarray
        Of the shapes of the parameters; zero where the value does not depend on them.

    Raises
    ------
    ShapeError
        If the value is not one number.
    ParameterError
        If the value depends on none of the parameters, or the function assigns into an array.

    Notes
    -----
    `autograd.value_and_grad` of a dict makes zeros for all other entries whenever one of them is used; here every
    array is a variable of its own.

    Examples
    --------
    >>> import autograd.numpy as np
    >>> from neurosim.engine.differentiable.gradient import value_and_gradient
    >>> value_and_gradient(lambda p: np.sum(p["a"] ** 2), {"a": np.array([1.0, 2.0])})
    (5.0, {'a': array([2., 4.])})
    """
    parameters = {
        name: finite(f"parameters[{name!r}]", value)
        for name, value in named_entries("parameters", parameters, "give arrays by name").items()
    }
    if not callable(function):
        raise ParameterError(f"function must be a function of named arrays (got {kind_of(function)}).")
    with trace_stack.new_trace() as trace:
        start = {name: new_box(value, trace, VJPNode.new_root()) for name, value in parameters.items()}
        end = _call(function, dict(start))
    if not isbox(end) or end._trace != trace:
        raise ParameterError(
            f"the value must depend on at least one of {', '.join(parameters)} (got {end!r}); compute it from the "
            f"function's argument with autograd.numpy, without float() or numpy.asarray."
        )
    if np.shape(end._value) != ():
        raise ShapeError(
            f"the value must be one number (got shape {np.shape(end._value)}); try np.mean(...)."
        )
    found = _backward(np.ones_like(end._value), end._node)
    gradients = {name: found.get(id(box._node)) for name, box in start.items()}
    return float(end._value), {
        name: np.zeros_like(parameters[name]) if gradient is None else np.asarray(gradient)
        for name, gradient in gradients.items()
    }


def _call(function: Function, boxes: dict[str, Any]) -> Any:
    try:
        return function(boxes)
    except TypeError as failure:
        if "does not support item assignment" not in str(failure):
            raise
        raise ParameterError(
            "a loss must not assign into an array (x[k] = ...), which has no gradient; make a new array with "
            "np.where, np.concatenate or np.stack of autograd.numpy."
        ) from failure


def _backward(slope: Any, end: Any) -> dict[int, Any]:
    """Gradients by root node; autograd's own backward pass returns that of the last node only."""
    waiting: dict[Any, tuple[Any, bool]] = {end: (slope, False)}
    roots: dict[int, Any] = {}
    for node in toposort(end):
        total = waiting.pop(node)
        if not node.parents:
            roots[id(node)] = total[0]
        for parent, gradient in zip(node.parents, node.vjp(total[0]), strict=True):
            waiting[parent] = add_outgrads(waiting.get(parent), gradient)
    return roots
