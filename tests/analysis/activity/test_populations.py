"""Statistics of populations against sums written out, and analyses of circuits in the dimensions that exist."""

import numpy as np
import pytest
from circuits import circuit, start_of
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError


def test_statistics_of_each_population():
    network = circuit()
    run = ns.simulate(network, 6.0, 0.1, noise=ns.OrnsteinUhlenbeck(0.3, tau_noise=1.0), trials=3, rng=1)
    found = ns.analysis.population_statistics(run, discard=2.0)
    assert found.names == ("E", "P", "I")
    for k, (first, stop) in enumerate([(0, 5), (5, 9), (9, 12)]):
        rates = run.rates[:, 20:, first:stop]
        assert found.means[k] == pytest.approx(rates.mean())
        assert found.between_units[k] == pytest.approx(rates.reshape(-1, stop - first).mean(axis=0).std())
        spread = rates.reshape(-1, stop - first).std(axis=0)
        assert found.over_time[k] == pytest.approx(np.sqrt(np.mean(spread**2)))
    courses = [run.rates[:, 20:, a:b].mean(axis=-1).ravel() for a, b in [(0, 5), (9, 12)]]
    assert found.correlations[0, 2] == pytest.approx(np.corrcoef(*courses)[0, 1])


def test_a_run_without_populations_is_refused():
    plain = ns.simulate(ns.Network(ns.LeakyRate(), ns.Gaussian(), 3, rng=0), 1.0, 0.1, rng=0)
    with pytest.raises(ParameterError, match="a network with populations"):
        ns.analysis.population_statistics(plain)


def linear_circuit():
    """Units of one and of two variables whose equations are linear."""
    cells = ns.Populations(
        A=ns.Population(ns.LeakyCurrent("linear", tau=2.0), size=3),
        B=ns.Population(ns.Adaptive("linear", tau=1.0, tau_adaptation=3.0), size=2),
    )
    return ns.Network(cells, ns.Gaussian(0.5), rng=1)


def test_exponents_of_a_linear_circuit_are_the_real_parts_of_its_eigenvalues():
    network = linear_circuit()
    eigenvalues = np.linalg.eigvals(network.jacobian(np.zeros((5, 2))))
    found = ns.analysis.lyapunov_spectrum(network, duration=400.0, dt=0.05, scheme="rk4", rng=1)
    assert found.dimensions == network.dimensions == 7
    # pairs of complex eigenvalues rotate: their exponents alternate about the real part by 1 / duration
    assert_allclose(found.values, np.sort(eigenvalues.real)[::-1], atol=4e-3)
    with pytest.raises(ParameterError, match="count must be at most 7"):
        ns.analysis.lyapunov_spectrum(network, 8)


def test_fixed_points_of_a_circuit_are_rest_of_its_equations():
    network = circuit(ns.Gaussian(0.5))
    network = network.replace(bias=np.linspace(-0.5, 0.5, network.size))
    found = ns.analysis.fixed_points(network, starts=start_of(network)[None], rng=0)
    assert found.certified.all()
    state = found.states[0]
    assert_array_equal(state[~network.has_variable], 0.0)
    current = network.recurrent @ network.neuron.rate(*state.T) + network.bias
    assert_allclose(network.neuron.drift(*state.T, current), 0.0, atol=1e-10)
    eigenvalues = np.linalg.eigvals(network.jacobian(state))
    assert_allclose(np.sort_complex(found.eigenvalues[0]), np.sort_complex(eigenvalues), atol=1e-9)
    assert found.eigenvalues.shape == (1, network.dimensions)


def test_modes_read_rates_of_the_variables_that_exist():
    network = circuit(ns.Gaussian(0.5))
    state = start_of(network)
    found = ns.analysis.modes(network, state=state)
    assert found.eigenvalues.shape == (network.dimensions,)
    step, changes = 1e-6, []
    for part in (found.vectors[:, 0].real, found.vectors[:, 0].imag):
        moved = state.copy()
        moved.T[network.has_variable.T] += step * part
        changes.append((network.neuron.rate(*moved.T) - network.neuron.rate(*state.T)) / step)
    # one-sided differences: the second derivative times the step
    expected = np.abs(network.readout_weights @ (changes[0] + 1j * changes[1]))
    assert_allclose(found.visibility[:, 0], expected, atol=1e-5)
