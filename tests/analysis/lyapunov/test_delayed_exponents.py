"""Exponents of networks with delays against roots of polynomials, diverging trajectories and published values."""

import numpy as np
import pytest
from delayed import mackey_glass
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.analysis import characteristic_roots, lyapunov_spectrum
from neurosim.analysis.lyapunov.delayed_tangent import DelayedTangent
from neurosim.analysis.lyapunov.spectrum import random_frame
from neurosim.connectivity import Delayed
from neurosim.engine.inputs import Inputs
from neurosim.errors import ParameterError
from neurosim.schemes import SCHEMES


def scalar(weight, delay, activation="linear"):
    return ns.Network(ns.LeakyCurrent(activation), Delayed(ns.Explicit([[weight]]), delay), size=1, rng=0)


def polynomial_exponents(weight, delay, dt):
    """Of the Euler map x' = (1 - dt) x + weight dt x[steps before]."""
    steps = round(delay / dt)
    coefficients = np.zeros(steps + 2)
    coefficients[[0, 1, -1]] += [1.0, dt - 1.0, -weight * dt]
    return np.sort(np.log(np.abs(np.roots(coefficients))) / dt)[::-1]


def test_all_exponents_of_a_linear_euler_map_are_those_of_its_polynomial():
    dt, delay, weight = 0.1, 0.4, -0.8
    found = lyapunov_spectrum(
        scalar(weight, delay), 5, 400.0, dt, "euler", discard=40.0, initial_state=[0.1], rng=0
    )
    assert found.dimensions == 5
    expected = polynomial_exponents(weight, delay, dt)
    # a complex pair turns by what is not a whole number of turns in the run
    assert_allclose(found.values, expected, atol=2e-2)
    # the volume shrinks by the product of the roots in every step, exactly
    assert found.growth.sum(axis=1) == pytest.approx(np.log(abs(weight * dt)) / dt, rel=1e-10)


def test_the_largest_exponent_of_a_linear_euler_map_is_its_largest_root():
    # a real root, whose direction is reached exponentially fast
    found = lyapunov_spectrum(scalar(0.5, 0.3), 1, 50.0, 0.1, "euler", initial_state=[0.1], rng=0)
    assert_allclose(found.values, polynomial_exponents(0.5, 0.3, 0.1)[:1], rtol=1e-10)


@pytest.mark.parametrize("delay", [1.0, 0.93])
def test_exponents_of_a_linear_flow_are_real_parts_of_characteristic_roots(delay):
    # a real root; the error of RK4 with whole steps is dt**4, that of cubic interpolation the same
    network = scalar(0.5, delay)
    found = lyapunov_spectrum(network, 1, 150.0, 0.1, "rk4", discard=20.0, initial_state=[0.1], rng=0)
    assert_allclose(found.values, characteristic_roots(network, count=1).values.real, atol=1e-6)


def circuit():
    """Units of one and two variables, two delays of which one is no whole number of steps, and an input."""
    cells = ns.Populations(
        A=ns.Population(ns.Adaptive("tanh", strength=0.5), size=5),
        B=ns.Population(ns.LeakyRate("tanh", tau=0.7), size=4),
    )
    blocks = {(a, b): ns.Gaussian(2.5) for a in "AB" for b in "AB"}
    delay = {("A", "B"): 0.4, ("B", "A"): 0.33}
    return ns.Network(cells, ns.Blocks(blocks, delay=delay), inputs=1, rng=3)


