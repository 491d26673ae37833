"""Every line of the table against an independent library: NumPy and SciPy for values, autograd for slopes."""

import autograd.numpy as anp
import autograd.scipy.special as special
import numpy as np
import pytest
import scipy.special
from autograd import elementwise_grad
from numpy.testing import assert_allclose

from neurosim.equations import Graph, derivative, evaluate, known_functions
from neurosim.equations.rules import CONDITIONS, RULES

ALL = np.array([-3.1, -0.7, -1e-3, 0.2, 1.3, 4.7])
POSITIVE = np.array([1e-3, 0.3, 1.0, 2.9, 17.0])
OTHER = np.array([0.4, -1.9, 2.2, -0.3, 1.1, 5.2])

UNARY = {
    "negative": (anp.negative, ALL),
    "absolute": (anp.abs, ALL),
    "sign": (anp.sign, ALL),
    "exp": (anp.exp, ALL),
    "expm1": (anp.expm1, ALL),
    "log": (anp.log, POSITIVE),
    "log1p": (anp.log1p, POSITIVE),
    "sqrt": (anp.sqrt, POSITIVE),
    "tanh": (anp.tanh, ALL),
    "sinh": (anp.sinh, ALL),
    "cosh": (anp.cosh, ALL),
    "sin": (anp.sin, ALL),
    "cos": (anp.cos, ALL),
    "arctan": (anp.arctan, ALL),
    "erf": (special.erf, ALL),
    "logistic": (special.expit, ALL),
    "softplus": (lambda a: anp.logaddexp(0.0, a), ALL),
}
BINARY = {
    "add": (anp.add, ALL),
    "subtract": (anp.subtract, ALL),
    "multiply": (anp.multiply, ALL),
    "divide": (anp.divide, ALL),
    "power": (anp.power, np.abs(ALL)),
    "maximum": (anp.maximum, ALL),
    "minimum": (anp.minimum, ALL),
}


def on_the_tape(function):
    """Same function; autograd warns where a result does not depend on its operands."""
    return lambda *operands: function(*operands) + 0.0 * anp.sin(sum(operands))


def test_every_line_of_the_table_is_tested_here():
    assert set(UNARY) | set(BINARY) | CONDITIONS | {"where"} == set(RULES)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_functions_of_one_number(name, order):
    reference, points = UNARY[name]
    graph = Graph()
    found = graph.combine(name, graph.symbol("x"))
    for _ in range(order):
        found, reference = derivative(found, "x"), elementwise_grad(on_the_tape(reference))
    # 1 - tanh**2 and its like lose a few digits to cancellation, on both sides
    assert_allclose(
        np.broadcast_to(evaluate(found, {"x": points}), points.shape),
        reference(points),
        rtol=1e-11,
        atol=1e-12,
    )


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("operand", [0, 1])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_functions_of_two_numbers(name, operand, order):
    reference, points = BINARY[name]
    graph = Graph()
    found = graph.combine(name, graph.symbol("x"), graph.symbol("y"))
    for _ in range(order):
        found = derivative(found, "xy"[operand])
        reference = elementwise_grad(on_the_tape(reference), operand)
    value = evaluate(found, {"x": points, "y": OTHER})
    assert_allclose(np.broadcast_to(value, points.shape), reference(points, OTHER), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["power", "maximum", "minimum", "divide", "subtract"])
@pytest.mark.parametrize("constant", [1.7, 3.0, -2.0])
@pytest.mark.parametrize("constant_first", [True, False])
def test_functions_of_a_number_and_a_constant(name, constant, constant_first):
    reference, points = BINARY[name][0], POSITIVE
    graph = Graph()
    x = graph.symbol("x")

    def both(function, a):
        return function(constant, a) if constant_first else function(a, constant)

    if name == "power" and constant_first:
        constant = abs(constant)
    slope = derivative(both(getattr(np, name), x), x)
    expected = elementwise_grad(lambda a: both(reference, a))(points)
    assert_allclose(np.broadcast_to(evaluate(slope, {"x": points}), points.shape), expected, rtol=1e-12)


