"""Tracing: from the methods of a neuron to its equations and their local derivatives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from neurosim.declaration import Declaration, parameter_names
from neurosim.equations.derivative import derivative
from neurosim.equations.expression import Expression, Graph
from neurosim.equations.rules import RULES, known_functions
from neurosim.errors import EquationError

__all__ = ["Equations", "parameter_values", "trace"]

Value = Expression | float
_RESERVED = frozenset({*RULES, *known_functions(), "real", "u"})


@dataclasses.dataclass(frozen=True, eq=False)
class Equations:
    """Equations of one unit, ``ds/dt = drift(s, u)`` and ``r = rate(s)``, with their derivatives.

    Attributes
    ----------
    variables : tuple of str
        Names of the state variables.
    parameters : tuple of str
        Names of the parameters; those of a nested declaration start with the name of its field.
    drift : tuple of Expression or float
        Time derivative of each variable.
    rate : Expression or float
    drift_by_state : tuple of tuple
        Entry ``[i][j]`` is the derivative of drift i by variable j.
    drift_by_input : tuple
        Derivative of drift i by the input current.
    rate_by_state : tuple
        Derivative of the rate by variable j.
    drift_by_parameter : tuple of tuple
        Entry ``[i][p]`` is the derivative of drift i by parameter p.
    rate_by_parameter : tuple
        Derivative of the rate by parameter p.
    """

    variables: tuple[str, ...]
    parameters: tuple[str, ...]
    drift: tuple[Value, ...]
    rate: Value
    drift_by_state: tuple[tuple[Value, ...], ...]
    drift_by_input: tuple[Value, ...]
    rate_by_state: tuple[Value, ...]
    drift_by_parameter: tuple[tuple[Value, ...], ...]
    rate_by_parameter: tuple[Value, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """Arguments of all generated functions: the variables, the input ``u``, the parameters."""
        return (*self.variables, "u", *self.parameters)


def trace(neuron: Any) -> Equations:
    """Equations and local derivatives of a neuron, from one call of each of its methods with symbols.

    Where the class itself has a method ``drift_by_state``, ``drift_by_input`` (arguments as ``drift``) or
    ``rate_by_state`` (arguments as ``rate``), for instance a surrogate gradient, that method is traced
    instead of differentiating.

    Parameters
    ----------
    neuron : Neuron

    Returns
    -------
    Equations

    Raises
    ------
    EquationError
        If a method branches on the state, uses a function that is not in the table, or returns the wrong
        number of values. The message names the class and the method.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.equations import trace
    >>> equations = trace(ns.LeakyCurrent("tanh"))
    >>> equations.drift, equations.rate, equations.rate_by_state
    (((-x + u) / tau,), tanh(x), (1 - tanh(x) * tanh(x),))
    """
    variables = type(neuron).variables()
    parameters = tuple(parameter_values(neuron))
    _check_names(neuron, variables, parameters)
    graph = Graph()
    traced = _Tracer(neuron, _symbolic(neuron, graph), graph, variables)
    drift = traced.call("drift", len(variables))
    (rate,) = traced.call("rate", 1)
    return Equations(
        variables,
        parameters,
        drift,
        rate,
        drift_by_state=traced.rows("drift_by_state", drift),
        drift_by_input=traced.column("drift_by_input", drift),
        rate_by_state=traced.row("rate_by_state", rate),
        drift_by_parameter=tuple(tuple(derivative(d, p) for p in parameters) for d in drift),
        rate_by_parameter=tuple(derivative(rate, p) for p in parameters),
    )


def parameter_values(neuron: Declaration) -> dict[str, float | np.ndarray]:
    """Values of all parameters of a neuron, nested declarations included, in the order of the trace."""
    return dict(_flatten(neuron, ""))


def _flatten(declaration: Declaration, prefix: str) -> Iterator[tuple[str, Any]]:
    numerical = parameter_names(type(declaration))
    for field in dataclasses.fields(declaration):  # type: ignore[arg-type]
        value = getattr(declaration, field.name)
        if field.name in numerical:
            yield prefix + field.name, value
        elif isinstance(value, Declaration):
            yield from _flatten(value, f"{prefix}{field.name}_")


def _symbolic(declaration: Any, graph: Graph, prefix: str = "") -> Any:
    """Copy whose parameters are symbols, made without ``__init__``, since that checks numbers."""
    copy = object.__new__(type(declaration))
    numerical = parameter_names(type(declaration))
    names = [field.name for field in dataclasses.fields(declaration)]
    for name in dict.fromkeys([*names, *getattr(declaration, "__dict__", ())]):
        value = getattr(declaration, name)
        if name in numerical:
            value = graph.symbol(prefix + name)
        elif isinstance(value, Declaration):
            value = _symbolic(value, graph, f"{prefix}{name}_")
        object.__setattr__(copy, name, value)
    return copy


def _check_names(neuron: Any, variables: tuple[str, ...], parameters: tuple[str, ...]) -> None:
    names = [name for name, _ in _flatten(neuron, "")]
    for name in (*variables, *parameters):
        if name in _RESERVED:
            raise EquationError(
                f"{type(neuron).__name__} must not have a variable or parameter {name!r}, "
                f"which is reserved in generated functions; choose another name."
            )
        if [*variables, *names].count(name) > 1:
            raise EquationError(
                f"{type(neuron).__name__} uses the name {name!r} twice (variables: {', '.join(variables)}; "
                f"parameters: {', '.join(names)}); rename one of them."
            )


@dataclasses.dataclass(frozen=True, eq=False)
class _Tracer:
    """Calls of a neuron's methods with symbols."""

    neuron: Any
    symbolic: Any
    graph: Graph
    variables: tuple[str, ...]

    def call(self, method: str, count: int) -> tuple[Value, ...]:
        """Return the ``count`` values of a method that is called with symbols."""
        arguments = (*self.variables, "u") if method.startswith("drift") else self.variables
        place = f"{type(self.neuron).__name__}.{method}"
        result = _call(place, getattr(self.symbolic, method), [self.graph.symbol(a) for a in arguments])
        values = tuple(result) if isinstance(result, (tuple, list)) else (result,)
        if len(values) != count or any(value is None for value in values):
            given = "None" if result is None else f"{len(values)} value(s)"
            raise EquationError(
                f"{place} returned {given}; it must return {count}"
                f"{', a tuple in the order of ' + ', '.join(self.variables) if count > 1 else ' number'}. "
                f"Write return ... on the last line of the method."
            )
        return tuple(_call(place, self.graph.number, [value]) for value in values)

    def writes(self, method: str) -> bool:
        """Whether the class has a method of its own for this derivative."""
        return callable(getattr(type(self.neuron), method, None))

    def rows(self, method: str, drift: tuple[Value, ...]) -> tuple[tuple[Value, ...], ...]:
        count = len(self.variables)
        if not self.writes(method):
            return tuple(tuple(derivative(d, v) for v in self.variables) for d in drift)
        entries = self.call(method, count * count)
        return tuple(entries[i * count : (i + 1) * count] for i in range(count))

    def column(self, method: str, drift: tuple[Value, ...]) -> tuple[Value, ...]:
        return (
            self.call(method, len(drift)) if self.writes(method) else tuple(derivative(d, "u") for d in drift)
        )

    def row(self, method: str, rate: Value) -> tuple[Value, ...]:
        if self.writes(method):
            return self.call(method, len(self.variables))
        return tuple(derivative(rate, v) for v in self.variables)


def _call(place: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except EquationError as error:
        raise EquationError(f"{place}: {error}") from None
    except Exception as error:
        raise EquationError(
            f"{place} cannot be called with symbols ({type(error).__name__}: {error}); write it in plain "
            f"NumPy, element by element, with these functions: {', '.join(known_functions())}."
        ) from error
