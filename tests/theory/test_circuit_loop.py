"""Compiled loop of effective circuits against the same averages in NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.connectivity import GaussianMixtureLowRank


def circuit_of(neuron, rank=2, spread=1.0):
    """Two populations with covariances of all loadings, with two inputs and a readout."""
    rng, count = np.random.default_rng(0), 2 * rank + 3
    roots = spread * rng.standard_normal((2, count, count)) / np.sqrt(count)
    mixture = GaussianMixtureLowRank(
        [0.6, 0.4], 0.3 * rng.standard_normal((2, count)), roots @ roots.transpose(0, 2, 1), rank
    )
    values = mixture.loadings(100, rng)
    network = ns.Network(
        neuron,
        ns.LowRank(values[:, :rank], values[:, rank : 2 * rank]),
        100,
        inputs=2,
        outputs=1,
        input_weights=values[:, 2 * rank : -1],
        readout_weights=values[:, -1:].T / 100,
        rng=0,
    ).replace(initial_state=np.zeros(100))
    return ns.theory.effective_circuit(network, mixture)


@pytest.mark.parametrize(
    ("neuron", "spread"),
    [
        (ns.LeakyRate("tanh", tau=2.0), 1.0),
        # wide inputs, whose averages take the largest numbers of points
        (ns.LeakyRate("tanh", tau=2.0), 20.0),
        (ns.LeakyRate("softplus", tau=0.5), 1.0),
    ],
)
def test_steps_in_rate_form_follow_the_speed(neuron, spread):
    """Heun's scheme in NumPy; the averages of `speed` are right to 1e-9 of the largest rate."""
    circuit = circuit_of(neuron, spread=spread)
    steps, dt = 20, 0.1 * neuron.tau
    inputs = np.random.default_rng(1).standard_normal((3, steps, 2))
    start = np.random.default_rng(2).standard_normal((3, 2))
    run = circuit.simulate(steps * dt, dt, "heun", inputs=inputs, start=start)
    for q in range(3):
        kappa = start[q]
        for t in range(steps):
            first = circuit.speed(kappa, inputs[q, t])
            kappa = kappa + 0.5 * dt * (first + circuit.speed(kappa + dt * first, inputs[q, t]))
            assert_allclose(run.kappa[q, t + 1], kappa, atol=1e-7 * max(1.0, np.abs(kappa).max()))


def test_in_current_form_coordinates_of_inputs_are_filtered():
    """After long under one input the speed is that of the whole equations, and one step before it is not."""
    circuit = circuit_of(ns.LeakyCurrent("tanh", tau=2.0))
    given = np.array([1.0, -0.5])
    rest = circuit.simulate(100.0, 0.2, "rk4", inputs=given, start=np.array([0.3, -0.2]))
    assert_allclose(circuit.speed(rest.kappa[0, -1], given), 0.0, atol=1e-7)
    early = circuit.simulate(0.2, 0.2, "euler", inputs=given, start=np.array([0.3, -0.2]))
    # at first the filtered inputs are zero
    assert_allclose(
        early.kappa[0, 1], early.kappa[0, 0] + 0.2 * circuit.speed(early.kappa[0, 0], [0.0, 0.0]), atol=1e-9
    )


def test_a_trial_does_not_depend_on_the_others():
    circuit = circuit_of(ns.LeakyRate("tanh", tau=2.0))
    starts = np.array([[0.1, 0.2], [300.0, -500.0]])
    both = circuit.simulate(4.0, 0.2, "heun", start=starts)
    alone = circuit.simulate(4.0, 0.2, "heun", start=starts[0])
    assert_array_equal(both.kappa[0], alone.kappa[0])
