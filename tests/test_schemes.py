"""Schemes: their coefficients as identities, their order against an independent integrator."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurosim as ns
from neurosim.engine import SCHEMES, Tableau
from neurosim.errors import ParameterError


def stage_weights(scheme):
    """Rows of a in a square."""
    return np.array([[*row, *[0.0] * (scheme.stages - len(row))] for row in scheme.a])


def order_conditions(a, b, c):
    """Butcher's conditions up to order four: for each order, sums of products and what they must be."""
    return {
        1: [(b.sum(), 1)],
        2: [(b @ c, 1 / 2)],
        3: [(b @ c**2, 1 / 3), (b @ a @ c, 1 / 6)],
        4: [(b @ c**3, 1 / 4), ((b * c) @ a @ c, 1 / 8), (b @ a @ c**2, 1 / 12), (b @ a @ a @ c, 1 / 24)],
    }


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.name)
def test_coefficients_satisfy_the_order_conditions_up_to_the_order_and_not_beyond(scheme):
    a, b, c = stage_weights(scheme), np.array(scheme.b), np.array(scheme.c)
    holds = {
        order: np.allclose(*np.transpose(conditions), atol=1e-14)
        for order, conditions in order_conditions(a, b, c).items()
    }
    assert [order for order in holds if holds[order]][: scheme.order] == list(range(1, scheme.order + 1))
    assert not holds.get(scheme.order + 1, False)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.name)
def test_scheme_is_explicit(scheme):
    assert [len(row) for row in scheme.a] == list(range(scheme.stages))


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.name)
def test_stages_form_the_chain_that_the_loop_runs(scheme):
    chain = np.diag(scheme.ahead[:-1], -1) if scheme.stages > 1 else np.zeros((1, 1))
    assert np.array_equal(stage_weights(scheme), chain)


def test_a_tableau_with_entries_off_the_subdiagonal_is_refused():
    with pytest.raises(ParameterError, match=r"tableau 'kutta3' must be a chain"):
        Tableau("kutta3", 3, a=((), (0.5,), (-1.0, 2.0)), b=(1 / 6, 2 / 3, 1 / 6))


def _input(t):
    return np.array([np.sin(t)])


def _networks():
    weights = ns.Gaussian(gain=1.2)
    return {
        "current form": ns.Network(ns.LeakyCurrent("tanh", tau=0.8), weights, 6, inputs=1, rng=3),
        "rate form": ns.Network(ns.LeakyRate("logistic", tau=1.3), weights, 6, inputs=1, rng=3),
        "two variables": ns.Network(ns.Adaptive("softplus", strength=0.7), weights, 6, inputs=1, rng=3),
    }


def _reference(network, start, duration):
    """Solution of the same equations written out again, by an integrator of order eight."""
    weights, variables = network.recurrent.dense(), len(network.neuron.variables())

    def slope(t, flat):
        state = flat.reshape(variables, network.size)
        current = weights @ network.neuron.rate(*state) + network.input_weights @ _input(t)
        drift = network.neuron.drift(*state, current)
        return np.concatenate(drift) if variables > 1 else drift

    solution = solve_ivp(slope, (0, duration), start.T.ravel(), method="DOP853", rtol=1e-12, atol=1e-12)
    return solution.y[:, -1].reshape(variables, network.size).T


@pytest.mark.parametrize("name", ["current form", "rate form", "two variables"])
@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.name)
def test_halving_dt_divides_the_error_by_two_to_the_order(scheme, name):
    """Inputs that vary in time must be sampled at the stage times, or the order falls to one."""
    network, duration = _networks()[name], 2.0
    start = np.random.default_rng(0).normal(size=(6, len(network.neuron.variables())))
    exact = _reference(network, start, duration)
    errors = []
    for dt in (0.05, 0.025):
        run = ns.simulate(network, duration, dt, scheme.name, inputs=_input, initial_state=start)
        errors.append(np.abs(run.final_state[0] - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(scheme.order, abs=0.25)
    assert errors[1] < {1: 0.03, 2: 1e-3, 4: 1e-6}[scheme.order]


def test_rk4_of_a_linear_network_is_its_matrix_exponential():
    from scipy.linalg import expm

    network = ns.Network(ns.LeakyCurrent("linear", tau=2.0), ns.Gaussian(gain=0.9), 20, rng=1)
    start = np.random.default_rng(1).normal(size=20)
    run = ns.simulate(network, 4.0, 0.02, "rk4", initial_state=start)
    jacobian = (network.recurrent.dense() - np.eye(20)) / 2.0
    # global error of RK4: about T/dt * (|J| dt)^5 / 5! = 4e-9 for |J| = 1
    np.testing.assert_allclose(run.states[0, -1], expm(4.0 * jacobian) @ start, atol=1e-8)


def test_euler_at_dt_equal_to_tau_is_the_vanilla_map():
    network = ns.Network(ns.LeakyRate("tanh", tau=2.0), ns.Gaussian(gain=1.5), 10, rng=1)
    run = ns.simulate(network, 6.0, 2.0, "euler", rng=0)
    for before, after in zip(run.states[0, :-1], run.states[0, 1:], strict=True):
        np.testing.assert_allclose(after, np.tanh(network.recurrent.dense() @ before), atol=1e-14)


def test_unknown_scheme_suggests_the_nearest():
    network = _networks()["rate form"]
    with pytest.raises(ns.errors.UnknownNameError, match=r"scheme = 'rk5' is unknown\. Did you mean 'rk4'"):
        ns.simulate(network, 1.0, 0.1, "rk5")
