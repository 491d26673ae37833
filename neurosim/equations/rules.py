"""Table of rules: source text, value and derivatives of every function that an equation may use.

One entry per function. ``text`` is its source in generated modules, ``value`` evaluates arrays, and
``partials`` has one derivative per operand, in plain NumPy as a function of the value ``y`` and
of the operands, so that derivatives are expressions, which can be differentiated again.

To add a function, add an entry here and its compiled form in `neurosim.kernels.functions.table`.
"""

# ruff: noqa: ARG005  (every partial takes the value and all operands, so that the lines look alike)
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["CONDITIONS", "PRECEDENCE", "REWRITES", "RULES", "Rule", "known_functions"]


class Rule(NamedTuple):
    """Text, value and partial derivatives of one function."""

    text: str
    value: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...] = ()


def _logistic(a: Any) -> Any:
    # exp of negative numbers only: no overflow, and full relative precision in the lower tail
    small = np.exp(-np.abs(a))
    return np.where(np.asarray(a) < 0.0, small, 1.0) / (1.0 + small)


def _erf(a: Any) -> Any:
    from scipy.special import erf

    return erf(a)


def _expit(a: Any) -> Any:
    from scipy.special import expit

    return expit(a)


def _power_by_exponent(y: Any, a: Any, _: Any) -> Any:
    if isinstance(a, float):
        return y * math.log(a) if a > 0.0 else 0.0
    # a**b is flat in b at a = 0 (b > 0), where the product would be 0 * -inf
    return np.where(a == 0.0, 0.0, y * np.log(a))


_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)

# fmt: off
RULES: dict[str, Rule] = {
    "add":        Rule("{0} + {1}",    np.add,        (lambda y, a, b: 1.0, lambda y, a, b: 1.0)),
    "subtract":   Rule("{0} - {1}",    np.subtract,   (lambda y, a, b: 1.0, lambda y, a, b: -1.0)),
    "multiply":   Rule("{0} * {1}",    np.multiply,   (lambda y, a, b: b, lambda y, a, b: a)),
    "divide":     Rule("{0} / {1}",    np.divide,     (lambda y, a, b: 1.0 / b, lambda y, a, b: -(y / b))),
    "power":      Rule("{0} ** {1}",   np.power,    (lambda y, a, b: b * a ** (b - 1.0), _power_by_exponent)),
    "negative":   Rule("-{0}",         np.negative,   (lambda y, a: -1.0,)),
    "absolute":   Rule("absolute({0})", np.absolute,  (lambda y, a: np.sign(a),)),
    "sign":       Rule("sign({0})",    np.sign,       (lambda y, a: 0.0,)),
    "exp":        Rule("exp({0})",     np.exp,        (lambda y, a: y,)),
    "expm1":      Rule("expm1({0})",   np.expm1,      (lambda y, a: np.exp(a),)),
    "log":        Rule("log({0})",     np.log,        (lambda y, a: 1.0 / a,)),
    "log1p":      Rule("log1p({0})",   np.log1p,      (lambda y, a: 1.0 / (1.0 + a),)),
    "sqrt":       Rule("sqrt({0})",    np.sqrt,       (lambda y, a: 0.5 / y,)),
    "tanh":       Rule("tanh({0})",    np.tanh,       (lambda y, a: 1.0 - y * y,)),
    "sinh":       Rule("sinh({0})",    np.sinh,       (lambda y, a: np.cosh(a),)),
    "cosh":       Rule("cosh({0})",    np.cosh,       (lambda y, a: np.sinh(a),)),
    "sin":        Rule("sin({0})",     np.sin,        (lambda y, a: np.cos(a),)),
    "cos":        Rule("cos({0})",     np.cos,        (lambda y, a: -np.sin(a),)),
    "arctan":     Rule("arctan({0})",  np.arctan,     (lambda y, a: 1.0 / (1.0 + a * a),)),
    "erf":        Rule("erf({0})",     _erf,          (lambda y, a: _TWO_OVER_ROOT_PI * np.exp(-(a * a)),)),
    "logistic":   Rule("logistic({0})", _logistic,    (lambda y, a: y * (1.0 - y),)),
    "softplus":   Rule("softplus({0})", lambda a: np.logaddexp(0.0, a), (lambda y, a: _expit(a),)),
    # at a tie the constant is taken, and NaN gives the other operand: see `simplify`
    "maximum":    Rule("({1} if {0} <= {1} else {0})", np.maximum,
                       (lambda y, a, b: np.where(a <= b, 0.0, 1.0),
                        lambda y, a, b: np.where(a <= b, 1.0, 0.0))),
    "minimum":    Rule("({1} if {0} >= {1} else {0})", np.minimum,
                       (lambda y, a, b: np.where(a >= b, 0.0, 1.0),
                        lambda y, a, b: np.where(a >= b, 1.0, 0.0))),
    # `derivative` differentiates the two branches of where itself
    "where":      Rule("({1} if {0} else {2})", np.where),
    "greater":       Rule("{0} > {1}",  np.greater),
    "greater_equal": Rule("{0} >= {1}", np.greater_equal),
    "less":          Rule("{0} < {1}",  np.less),
    "less_equal":    Rule("{0} <= {1}", np.less_equal),
    "equal":         Rule("{0} == {1}", np.equal),
    "not_equal":     Rule("{0} != {1}", np.not_equal),
    "logical_and":   Rule("{0} & {1}",  np.logical_and),
    "logical_or":    Rule("{0} | {1}",  np.logical_or),
    "logical_not":   Rule("not {0}",    np.logical_not),
}
# fmt: on

_COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")

CONDITIONS = frozenset({*_COMPARISONS, "logical_and", "logical_or", "logical_not"})
"""Functions whose result is true or false."""

PRECEDENCE = {
    "logical_not": 1,
    **dict.fromkeys(_COMPARISONS, 2),
    "logical_or": 3,
    "logical_and": 4,
    "add": 5,
    "subtract": 5,
    "multiply": 6,
    "divide": 6,
    "negative": 7,
    "power": 8,
}
"""Precedence of the infix operators of Python; functions need no parentheses."""


def _logaddexp(a: Any, b: Any) -> Any:
    return a + np.logaddexp(0.0, b - a)


def _heaviside(a: Any, at_zero: Any) -> Any:
    return np.where(a > 0.0, 1.0, np.where(a < 0.0, 0.0, np.where(a == 0.0, at_zero, a)))


REWRITES: dict[str, Callable[..., Any]] = {
    "positive": lambda a: a,
    "square": lambda a: a**2.0,
    "reciprocal": lambda a: 1.0 / a,
    "fabs": np.absolute,
    "float_power": np.power,
    "true_divide": np.divide,
    "logaddexp": _logaddexp,
    "heaviside": _heaviside,
    "bitwise_and": np.logical_and,
    "bitwise_or": np.logical_or,
    "invert": np.logical_not,
}
"""NumPy functions that are rewritten as functions of the table."""

_SPELLINGS = ("abs", "clip", "expit", "ones_like", "zeros_like")
_OWN_NAMES = ("logistic", "softplus")


def known_functions() -> list[str]:
    """Names of the NumPy and ``scipy.special`` functions that a neuron equation may use, sorted.

    Examples
    --------
    >>> from neurosim.equations import known_functions
    >>> "tanh" in known_functions(), "sinc" in known_functions()
    (True, False)
    """
    return sorted({*RULES, *REWRITES, *_SPELLINGS} - set(_OWN_NAMES))
