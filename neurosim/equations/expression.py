"""Expression graphs, which record the operations of a NumPy function that is called with symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from neurosim.equations.algebra import simplify
from neurosim.equations.rules import CONDITIONS, REWRITES, RULES, known_functions
from neurosim.errors import EquationError

__all__ = ["Expression", "Graph", "topological_order"]

_CONNECTIVES = ("logical_and", "logical_or", "logical_not")


class Graph:
    """Expressions of one trace; equal expressions are the same object.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph
    >>> graph = Graph()
    >>> x = graph.symbol("x")
    >>> np.tanh(2 * x) is np.tanh(2 * x)
    True
    """

    def __init__(self) -> None:
        self._expressions: dict[tuple[Any, ...], Expression] = {}

    def symbol(self, name: str) -> Expression:
        """Symbol with this name, for instance a state variable or a parameter."""
        return self._intern("symbol", (name,))

    def combine(self, operation: str, *operands: Any) -> Expression | float:
        """Apply a function of the table of rules to expressions of this graph and numbers."""
        prepared = tuple(self._operand(operation, k, operand) for k, operand in enumerate(operands))
        if all(isinstance(operand, float) for operand in prepared):
            with np.errstate(all="ignore"):
                return float(RULES[operation].value(*prepared))
        shorter = simplify(operation, prepared)
        return self._intern(operation, prepared) if shorter is None else shorter

    def number(self, value: Any) -> Expression | float:
        """Convert the value of an equation to an operand of this graph: true and false become 1 and 0."""
        return self._operand("number", 0, value)

    def _operand(self, operation: str, position: int, operand: Any) -> Expression | float:
        if isinstance(operand, Expression):
            if operand.graph is not self:
                raise EquationError(
                    f"{operand} belongs to an earlier call; an equation must use its own arguments only."
                )
            return self._coerce(operation, position, operand)
        return _number(operand)

    def _coerce(self, operation: str, position: int, operand: Expression) -> Expression | float:
        condition_needed = operation in _CONNECTIVES or (operation == "where" and position == 0)
        if operand.is_condition and not condition_needed:
            return self.combine("where", operand, 1.0, 0.0)
        if condition_needed and not operand.is_condition:
            return self.combine("not_equal", operand, 0.0)
        return operand

    def _intern(self, operation: str, operands: tuple[Any, ...]) -> Expression:
        # floats by their text, which distinguishes 0.0 from -0.0 and is equal for NaN
        key = (operation, *(id(o) if isinstance(o, Expression) else repr(o) for o in operands))
        if key not in self._expressions:
            self._expressions[key] = Expression(self, len(self._expressions), operation, operands)
        return self._expressions[key]


def _number(value: Any) -> float:
    try:
        if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf":
            return float(value)
    except (TypeError, ValueError):
        pass
    if isinstance(value, np.ndarray) and value.ndim:
        raise EquationError(
            f"the equation contains an array of shape {value.shape}, but is written for one unit; make the array a "
            f"field annotated Parameter (one number per unit)."
        )
    raise EquationError(f"the equation contains {value!r}; use real numbers, the state and the parameters.")


def _refusal(what: str, remedy: str) -> Callable[..., NoReturn]:
    def refuse(self: Expression, *_: Any, **__: Any) -> NoReturn:
        raise EquationError(f"{what} of {self} — {remedy}")

    return refuse


class Expression(NDArrayOperatorsMixin):
    """Symbolic number: a symbol, or a function of other expressions.

    Expressions are immutable and are made by ordinary NumPy code. `operation` names an entry of the table of
    rules (or is ``"symbol"``), `operands` are expressions and floats.
    """

    __slots__ = ("graph", "operands", "operation", "serial")
    __array_priority__ = 1000

    def __init__(self, graph: Graph, serial: int, operation: str, operands: tuple[Any, ...]) -> None:
        self.graph = graph
        self.serial = serial
        self.operation = operation
        self.operands = operands

    @property
    def is_condition(self) -> bool:
        """Whether the value is true or false rather than a number."""
        return self.operation in CONDITIONS

    def __repr__(self) -> str:
        from neurosim.equations.formula import formula

        return formula(self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        name = ufunc.__name__
        if method != "__call__":
            raise EquationError(f"np.{name}.{method}() of {self} — an equation describes one unit: no sums.")
        if "out" in keywords:
            raise EquationError(f"assigning into {self} — write x = x + ... instead of x += ... or out=.")
        if keywords:
            raise EquationError(f"np.{name}(..., {', '.join(keywords)}=) — use np.{name} without keywords.")
        return self._apply(name, inputs)

    def _apply(self, name: str, inputs: tuple[Any, ...]) -> Any:
        if name == "expit":
            return self.graph.combine("logistic", *inputs)
        if name == "logaddexp" and any(_is_zero(i) for i in inputs):
            return self.graph.combine("softplus", inputs[1] if _is_zero(inputs[0]) else inputs[0])
        if name in RULES:
            return self.graph.combine(name, *inputs)
        if name in REWRITES:
            return REWRITES[name](*inputs)
        raise _unknown_function(name)

    def __array_function__(
        self, function: Any, _: Any, inputs: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        known: dict[Any, Callable[..., Any]] = {
            np.where: _where,
            np.clip: _clip,
            np.zeros_like: _zero,
            np.ones_like: _one,
        }
        if function not in known:
            raise _unknown_function(function.__name__)
        return known[function](self.graph, *inputs, **keywords)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise EquationError(
            f"{self}.{name} — the state of one unit has no array methods; write a function of NumPy, such as "
            f"np.clip(x, 0.0, 1.0)."
        )

    __bool__ = _refusal(
        "the truth",
        "an equation may not branch on the state (if, and, or, min, max); write np.where(condition, a, b), "
        "np.logical_and, np.maximum.",
    )
    __len__ = _refusal("the length", "the state of one unit is one number; write the equation for one unit.")
    __iter__ = _refusal("iteration", "the state of one unit is one number; write the equation for one unit.")
    __getitem__ = _refusal("an item", "the state of one unit is one number; make it an argument.")
    __setitem__ = _refusal("assigning into an item", "return the new value; write np.where(condition, a, b).")
    __float__ = _refusal("float()", "the value is not known yet; use functions of NumPy, such as np.tanh.")
    __int__ = _refusal("int()", "the value is not known yet; use functions of NumPy, such as np.where.")
    __index__ = _refusal("an index", "the value is not known yet; write np.where(condition, a, b).")
    __complex__ = _refusal("complex()", "the value is not known yet, and the state is real.")
    __array__ = _refusal("an array", "return a tuple with one value per variable, and use no np.array.")
    __hash__ = None  # type: ignore[assignment]


def _is_zero(value: Any) -> bool:
    return isinstance(value, (int, float)) and value == 0


def _unknown_function(name: str) -> EquationError:
    return EquationError(
        f"np.{name} is not available in neuron equations; use arithmetic and these functions: "
        f"{', '.join(known_functions())}."
    )


def _where(graph: Graph, condition: Any, *choices: Any) -> Any:
    if len(choices) != 2:
        raise EquationError(
            "np.where must have three arguments (got a condition only); try np.where(condition, a, b)."
        )
    return graph.combine("where", condition, *choices)


def _clip(_: Graph, a: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Any:
    lower, upper = bounds.pop("min", a_min), bounds.pop("max", a_max)
    if bounds:
        raise EquationError(f"np.clip(..., {', '.join(bounds)}=) — write np.clip(x, lower, upper).")
    raised = a if lower is None else np.maximum(a, lower)
    return raised if upper is None else np.minimum(raised, upper)


def _zero(*_: Any, **__: Any) -> float:
    return 0.0


def _one(*_: Any, **__: Any) -> float:
    return 1.0


def topological_order(outputs: Iterable[Any]) -> Iterator[Expression]:
    """Expressions that the outputs depend on, operands first."""
    found: dict[int, Expression] = {}
    waiting = [output for output in outputs if isinstance(output, Expression)]
    while waiting:
        expression = waiting.pop()
        if expression.serial not in found:
            found[expression.serial] = expression
            waiting += [operand for operand in expression.operands if isinstance(operand, Expression)]
    # an expression is always made after its operands
    return iter([found[serial] for serial in sorted(found)])
