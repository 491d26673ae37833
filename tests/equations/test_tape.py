"""Expressions on autograd's tape: against evaluate and derivative, to second order, with broadcasting."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad
from autograd.test_util import check_grads
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.equations import Graph, derivative, evaluate, parameter_values, trace
from neurosim.equations.rules import CONDITIONS, RULES
from neurosim.equations.tape import differentiable

POINTS = np.array([0.2, 0.6, 1.3, 2.9])
UNARY = [name for name, rule in RULES.items() if len(rule.partials) == 1]
NEURONS = [
    ns.LeakyCurrent("softplus", tau=2.0),
    ns.LeakyRate("logistic", tau=[1.0, 2.0, 3.0]),
    ns.WilsonCowan(),
    ns.Adaptive("rectified_tanh"),
    ns.SynapticDepression(),
]


@pytest.mark.parametrize("name", UNARY)
def test_every_function_has_its_own_first_and_second_derivative(name):
    graph = Graph()
    expression = graph.combine(name, graph.symbol("x"))
    function = differentiable(expression, ["x"])
    assert_array_equal(function(POINTS), evaluate(expression, {"x": POINTS}))

    def found(x):
        # autograd warns where a result does not depend on its operand
        return function(x) + 0.0 * anp.sin(x)

    for _ in range(2):
        found, expression = elementwise_grad(found), derivative(expression, "x")
        assert_allclose(found(POINTS), evaluate(expression, {"x": POINTS}) + 0.0 * POINTS, rtol=1e-13)


def test_every_function_is_unary_binary_or_a_choice():
    others = set(RULES) - set(UNARY) - CONDITIONS - {"where"}
    assert all(len(RULES[name].partials) == 2 for name in others)


def test_corners_are_those_of_derivative_not_those_of_autograd():
    x = Graph().symbol("x")
    assert grad(differentiable(np.maximum(x, 0.0), ["x"]))(0.0) == 0.0
    assert grad(lambda value: anp.maximum(value, 0.0))(0.0) == 0.5


@pytest.mark.parametrize("neuron", NEURONS, ids=repr)
def test_local_derivatives_of_neurons_are_differentiable_in_state_input_and_parameters(neuron, rng):
    equations = trace(neuron)
    values = {name: rng.uniform(0.1, 0.9, (2, 3)) for name in (*equations.variables, "u")}
    values |= parameter_values(neuron)
    for expression in (*equations.drift, *equations.drift_by_input, *equations.rate_by_state):
        for name in values:

            def total(value, name=name, expression=expression):
                given = {**values, name: value}
                return anp.sum(differentiable(expression, list(given))(*given.values()) + 0.0 * value)

            check_grads(total, modes=["rev"], order=1)(np.asarray(values[name]))


def test_gradients_have_shape_and_precision_of_what_is_broadcast():
    graph = Graph()
    product = differentiable(graph.symbol("a") * graph.symbol("b"), ["a", "b"])
    left, right = np.ones((2, 1, 3), np.float32), 2.0 * np.ones((4, 3))
    first, second = grad(lambda a, b: anp.sum(product(a, b)), (0, 1))(left, right)
    assert first.dtype == np.float32
    assert_array_equal(first, np.full((2, 1, 3), 8.0))
    assert_array_equal(second, np.full((4, 3), 2.0))


def test_a_number_is_a_constant_function():
    assert differentiable(3.0, ["x"])(POINTS) == 3.0
    assert differentiable(3.0, [])() == 3.0