def tangent_of(network, run, count, scheme="rk4"):
    """Trajectory that goes on where a run ended."""
    inputs = Inputs(lambda time: np.array([np.sin(time)]), network, 1, 0.1, 1000)
    tangent = DelayedTangent(network, count, 0.1, SCHEMES[scheme], inputs)
    tangent.step, tangent.state, tangent.past_rates = run.step, run.final_state[0], run.final_line[:, :, 0]
    return tangent


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_the_trajectory_is_that_of_a_simulation(scheme):
    network = circuit()
    runs = [
        ns.simulate(network, t, 0.1, scheme, lambda time: np.array([np.sin(time)]), rng=0) for t in (2.0, 6.0)
    ]
    tangent = tangent_of(network, runs[0], 0, scheme)
    tangent.advance(40)
    assert_allclose(tangent.state, runs[1].final_state[0], rtol=1e-10, atol=1e-12)
    assert_allclose(tangent.past_rates, runs[1].final_line[:, :, 0], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_vectors_are_differences_of_neighboring_trajectories(scheme):
    network = circuit()
    run = ns.simulate(network, 2.0, 0.1, scheme, lambda time: np.array([np.sin(time)]), rng=0)
    tangent = tangent_of(network, run, 2, scheme)
    frame = random_frame(tangent.size, 2, np.random.default_rng(0))
    tangent.vectors = frame
    assert_array_equal(tangent.vectors, frame)
    tangent.advance(15)
    # one central difference for each vector; the third derivative enters with the square of the length
    for vector, column in zip(tangent.vectors.T, frame.T, strict=True):
        ends = []
        for sign in (1.0, -1.0):
            other = tangent_of(network, run, 1, scheme)
            other.vectors = column[:, None]
            other._columns[..., 0] += sign * 1e-5 * other._columns[..., 1]
            other._rates[..., 0] += sign * 1e-5 * other._rates[..., 1]
            other.vectors = 0.0 * column[:, None]
            other.advance(15)
            ends.append(np.concatenate([other.state.T[network.has_variable.T], other.past_rates.ravel()]))
        assert_allclose(vector, (ends[0] - ends[1]) / 2e-5, rtol=1e-6, atol=1e-8)


def test_exponents_of_a_circuit():
    found = lyapunov_spectrum(circuit(), 2, 140.0, 0.1, "euler", inputs=[0.3], rng=0)
    assert found.dimensions == 14 + 4 * 9  # linear interpolation of 3.3 steps reads 4
    assert found.values.shape == (2,)


@pytest.mark.slow
def test_the_largest_exponent_is_the_rate_at_which_two_trajectories_part():
    network, dt, chunk, count = mackey_glass(31.8), 0.6, 30.0, 400
    found = lyapunov_spectrum(
        network, 1, count * chunk, dt, "euler", discard=3000.0, interval=chunk, initial_state=[0.9], rng=0
    )
    run = ns.simulate(network, 3000.0, dt, "euler", initial_state=[0.9])
    state, past = run.states[0, -1], run.rates[0, -54:-1]
    pair = np.array([state, state + 1e-8]), np.array([past, past])
    logarithms = []
    for _ in range(count):
        run = ns.simulate(network, chunk, dt, "euler", initial_state=pair[0], history=pair[1])
        before = np.concatenate([pair[1], run.rates[:, :-1]], axis=1)
        states, past = run.states[:, -1], before[:, -53:]
        away = states[1] - states[0], past[1] - past[0]
        length = np.sqrt(np.sum(away[0] ** 2) + np.sum(away[1] ** 2))
        logarithms.append(np.log(length / 1e-8))
        pair = tuple(
            np.stack([a[0], a[0] + 1e-8 / length * d]) for a, d in zip((states, past), away, strict=True)
        )
    # the displacement turns into its direction first; then these are two stretches of one attractor
    growth = np.array(logarithms[20:]) / chunk
    error = np.hypot(found.standard_errors[0], growth.std() / np.sqrt(len(growth)))
    assert found.values[0] == pytest.approx(growth.mean(), abs=4 * error)
    assert found.values[0] > 4 * error


@pytest.mark.slow
def test_the_dimension_of_the_attractor_of_mackey_and_glass():
    # A. Wolf, J. B. Swift, H. L. Swinney, J. A. Vastano, Physica D 16, 285 (1985), Table 1: 3.64, without a unit
    found = lyapunov_spectrum(
        mackey_glass(31.8), 4, 12_000.0, 0.6, "rk4", discard=2000.0, interval=6.0, initial_state=[0.9], rng=0
    )
    # the sum of the first three over the fourth, whose errors over this time are about 3 %
    assert found.dimension == pytest.approx(3.64, abs=0.15)
    # the displacement along the flow neither grows nor decays
    assert abs(found.values[2]) < 5e-4


def test_bad_arguments_of_exponents_with_delays():
    network = scalar(-2.0, 0.5, "tanh")
    with pytest.raises(ParameterError, match="count must be at most 6, the dimensions"):
        lyapunov_spectrum(network, 7, 5.0, 0.1, "euler")
    with pytest.raises(ParameterError, match="noise must be None for exponents of a network with delays"):
        lyapunov_spectrum(network, 1, noise=ns.WhiteNoise(0.1))
    with pytest.raises(ParameterError, match="delays must be 0 or at least one time step"):
        lyapunov_spectrum(network, 1, 50.0, 1.0)
    with pytest.raises(ParameterError, match="must have no delays for analysis"):
        ns.analysis.covariant_vectors(network)
