"""Source text of expressions, as Python functions for generated modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from neurosim.equations.expression import Expression, topological_order
from neurosim.equations.formula import ATOM, Text, fill_template, formula
from neurosim.equations.rules import PRECEDENCE, RULES
from neurosim.equations.trace import Equations, sections_of, trace
from neurosim.errors import EquationError

__all__ = ["explanation", "function_source", "module_functions"]

_LARGEST_PRODUCT = 8
_LONGEST_LINE = 60


def _constant(number: float) -> Text:
    value = float(number)
    if value != value:
        return "(real(1e999) - real(1e999))", ATOM
    # 1e999 reads as infinity in Python and in numba
    return f"real({'-' * (value < 0)}1e999)" if abs(value) == float("inf") else f"real({value!r})", ATOM


def _product_text(base: str, exponent: int) -> str:
    if exponent == 1:
        return base
    half = _product_text(base, exponent // 2)
    square = f"({half} * {half})" if exponent > 3 else f"{half} * {half}"
    return square if exponent % 2 == 0 else f"{square} * {base}"


def _whole_exponent(node: Expression) -> int:
    exponent = node.operands[1] if node.operation == "power" else 0.0
    whole = isinstance(exponent, float) and exponent.is_integer() and abs(exponent) <= _LARGEST_PRODUCT
    return int(exponent) if whole else 0


def _statement(node: Expression, operands: Sequence[Text]) -> Text:
    exponent = _whole_exponent(node)
    if exponent == 0:
        return fill_template(RULES[node.operation].text, node.operation, operands)
    product = _product_text(operands[0][0], abs(exponent))
    level = PRECEDENCE["multiply"]
    return (product, level) if exponent > 0 else (f"real(1.0) / ({product})", level)


def _nodes_to_name(nodes: Sequence[Expression], outputs: Sequence[Any]) -> set[int]:
    """Serials of the expressions that get a local name: those used twice, and operands of np.where."""
    uses: Counter[int] = Counter(o.serial for o in outputs if isinstance(o, Expression))
    named = set()
    for node in nodes:
        children = [operand for operand in node.operands if isinstance(operand, Expression)]
        uses.update(child.serial for child in children)
        if node.operation in ("maximum", "minimum", "where") or _whole_exponent(node):
            # computed before the comparison, so that LLVM makes a select of it, not a branch
            named |= {child.serial for child in children if not child.is_condition}
    return named | {serial for serial, count in uses.items() if count > 1}


def _names(taken: Sequence[str]) -> Callable[[], str]:
    count = 0

    def fresh() -> str:
        nonlocal count
        count += 1
        while f"t{count}" in taken:
            count += 1
        return f"t{count}"

    return fresh


def function_source(name: str, arguments: Sequence[str], outputs: Sequence[Expression | float]) -> str:
    """Text of a Python function that evaluates expressions for one unit.

    Parameters
    ----------
    name : str
        Name of the function.
    arguments : sequence of str
        Names of its arguments, among them every symbol that the outputs contain.
    outputs : sequence of Expression or float
        Values to return: one, or a tuple of several.

    Returns
    -------
    str
        ``def name(...): ...``, without imports and without a decorator. Constants are written ``real(0.5)``,
        so that a module in which ``real`` is ``np.float32`` stays in single precision; functions are bare
        names (``tanh``, ``logistic``, ...) that the module has to bind.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph, derivative, function_source
    >>> x = Graph().symbol("x")
    >>> print(function_source("slope", ["x"], [derivative(np.tanh(x), x)]))
    def slope(x):
        t1 = tanh(x)
        return real(1.0) - t1 * t1
    <BLANKLINE>
    """
    nodes = list(topological_order(outputs))
    named, fresh = _nodes_to_name(nodes, outputs), _names(arguments)
    found: dict[int, Text] = {}
    lines: list[str] = []
    for node in nodes:
        if node.operation == "symbol":
            found[node.serial] = _argument(node.operands[0], arguments), ATOM
            continue
        operands = [found[o.serial] if isinstance(o, Expression) else _constant(o) for o in node.operands]
        text, level = _statement(node, operands)
        if node.serial in named or len(text) > _LONGEST_LINE:
            variable = fresh()
            lines.append(f"    {variable} = {text}")
            text, level = variable, ATOM
        found[node.serial] = text, level
    returned = [found[o.serial][0] if isinstance(o, Expression) else _constant(o)[0] for o in outputs]
    return "\n".join(
        [f"def {name}({', '.join(arguments)}):", *lines, f"    return {', '.join(returned)}", ""]
    )


def _argument(symbol: str, arguments: Sequence[str]) -> str:
    if symbol not in arguments:
        raise EquationError(
            f"arguments must contain every symbol of the expression (got {tuple(arguments)}); add {symbol!r}."
        )
    return symbol


def module_functions(equations: Equations) -> dict[str, str]:
    """Source of the five functions of a neuron, by name.

    ``drift``, ``rate``, ``drift_by_state`` (rows joined: variable i, then state j), ``drift_by_input`` and
    ``rate_by_state``; all take ``equations.arguments``.
    """
    outputs = {
        "drift": equations.drift,
        "rate": (equations.rate,),
        "drift_by_state": tuple(entry for row in equations.drift_by_state for entry in row),
        "drift_by_input": equations.drift_by_input,
        "rate_by_state": equations.rate_by_state,
    }
    return {name: function_source(name, equations.arguments, output) for name, output in outputs.items()}


def explanation(neuron: Any) -> str:
    """Equations of a neuron as formulas, followed by the five functions that are generated from them.

    Of populations, one after the other.
    """
    sections = sections_of(neuron)
    if not sections[0].name:
        return _explanation_of_unit(neuron)
    return "\n".join(f"{section.name}: {_explanation_of_unit(section.neuron)}" for section in sections)


def _explanation_of_unit(neuron: Any) -> str:
    equations = trace(neuron)
    lines = [repr(neuron), ""]
    lines += [
        f"    d{variable}/dt = {formula(drift)}"
        for variable, drift in zip(equations.variables, equations.drift, strict=True)
    ]
    lines += [f"    rate = {formula(equations.rate)}", ""]
    return "\n".join([*lines, *module_functions(equations).values()])
