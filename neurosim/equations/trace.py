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

__all__ = ["Equations", "parameter_units", "parameter_values", "sections_of", "trace", "unit_values"]

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

    The equations of populations hold those of each one, and choose among them by the symbols ``in_E`` and so on (see
    `unit_values`): they are to be evaluated with arrays over all units. Kernels are generated from each by itself.

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
    sections = sections_of(neuron)
    if not sections[0].name:
        return _trace_unit(neuron, Graph(), neuron.variables())
    graph, columns = Graph(), neuron.variables()
    each = [_trace_unit(own, graph, columns[: len(own.variables())], f"{name}_") for name, own, _ in sections]
    return _choose_by_unit(graph, [name for name, _, _ in sections], each, columns)


def parameter_values(neuron: Declaration) -> dict[str, float | np.ndarray]:
    """Values of all parameters of a neuron, nested declarations included, in the order of the trace.

    Those of populations start with the name of the population, ``E_tau``, and have one value per unit of it, if any.
    """
    return {s.prefix + name: v for s in sections_of(neuron) for name, v in _flatten(s.neuron, "")}


def sections_of(neuron: Any) -> tuple[Any, ...]:
    """Sections of units that obey one equation, which any `Neuron` has: see `neurosim.neurons.base.Section`."""
    return neuron.sections()


def parameter_units(neuron: Any, size: int) -> dict[str, slice]:
    """Units to which each parameter of a neuron belongs, by name: of populations, their own units."""
    return {
        s.prefix + name: slice(*s.units.indices(size))
        for s in sections_of(neuron)
        for name, _ in _flatten(s.neuron, "")
    }


def unit_values(neuron: Any, size: int) -> dict[str, float | np.ndarray]:
    """Values of all symbols in the equations of `trace` but the state and the input, single or one per unit.

    With populations, ``in_E`` is 1 for the units of E and 0 for others.
    """
    values, units = parameter_values(neuron), parameter_units(neuron, size)
    found: dict[str, float | np.ndarray] = {}
    for name, value in values.items():
        if np.ndim(value) and len(value) < size:  # type: ignore[arg-type]
            # other units have a valid value too, which is not used
            every = np.full(size, value[0])  # type: ignore[index]
            every[units[name]] = value
            value = every
        found[name] = value
    for section in sections_of(neuron):
        if section.name:
            found[f"in_{section.name}"] = np.zeros(size)
            found[f"in_{section.name}"][section.units] = 1.0  # type: ignore[index]
    return found


def _trace_unit(neuron: Any, graph: Graph, variables: tuple[str, ...], prefix: str = "") -> Equations:
    """Equations of one kind of unit, with the parameters under their prefix."""
    parameters = tuple(name for name, _ in _flatten(neuron, prefix))
    _check_names(neuron, neuron.variables(), tuple(name for name, _ in _flatten(neuron, "")))
    traced = _Tracer(neuron, _symbolic(neuron, graph, prefix), graph, variables)
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


def _choose_by_unit(
    graph: Graph, names: list[str], each: list[Equations], columns: tuple[str, ...]
) -> Equations:
    """Equations that choose those of the population of a unit, for evaluation with arrays over all units."""
    count = len(columns)
    parameters = tuple(p for equations in each for p in equations.parameters)

    def choose(values: list[Value]) -> Value:
        chosen = values[-1]
        for name, value in zip(names[-2::-1], values[-2::-1], strict=True):
            same = value is chosen or (
                isinstance(value, float) and isinstance(chosen, float) and value == chosen
            )
            chosen = (
                chosen if same else graph.combine("where", graph.symbol(f"in_{name}") > 0.5, value, chosen)
            )
        return chosen

    def column(values: list[tuple[Value, ...]]) -> tuple[Value, ...]:
        return tuple(choose([own[k] if k < len(own) else 0.0 for own in values]) for k in range(count))

    def rows(values: list[tuple[tuple[Value, ...], ...]]) -> tuple[tuple[Value, ...], ...]:
        return tuple(column([own[k] if k < len(own) else () for own in values]) for k in range(count))

    def by_parameter(k: int) -> tuple[Value, ...]:
        slopes = (
            choose([derivative(own.drift[k], p) if k < len(own.drift) else 0.0 for own in each])
            for p in parameters
        )
        return tuple(slopes)

    return Equations(
        columns,
        parameters,
        column([own.drift for own in each]),
        choose([own.rate for own in each]),
        drift_by_state=rows([own.drift_by_state for own in each]),
        drift_by_input=column([own.drift_by_input for own in each]),
        rate_by_state=column([own.rate_by_state for own in each]),
        drift_by_parameter=tuple(by_parameter(k) for k in range(count)),
        rate_by_parameter=tuple(choose([derivative(own.rate, p) for own in each]) for p in parameters),
    )


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
