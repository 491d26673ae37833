"""Vector fields of networks and systems against finite differences and closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import System
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.vector_field import norms
from neurosim.schemes import RK4


def network_field():
    network = ns.Network(ns.WilsonCowan(), ns.Gaussian(gain=2.0), 5, inputs=2, rng=0)
    return as_field(network, [0.3, -0.2])


def system_field():
    return as_field(
        System(
            lambda s: np.array([s[1], -np.sin(s[0]) - 0.1 * s[1]]),
            lambda s: np.array([[0.0, 1.0], [-np.cos(s[0]), -0.1]]),
            size=2,
        )
    )


FIELDS = {"network": network_field, "system": system_field}


@pytest.fixture(params=FIELDS)
def case(request):
    field = FIELDS[request.param]()
    shape = (field.variables, 3, field.units)
    return field, np.random.default_rng(1).uniform(0.1, 0.9, shape)


def test_jacobians_are_the_derivatives_of_the_speeds(case):
    field, states = case
    flat = np.eye(field.size).reshape(field.size, field.variables, 1, field.units)
    columns = [(field.speeds(states + 1e-6 * e) - field.speeds(states - 1e-6 * e)) / 2e-6 for e in flat]
    expected = np.array(columns).transpose(2, 1, 3, 0).reshape(3, field.size, field.size)
    assert_allclose(field.jacobians(states), expected, atol=1e-8)


def test_newton_steps_solve_the_linear_equation(case):
    field, states = case
    speeds = field.speeds(states)
    steps = field.newton_steps(states, speeds, threads=1)
    for k, jacobian in enumerate(field.jacobians(states)):
        assert_allclose(jacobian @ steps[:, k].reshape(-1), -speeds[:, k].reshape(-1), atol=1e-10)


def test_states_come_back_from_inside(case):
    field, states = case
    assert_allclose(field.inside(field.outside(states)), states)


def test_rounding_exceeds_what_a_change_of_summation_makes(case):
    """The speeds of states that differ by one unit in the last place differ by less than the rounding error."""
    field, states = case
    differences = norms(field.speeds(np.nextafter(states, np.inf)) - field.speeds(states))
    assert (differences <= field.rounding(states)).all()
    assert (field.rounding(states) < 1e-12).all()


def test_the_lipschitz_constant_of_a_pendulum_bounds_the_changes_of_its_jacobian():
    """J changes by sin(angle) for each radian; the estimate is taken where that is 1."""
    field = system_field()
    states = np.array([[[np.pi / 2.0, 0.0]]])
    assert_allclose(field.lipschitz(states, 1e-6), 1.0, rtol=1e-5)


def test_the_lipschitz_constant_of_a_network_is_an_upper_bound():
    field = network_field()
    draw = np.random.default_rng(2)
    states = draw.uniform(0.1, 0.9, (2, 1, 5))
    bound = field.lipschitz(states, 1e-6)[0]
    for _ in range(50):
        move = draw.standard_normal(states.shape)
        move *= 1e-5 / np.linalg.norm(move)
        change = np.linalg.norm((field.jacobians(states + move) - field.jacobians(states))[0], 2) / 1e-5
        assert change <= 1.01 * bound


def test_tangent_vectors_grow_by_the_jacobian(case):
    field, states = case
    tangent = field.tangent(field.size, 1e-4, RK4, threads=1)
    tangent.state, tangent.vectors = states[:, 0].T, np.eye(field.size)
    tangent.advance(1)
    assert_allclose((tangent.vectors - np.eye(field.size)) / 1e-4, field.jacobians(states)[0], atol=1e-2)


def test_time_constants_of_a_system_are_those_of_its_jacobian():
    """A damped pendulum at rest: |λ| = 1 for both eigenvalues."""
    found = system_field().time_constants(np.zeros((1, 1, 2)))
    assert_allclose([found.fastest, found.slowest], 1.0)
