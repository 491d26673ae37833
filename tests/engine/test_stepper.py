"""Single steps against the simulator, for every kind of weights and of unit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.engine.stepper import Stepper

SIZE = 60
FACTORS = np.random.default_rng(9).standard_normal((2, SIZE, 2))
LOW_RANK = ns.LowRank(FACTORS[0], FACTORS[1] / SIZE)
NETWORKS = [
    (ns.LeakyCurrent("tanh", tau=2.0), ns.Gaussian(gain=1.5)),
    (ns.LeakyRate("relu", tau=np.linspace(1.0, 3.0, SIZE)), ns.Sparse(density=0.1, gain=1.5)),
    (ns.Adaptive(), ns.Sparse(density=0.1, gain=1.5) + LOW_RANK),
    (ns.LeakyCurrent("tanh"), LOW_RANK),
]
every_kind = pytest.mark.parametrize(("neuron", "connectivity"), NETWORKS)


@every_kind
def test_steps_are_those_of_the_simulator(neuron, connectivity):
    rng = np.random.default_rng(0)
    network = ns.Network(neuron, connectivity, SIZE, inputs=2, rng=0).replace(bias=rng.standard_normal(SIZE))
    inputs = rng.standard_normal((50, 2))
    run = ns.simulate(network, duration=5.0, dt=0.1, inputs=inputs, rng=1)
    stepper = Stepper(network, 0.1)
    stepper.start(run.states[0, 0])
    assert_allclose(stepper.rates, run.rates[0, 0], rtol=1e-14)
    drive = inputs @ network.input_weights.T + network.bias
    rates, states = np.empty((2, 50, SIZE))
    for first, last in ((0, 1), (1, 20), (20, 50)):
        stepper.advance(drive[first:last], rates[first:last], states[first:last])
    # sums in another order, and chaos for 5 time constants
    assert_allclose(rates, run.rates[0, 1:], atol=1e-11)
    assert_allclose(states, run.states[0, 1:].reshape(50, SIZE, -1)[..., 0], atol=1e-11)
    assert_allclose(stepper.state, run.states[0, -1], atol=1e-11)
    assert_array_equal(stepper.rates, rates[-1])
    assert stepper.operator().equals(network.recurrent)


@every_kind
def test_weights_may_change_between_steps(neuron, connectivity):
    network = ns.Network(neuron, connectivity, SIZE, rng=0)
    stepper, weights = Stepper(network, 0.1), network.recurrent.dense()
    for part in (stepper.base, stepper.left):
        if part is not None:
            part *= 2.0
    state = np.linspace(-1.0, 1.0, SIZE * len(neuron.variables())).reshape(SIZE, -1)
    stepper.start(state)
    stepper.advance(np.zeros((1, SIZE)), np.empty((1, SIZE)))
    assert_allclose(stepper.currents, 2.0 * weights @ neuron.values(*state.T), atol=1e-13)
    assert_allclose(stepper.operator().dense(), 2.0 * weights, atol=1e-15)
    assert_array_equal(network.recurrent.dense(), weights)