REWRITTEN = {
    "positive": (np.positive, ALL),
    "square": (np.square, ALL),
    "reciprocal": (np.reciprocal, ALL),
    "fabs": (np.fabs, ALL),
    "abs": (abs, ALL),
    "expit": (scipy.special.expit, ALL),
    "logaddexp": (lambda a: np.logaddexp(a, 0.7), ALL),
    "logaddexp of zero": (lambda a: np.logaddexp(a, 0), ALL),
    "heaviside": (lambda a: np.heaviside(a, 0.5), np.array([-2.0, 0.0, 3.0, np.nan])),
    "clip": (lambda a: np.clip(a, -1.0, 1.0), ALL),
    "clip by keywords": (lambda a: np.clip(a, a_min=None, a_max=0.5), ALL),
    "float_power": (lambda a: np.float_power(a, 3), ALL),
    "zeros_like": (lambda a: a + np.zeros_like(a), ALL),
    "ones_like": (lambda a: a + np.ones_like(a), ALL),
    "reflected": (lambda a: 2 - 3 / (1.5 + a) ** 2, ALL),
    "power of a constant": (lambda a: 2.0**a, ALL),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_other_spellings_have_the_value_of_numpy(name):
    function, points = REWRITTEN[name]
    found = evaluate(function(Graph().symbol("x")), {"x": points})
    assert_allclose(found, function(points), rtol=1e-14)


CHOICES = {
    "greater": lambda a, b: np.where(a > b, a, -b),
    "greater_equal": lambda a, b: np.where(a >= b, a, -b),
    "less": lambda a, b: np.where(a < b, a, -b),
    "less_equal": lambda a, b: np.where(a <= b, a, -b),
    "equal": lambda a, b: np.where(a == b, a, -b),
    "not_equal": lambda a, b: np.where(a != b, a, -b),
    "and": lambda a, b: np.where((a > 0) & (b > 0), a, -b),
    "or": lambda a, b: np.where((a > 0) | (b > 0), a, -b),
    "not": lambda a, b: np.where(~(a > b), a, -b),
    "logical_and": lambda a, b: np.where(np.logical_and(a > 0, b), a, -b),
    "logical_or": lambda a, b: np.where(np.logical_or(a, b), a, -b),
    "logical_not": lambda a, b: np.where(np.logical_not(a), a, -b),
    "number as a condition": lambda a, b: np.where(a, a + b, -b),
    "product with a condition": lambda a, b: a * (b > 0) + (a > b),
    "constant condition": lambda a, b: np.where(True, a, b),
}


@pytest.mark.parametrize("name", CHOICES)
def test_choices_have_the_value_of_numpy(name):
    special_values = np.array([-1.0, 0.0, 2.0, np.nan, np.inf])
    a, b = (grid.ravel() for grid in np.meshgrid(special_values, special_values))
    graph = Graph()
    found = evaluate(CHOICES[name](graph.symbol("a"), graph.symbol("b")), {"a": a, "b": b})
    with np.errstate(all="ignore"):
        assert_allclose(found, CHOICES[name](a, b), rtol=0.0)


def test_logistic_keeps_its_relative_precision_in_the_tail():
    x = np.array([-700.0, -40.0, -1.0, 0.0, 1.0, 40.0, 700.0, np.inf, -np.inf, np.nan])
    graph = Graph()
    found = evaluate(graph.combine("logistic", graph.symbol("x")), {"x": x})
    assert_allclose(found, scipy.special.expit(x), rtol=1e-14)


def test_known_functions_are_sorted_and_exist():
    names = known_functions()
    assert names == sorted(names)
    assert [n for n in names if not hasattr(np, n) and not hasattr(scipy.special, n)] == []
