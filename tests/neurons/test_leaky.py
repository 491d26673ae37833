"""Leaky units: the linear case in closed form, the vanilla map, and what the two forms share."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.optimize import root

import neurosim as ns
from neurosim.errors import ParameterError, UnknownKeywordError


@pytest.mark.parametrize("form", [ns.LeakyCurrent, ns.LeakyRate])
def test_linear_units_charge_exponentially(form):
    tau, times = np.array([0.5, 2.0]), np.linspace(0.0, 3.0, 7)
    neuron = form("linear", tau=tau)
    run = solve_ivp(
        lambda _, x: neuron.drift(x, 1.5), (0.0, 3.0), [0.0, 0.0], t_eval=times, rtol=1e-10, atol=1e-12
    )
    assert_allclose(run.y, 1.5 * (1.0 - np.exp(-times / tau[:, None])), atol=1e-8)


def test_one_euler_step_of_tau_in_rate_form_is_the_vanilla_map():
    rng = np.random.default_rng(0)
    neuron, rate, current = ns.LeakyRate("tanh", tau=0.25), rng.normal(size=50), rng.normal(size=50)
    assert_allclose(rate + neuron.tau * neuron.drift(rate, current), np.tanh(current), rtol=1e-13, atol=1e-15)


def test_both_forms_share_fixed_points_and_their_spectra():
    rng = np.random.default_rng(1)
    weights, bias = rng.normal(0.0, 1.2 / np.sqrt(8), (8, 8)), rng.normal(size=8)
    current, rate = ns.LeakyCurrent("tanh"), ns.LeakyRate("tanh")
    x = root(lambda x: current.drift(x, weights @ current.rate(x) + bias), np.zeros(8), tol=1e-13).x
    r = current.rate(x)
    assert_allclose(rate.drift(r, weights @ rate.rate(r) + bias), 0.0, atol=1e-10)
    slopes = 1.0 - r**2
    of_current, of_rate = (
        np.sort_complex(np.linalg.eigvals(m)) for m in (weights * slopes, slopes[:, None] * weights)
    )
    assert_allclose(of_current, of_rate, atol=1e-8)


def test_the_activation_is_the_first_argument():
    assert ns.LeakyRate("relu", 2.0) == ns.LeakyRate(activation="relu", tau=2.0)
    assert ns.LeakyCurrent() == ns.LeakyCurrent(activation="tanh", tau=1.0)


def test_names_of_the_state():
    assert ns.LeakyCurrent.variables() == ("x",)
    assert ns.LeakyRate.variables() == ("r",)


@pytest.mark.parametrize("tau", [0.0, -1.0, np.array([1.0, 0.0])])
def test_time_constants_are_positive(tau):
    with pytest.raises(ParameterError, match=r"LeakyCurrent\.tau must be positive \(got .*\)"):
        ns.LeakyCurrent(tau=tau)


def test_an_unknown_keyword_suggests_the_nearest():
    with pytest.raises(UnknownKeywordError, match=r"no keyword 'activaton'\. Did you mean 'activation'"):
        ns.LeakyRate(activaton="tanh")
