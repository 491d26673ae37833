"""Drawing expressions: sharing, simplification, and what an equation may not do."""

import math

import numpy as np
import pytest

from neurosim.equations import Graph
from neurosim.errors import EquationError


@pytest.fixture
def x():
    return Graph().symbol("x")


def test_equal_expressions_of_one_graph_are_one_object(x):
    assert np.tanh(x * 2) is np.tanh(x * 2.0)
    assert np.tanh(x * 2) is not np.tanh(x * 3)


def test_zero_and_minus_zero_are_different_constants(x):
    assert (x > 0.0) is not (x > -0.0)


def test_graphs_do_not_mix(x):
    with pytest.raises(EquationError, match="x belongs to an earlier call"):
        Graph().symbol("y") + x


SHORTER = {
    "x + 0": lambda x: (x + 0, x),
    "0 + x": lambda x: (0 + x, x),
    "x - 0": lambda x: (x - 0, x),
    "0 - x": lambda x: (0 - x, -x),
    "x * 1": lambda x: (x * 1, x),
    "-1 * x": lambda x: (-1 * x, -x),
    "x / 1": lambda x: (x / 1, x),
    "minus minus x": lambda x: (np.negative(-x), x),
    "x ** 1": lambda x: (x**1, x),
    "x ** 0.5": lambda x: (x**0.5, np.sqrt(x)),
    "a - -b": lambda x: (x - -np.sin(x), x + np.sin(x)),
    "a + -b": lambda x: (x + -np.sin(x), x - np.sin(x)),
    "1 / a * b": lambda x: (1 / x * np.sin(x), np.sin(x) / x),
    "choice of equals": lambda x: (np.where(x > 0, x, x), x),
    "choice in a choice": lambda x: (np.where(x > 0, np.where(x > 0, x, 1), 2), np.where(x > 0, x, 2)),
    "choice after a choice": lambda x: (np.where(x > 0, 1, np.where(x > 0, 3, x)), np.where(x > 0, 1, x)),
}


@pytest.mark.parametrize("name", SHORTER)
def test_simplifications(name, x):
    long, short = SHORTER[name](x)
    assert long is short


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda x: 0 * x, 0.0),
        (lambda x: 0 / x, 0.0),
        (lambda x: x**0, 1.0),
        (lambda x: np.where(x > 0, 2, 2), 2.0),
    ],
)
def test_results_that_are_numbers(found, expected, x):
    assert found(x) == expected


def test_constants_are_computed_at_once():
    assert Graph().combine("power", 2, 10) == 1024.0
    assert Graph().combine("divide", 1, 0) == math.inf


FORBIDDEN = {
    "if": (lambda x: x if x > 0 else -x, r"np\.where\(condition, a, b\)"),
    "and": (lambda x: x > 0 and x < 1, r"np\.logical_and"),
    "chain": (lambda x: 0 < x < 1, r"may not branch on the state"),
    "builtin max": (lambda x: max(x, 0.0), r"np\.maximum"),
    "unknown ufunc": (lambda x: np.arctan2(x, 1.0), r"np\.arctan2 is not available .* where, zeros_like"),
    "unknown function": (lambda x: np.sinc(x), r"np\.sinc is not available .* absolute, add, arctan"),
    "modulo": (lambda x: x % 2, r"np\.remainder is not available"),
    "sum": (lambda x: np.sum(x), r"np\.sum is not available"),
    "mean": (lambda x: np.mean(x), r"np\.mean is not available"),
    "reduce": (lambda x: np.add.reduce(x), r"np\.add\.reduce\(\) of x — .* no sums"),
    "method": (lambda x: x.sum(), r"x\.sum — the state of one unit has no array methods"),
    "shape": (lambda x: x.shape, r"x\.shape — "),
    "len": (lambda x: len(x), r"the length of x"),
    "iteration": (lambda x: list(x), r"iteration of x|the length of x"),
    "item": (lambda x: x[0], r"an item of x"),
    "float": (lambda x: float(x), r"float\(\) of x .* np\.tanh"),
    "int": (lambda x: int(x), r"int\(\) of x"),
    "index": (lambda x: [1, 2][x], r"an index of x"),
    "complex": (lambda x: complex(x), r"complex\(\) of x"),
    "math": (lambda x: math.tanh(x), r"float\(\) of x .* functions of NumPy"),
    "asarray": (lambda x: np.asarray(x), r"an array of x"),
    "out": (lambda x: np.tanh(x, out=np.empty(3)), r"assigning into x"),
    "where keyword": (lambda x: np.tanh(x, where=True), r"np\.tanh\(\.\.\., where=\)"),
    "positions": (lambda x: np.where(x > 0), r"try np\.where\(condition, a, b\)"),
    "clip keyword": (lambda x: np.clip(x, 0, 1, casting="no"), r"np\.clip\(x, lower, upper\)"),
    "array": (lambda x: x + np.ones(3), r"an array of shape \(3,\), .* annotated Parameter"),
    "complex number": (lambda x: x + 1j, r"the equation contains 1j"),
    "text": (lambda x: x == "tanh", r"the equation contains 'tanh'"),
    "none": (lambda x: np.where(x > 0, x, None), r"the equation contains None"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_an_equation_may_not_do(name, x):
    function, message = FORBIDDEN[name]
    with pytest.raises(EquationError, match=message):
        function(x)


def test_assigning_into_the_state_is_refused(x):
    with pytest.raises(EquationError, match="assigning into an item of x"):
        x[0] = 1.0
    with pytest.raises(EquationError, match=r"write x = x \+ \.\.\. instead of x \+="):
        x += 1.0


def test_expressions_read_as_formulas(x):
    assert repr(-0.5 * np.maximum(x - 1, 0) ** 2 / (2 - x)) == "-0.5 * max(x - 1, 0)**2 / (2 - x)"
    assert repr(np.where((x > 0) & (x < 1), np.abs(x), 0)) == "where((x > 0) & (x < 1), abs(x), 0)"
    assert repr((-x) ** 2 - (x - (x - 1))) == "(-x)**2 - (x - (x - 1))"


def test_a_formula_without_end_is_cut_short(x):
    for _ in range(40):
        x = x * (1 - x)
    assert len(repr(x)) < 1000
    assert "..." in repr(x)
