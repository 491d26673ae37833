"""Mean-field theory of populations against one population, exact limits, sampled matrices and simulations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import theory
from neurosim.connectivity import FixedInDegree
from neurosim.errors import ParameterError

TANH = ns.LeakyCurrent("tanh")
GAINS = np.array([[0.4, 1.6], [1.2, 0.6]])


def circuit(size, gains=GAINS, neurons=(TANH, TANH), share=0.5, rng=0):
    first = round(share * size)
    cells = ns.Populations(
        A=ns.Population(neurons[0], size=first), B=ns.Population(neurons[1], size=size - first)
    )
    blocks = {(t, s): ns.Gaussian(gains[i][j]) for i, t in enumerate("AB") for j, s in enumerate("AB")}
    return ns.Network(cells, ns.Blocks(blocks), rng=rng)


def test_gains_of_blocks():
    # of n normal weights the standard deviation has a relative error of 1 / sqrt(2 n), n = 100 x 300 at least
    assert_allclose(
        theory.population_gains(circuit(400, share=0.25)), GAINS, rtol=4.0 / np.sqrt(2 * 100 * 100)
    )


def test_radius_of_aljadeff_is_that_of_sampled_eigenvalues():
    network = circuit(800, share=0.3)
    squares = GAINS**2
    largest = 0.5 * (np.trace(squares) + np.sqrt(np.trace(squares) ** 2 - 4.0 * np.linalg.det(squares)))
    found = theory.population_radius(network)
    assert found == pytest.approx(np.sqrt(largest), rel=0.01)
    moduli = np.abs(network.recurrent.eigenvalues())
    # the outermost eigenvalue of N lies within a few N**-0.5 of the edge
    assert moduli.max() == pytest.approx(found, rel=0.1)
    assert ns.analysis.spectrum(network).radius == pytest.approx(found, rel=0.03)


def test_equal_populations_are_one():
    gains = np.full((2, 2), 1.8 / np.sqrt(2.0))
    lags = np.linspace(0.0, 10.0, 41)
    found = theory.population_autocorrelation(circuit(20), gains=gains, lags=lags)
    alone = theory.autocorrelation(ns.Network(TANH, ns.Gaussian(1.8), 20, rng=0), gain=1.8, lags=lags)
    assert_allclose(found.values, np.stack([alone.values] * 2), rtol=1e-5, atol=1e-5)
    assert_allclose(found.rate_values, np.stack([alone.rate_values] * 2), rtol=1e-5, atol=1e-5)
    assert found.radius == pytest.approx(1.8)


def test_silence_below_the_onset_and_chaos_above():
    quiet = theory.population_autocorrelation(circuit(20), gains=0.9 * GAINS / theory_radius())
    assert not quiet.variances.any()
    above = theory.population_autocorrelation(circuit(20), gains=1.3 * GAINS / theory_radius())
    assert (above.variances > 0.0).all()


def theory_radius():
    return float(np.sqrt(np.abs(np.linalg.eigvals(GAINS**2)).max()))


@pytest.mark.slow
def test_simulated_variances_of_different_populations():
    """N = 2 x 1500 for 400 time constants: finite size and sampling leave a few per cent."""
    neurons = (TANH, ns.LeakyCurrent("tanh", tau=2.0))
    network = circuit(3000, 1.6 * GAINS, neurons)
    run = ns.simulate(network, 500.0, 0.1, "heun", every=10, rng=1)
    predicted = theory.population_autocorrelation(network, gains=1.6 * GAINS)
    measured = [run[name].states[:, 100:].var() for name in "AB"]
    assert_allclose(measured, predicted.variances, rtol=0.05)


def balanced(inputs, size=800):
    unit = ns.LeakyRate("softplus", tau=1.0)
    cells = ns.Populations(
        E=ns.Population(unit, size=size, sign="excitatory"),
        I=ns.Population(unit, size=size, sign="inhibitory"),
    )
    strengths = {("E", "E"): 1.0, ("E", "I"): -2.0, ("I", "E"): 1.0, ("I", "I"): -1.8}
    blocks = ns.Blocks({pair: FixedInDegree(inputs, strength) for pair, strength in strengths.items()})
    network = ns.Network(cells, blocks, rng=0)
    # external drive of order sqrt(K), as that of other cells
    return network.replace(bias=np.repeat([1.0, 0.8], size) * np.sqrt(inputs))


def test_balanced_rates_solve_the_balance_equations():
    """J_EE r_E + J_EI r_I + I_E = 0 and likewise for I, by hand: r_E = r_I = 1."""
    assert_allclose(theory.balanced_rates(balanced(100)), [1.0, 1.0], rtol=1e-12)


def test_rates_approach_balance_as_one_over_the_root_of_the_inputs():
    deviations = []
    for inputs in (25, 400):
        network = balanced(inputs)
        run = ns.simulate(network, 60.0, 0.05, initial_state=np.ones(network.size), every=20, rng=1)
        found = ns.analysis.population_statistics(run, discard=30.0)
        deviations.append(np.abs(found.means - theory.balanced_rates(network)).max())
    # sqrt(16) = 4 for the leading order; the next one is of the relative size 1 / sqrt(25)
    assert 2.0 < deviations[0] / deviations[1] < 8.0
    assert deviations[1] < 0.2


def test_what_the_theory_does_not_describe():
    plain = ns.Network(TANH, ns.Gaussian(), 10, rng=0)
    with pytest.raises(ParameterError, match="must have populations"):
        theory.population_radius(plain)
    with pytest.raises(ParameterError, match="current form without bias"):
        theory.population_autocorrelation(circuit(20, neurons=(TANH, ns.LeakyRate("tanh"))))
    with pytest.raises(ParameterError, match="onset of chaos"):
        theory.population_autocorrelation(circuit(20), gains=1.0001 * GAINS / theory_radius())
    with pytest.raises(ParameterError, match="must not be singular in balance"):
        theory.balanced_rates(circuit(20, np.zeros((2, 2))))
    with pytest.raises(ParameterError, match="lags must be at most"):
        theory.population_autocorrelation(circuit(20), gains=GAINS, lags=np.array([1e6]))
    with pytest.raises(ParameterError, match="population_autocorrelation"):
        theory.variance(circuit(20))
