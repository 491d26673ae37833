"""Units with two variables: closed forms, and the published limit cycle of Wilson and Cowan."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import neurosim as ns
from neurosim.errors import ParameterError


def integrated(neuron, start, current, times):
    """States of one unit at given times for a constant input, by an independent solver."""

    def flow(_, state):
        return np.array(neuron.drift(*state, current), dtype=float)

    return solve_ivp(flow, (0.0, times[-1]), start, t_eval=times, rtol=1e-9, atol=1e-11).y


def test_linear_adaptation_is_a_matrix_exponential():
    neuron = ns.Adaptive("linear", tau=0.5, tau_adaptation=4.0, strength=2.0)
    matrix = np.array([[-1 / 0.5, -2.0 / 0.5], [1 / 4.0, -1 / 4.0]])
    times, settled = np.array([0.1, 1.0, 7.0]), np.full(2, 3.0 / (1.0 + 2.0))
    expected = [settled + expm(matrix * t) @ ([1.0, -0.5] - settled) for t in times]
    assert_allclose(integrated(neuron, [1.0, -0.5], 3.0, times).T, expected, atol=1e-7)


def test_adaptation_settles_where_the_input_is_divided():
    neuron = ns.Adaptive("relu", strength=3.0)
    settled = integrated(neuron, [0.0, 0.0], 2.0, np.array([200.0]))
    assert_allclose(settled[:, -1], 2.0 / (1.0 + 3.0), atol=1e-8)


@pytest.mark.parametrize("current", [0.0, 1.0, 30.0])
def test_depression_settles_at_the_published_level(current):
    neuron = ns.SynapticDepression("relu", tau_recovery=20.0, release=0.5)
    settled = integrated(neuron, [0.0, 1.0], current, np.array([400.0]))[:, -1]
    assert settled[1] == pytest.approx(1.0 / (1.0 + 0.5 * 20.0 * current), abs=1e-8)
    assert neuron.rate(*settled) <= 1.0 / (0.5 * 20.0)


def test_depression_needs_rates_that_are_not_negative():
    with pytest.raises(ParameterError, match=r"SynapticDepression\.activation = 'tanh' gives negative rates"):
        ns.SynapticDepression("tanh")


def test_depression_needs_a_release_that_is_not_negative():
    with pytest.raises(ParameterError, match=r"SynapticDepression\.release must not be negative \(got .*\)"):
        ns.SynapticDepression(release=np.array([0.5, -0.1]))


def published_wilson_cowan(e, i, u):
    """Equations 11, 12 and 15 of the paper with the numbers of its figure 11, written out."""

    def sigmoid(x, slope, threshold):
        return 1.0 / (1.0 + np.exp(-slope * (x - threshold))) - 1.0 / (1.0 + np.exp(slope * threshold))

    k_e, k_i = sigmoid(np.inf, 1.3, 4.0), sigmoid(np.inf, 2.0, 3.7)
    return (
        -e + (k_e - e) * sigmoid(16.0 * e - 12.0 * i + u, 1.3, 4.0),
        -i + (k_i - i) * sigmoid(15.0 * e - 3.0 * i, 2.0, 3.7),
    )


def test_wilson_cowan_is_the_published_equation():
    e, i, u = np.random.default_rng(2).uniform(0.0, 1.0, (3, 100))
    found = ns.WilsonCowan().drift(e, i, 3.0 * u)
    assert_allclose(found, published_wilson_cowan(e, i, 3.0 * u), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("current", "oscillates"), [(0.0, False), (1.25, True)])
def test_wilson_cowan_has_the_published_limit_cycle(current, oscillates):
    late = integrated(ns.WilsonCowan(), [0.1, 0.05], current, np.linspace(100.0, 150.0, 501))[0]
    assert (np.ptp(late) > 0.1) == oscillates
    assert (np.ptp(late) < 1e-6) != oscillates


@pytest.mark.parametrize(
    ("name", "value"), [("w_ei", -1.0), ("refractory", -0.1), ("slope_e", 0.0), ("tau_i", 0.0)]
)
def test_wilson_cowan_checks_its_parameters(name, value):
    with pytest.raises(ParameterError, match=rf"WilsonCowan\.{name} must .*\(got {value}\)"):
        ns.WilsonCowan(**{name: value})
