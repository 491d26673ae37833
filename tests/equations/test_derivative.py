"""Derivatives: corners, infinities, NaN, and random programs against autograd's tape."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from autograd.scipy.special import expit as tape_expit
from hypothesis import given, settings
from numpy.testing import assert_allclose
from random_programs import programs, run
from scipy.special import expit

from neurosim.equations import Graph, derivative, evaluate


@pytest.fixture
def x():
    return Graph().symbol("x")


def at(expression, value):
    return float(evaluate(expression, {"x": value}))


CORNERS = {
    "max": (lambda x: np.maximum(x, 0.0), 0.0),
    "max, constant first": (lambda x: np.maximum(2.0, x), 2.0),
    "min": (lambda x: np.minimum(x, 1.0), 1.0),
    "abs": (lambda x: np.abs(x), 0.0),
    "sign": (lambda x: np.sign(x), 0.0),
    "clip, below": (lambda x: np.clip(x, -1.0, 1.0), -1.0),
    "clip, above": (lambda x: np.clip(x, -1.0, 1.0), 1.0),
    "heaviside": (lambda x: np.heaviside(x, 0.5), 0.0),
}


@pytest.mark.parametrize("name", CORNERS)
def test_at_a_corner_the_derivative_is_zero(name, x):
    function, corner = CORNERS[name]
    assert at(derivative(function(x), x), corner) == 0.0


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_rectified_power_is_flat_below_threshold_in_every_order(x, power, order):
    found = np.maximum(x, 0.0) ** power
    for _ in range(order):
        found = derivative(found, x)
    assert at(found, -1.0) == 0.0
    expected = np.prod(power - np.arange(order)) * 2.0 ** (power - order)
    assert at(found, 2.0) == pytest.approx(expected, rel=1e-14)


def test_a_scaled_rectifier_under_a_root_is_flat_below_threshold(x):
    assert at(derivative(np.sqrt(np.maximum(x - 1.0, 0.0) / 3.0), x), 0.0) == 0.0


def test_the_branch_that_is_not_taken_does_not_spoil_the_derivative(x):
    found = derivative(np.where(x > 0.0, np.log(x), 0.0), x)
    assert at(found, 0.0) == 0.0
    assert at(found, 4.0) == 0.25


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.maximum(x, 0.0),
        lambda x: np.maximum(0.0, x),
        lambda x: np.minimum(x, 0.0),
        lambda x: np.clip(x, -1.0, 1.0),
        lambda x: np.maximum(x, np.tanh(x)),
        lambda x: np.minimum(np.tanh(x), x),
        lambda x: np.abs(x),
        lambda x: np.maximum(x, 0.0) ** 2,
    ],
)
def test_nan_stays_nan(function, x):
    assert np.isnan(at(function(x), np.nan))


def test_derivative_of_a_rectified_power_is_nan_at_nan(x):
    assert np.isnan(at(derivative(np.maximum(x, 0.0) ** 2, x), np.nan))


def test_the_larger_of_two_expressions_passes_nan_of_either():
    graph = Graph()
    larger = np.maximum(graph.symbol("a"), graph.symbol("b"))
    values = np.array([1.0, np.nan])
    found = evaluate(larger, {"a": values, "b": values[::-1]})
    assert np.isnan(found).all()


def test_a_power_by_its_exponent_is_flat_where_the_base_is_zero():
    graph = Graph()
    slope = derivative(np.maximum(graph.symbol("x"), 0.0) ** graph.symbol("n"), "n")
    found = evaluate(slope, {"x": np.array([-1.0, 0.0, 3.0]), "n": 2.0})
    assert_allclose(found, [0.0, 0.0, 9.0 * np.log(3.0)], rtol=1e-15)


def test_numbers_and_other_symbols_have_derivative_zero():
    graph = Graph()
    assert derivative(3.0, graph.symbol("x")) == 0.0
    assert derivative(np.tanh(graph.symbol("y")), graph.symbol("x")) == 0.0


def test_a_long_chain_needs_no_recursion(x):
    y = x
    for _ in range(3000):
        y = y + 1e-3 * np.sin(y)
    step, slope, value = 1e-3, 1.0, 0.3
    for _ in range(3000):
        slope *= 1.0 + step * np.cos(value)
        value += step * np.sin(value)
    assert at(derivative(y, x), 0.3) == pytest.approx(slope, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(programs())
def test_random_programs_agree_with_numpy_and_autograd(program):
    x, y = np.array([-1.37, -0.213, 0.471, 1.93]), np.array([0.83, -2.11, 0.377, -0.59])
    graph = Graph()
    traced = run(program, np, expit, graph.symbol("x"), graph.symbol("y"))
    values = {"x": x, "y": y}
    assert_allclose(evaluate(traced, values) + 0.0 * x, run(program, np, expit, x, y), rtol=1e-10, atol=1e-12)
    for name, position in (("x", 0), ("y", 1)):
        tape = elementwise_grad(lambda a, b: run(program, anp, tape_expit, a, b) + 0.0 * a * b, position)
        found = evaluate(derivative(traced, name), values) + 0.0 * x
        assert_allclose(found, tape(x, y), rtol=1e-9, atol=1e-10)
