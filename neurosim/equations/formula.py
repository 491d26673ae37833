"""Formulas: expressions on one line, for readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neurosim.equations.expression import Expression, topological_order
from neurosim.equations.rules import CONDITIONS, PRECEDENCE, RULES

__all__ = ["ATOM", "Text", "fill_template", "formula"]

ATOM = 9
"""How tightly a name, a number or a call binds."""
_LONGEST_FORMULA = 400
_READABLE = {
    "power": "{0}**{1}",
    "where": "where({0}, {1}, {2})",
    "maximum": "max({0}, {1})",
    "minimum": "min({0}, {1})",
    "absolute": "abs({0})",
}

Text = tuple[str, int]
"""Text of an operand, and how tightly its outermost operator binds."""


def fill_template(template: str, operation: str, operands: Sequence[Text]) -> Text:
    """Put operands into the text of an operation, in parentheses where precedence asks for them."""
    level = PRECEDENCE.get(operation)
    if level is None:
        return template.format(*(text for text, _ in operands)), ATOM
    # of equal operators the left one is done first, except for powers
    looser = (level, level + 1) if operation != "power" else (level + 1, level)
    if operation in CONDITIONS:
        looser = (level + 1, level + 1)
    parts = (
        text if own >= need else f"({text})" for (text, own), need in zip(operands, looser, strict=False)
    )
    return template.format(*parts), level


def _number_to_read(value: float) -> Text:
    text = f"{value:.12g}"
    return text, ATOM if value >= 0.0 else PRECEDENCE["negative"]


def formula(expression: Expression | float) -> str:
    """Write an expression as one line that a person can read; a very long part is shown as ``...``.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.equations import Graph
    >>> from neurosim.equations.formula import formula
    >>> x = Graph().symbol("x")
    >>> formula(-0.5 * np.maximum(x - 1, 0) ** 2)
    '-0.5 * max(x - 1, 0)**2'
    """
    if not isinstance(expression, Expression):
        return _number_to_read(expression)[0]
    found: dict[int, Text] = {}
    for node in topological_order([expression]):
        found[node.serial] = _readable(node, found)
    return found[expression.serial][0]


def _readable(node: Expression, found: Mapping[int, Text]) -> Text:
    if node.operation == "symbol":
        return node.operands[0], ATOM
    operands = [found[o.serial] if isinstance(o, Expression) else _number_to_read(o) for o in node.operands]
    template = _READABLE.get(node.operation, RULES[node.operation].text)
    text, level = fill_template(template, node.operation, operands)
    return (text, level) if len(text) <= _LONGEST_FORMULA else ("...", ATOM)
