"""Real-time recurrent learning gives the gradient of backpropagation through time."""

import tracemalloc

import autograd.numpy as anp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.engine import Cotangents, Rollout, value_and_gradient
from neurosim.engine.differentiable.influence_gradient import InfluenceGradient
from neurosim.errors import MemoryLimitError

NAMES = ("recurrent", "left", "right", "input_weights", "bias", "readout_weights", "readout_bias")
VECTORS = np.random.default_rng(0).standard_normal((2, 6))
CASES = {
    "rate form, noise": (ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(1.3), ns.WhiteNoise(0.2)),
    "current form, sparse": (ns.LeakyCurrent("tanh", tau=4.0), ns.Sparse(0.5, gain=1.3), None),
    "low rank": (ns.LeakyCurrent("tanh", tau=4.0), ns.Gaussian(0.8) + ns.LowRank(*VECTORS), None),
    "populations": (
        ns.Populations(
            E=ns.Population(ns.LeakyRate("tanh", tau=4.0), 4),
            I=ns.Population(ns.Adaptive("tanh", tau=2.0, tau_adaptation=9.0, strength=0.4), 2),
        ),
        ns.Gaussian(1.3),
        None,
    ),
    "a gain that follows an input": (
        ns.neurons.Modulated(ns.LeakyRate("softplus", tau=4.0), "gain", strength=0.6),
        ns.Gaussian(1.3),
        None,
    ),
    "current form, a gain that follows an input": (
        ns.neurons.Modulated(ns.LeakyCurrent("tanh", tau=4.0), "gain"),
        ns.Gaussian(1.3),
        ns.WhiteNoise(0.1),
    ),
    "two variables": (
        ns.Adaptive("tanh", tau=4.0, tau_adaptation=20.0, strength=0.5),
        ns.Gaussian(1.3),
        None,
    ),
}


def slopes_of(targets):
    def slopes(trials, steps, outputs, rates):
        wanted = targets[trials.start : trials.stop, steps.start : steps.stop]
        return Cotangents(outputs=outputs - wanted, rates=0.1 * rates())

    return slopes


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_that_of_backpropagation_through_time(case):
    neuron, connectivity, noise = CASES[case]
    network = ns.Network(neuron, connectivity, 6, inputs=["x", "gain"], outputs=2, rng=0)
    inputs, targets = np.random.default_rng(1).standard_normal((2, 3, 40, 2))
    rollout = Rollout(network, 0.5, noise=noise)
    parameters = {name: rollout.values[name] for name in NAMES if name in rollout.values}

    def loss(free):
        run = rollout(inputs, free, rng=5)
        return 0.5 * anp.sum((run.outputs - targets) ** 2) + 0.05 * anp.sum(run.rates**2)

    _, expected = value_and_gradient(loss, parameters)
    # 0.02 MB: trial by trial, in blocks of a few steps
    for memory in (50.0, 0.02):
        gradient = InfluenceGradient(network, 0.5, noise=noise, memory=memory)
        found = gradient(inputs, parameters, slopes_of(targets), rng=5)
        for name, values in expected.items():
            assert_allclose(found[name], values, rtol=0, atol=1e-10 * np.abs(values).max(), err_msg=name)


def test_memory_does_not_grow_with_the_length_of_a_trial():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=10, inputs=2, outputs=2, rng=0)
    gradient, peaks = InfluenceGradient(network, 0.1, memory=0.05), []
    parameters = {name: gradient.values[name] for name in ("recurrent", "bias")}
    for steps in (200, 1600):
        inputs, targets = np.random.default_rng(1).standard_normal((2, 1, steps, 2))
        tracemalloc.start()
        gradient(inputs, parameters, slopes_of(targets))
        peaks.append(tracemalloc.get_traced_memory()[1] - 6 * inputs.nbytes)
        tracemalloc.stop()
    # all rates of the longer trial are 0.13 MB, all influences 17 MB
    assert peaks[1] < peaks[0] + 0.05e6


def test_large_networks_are_refused():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Sparse(0.01), size=5000, rng=0)
    with pytest.raises(
        MemoryLimitError, match=r"influence of all weights on 5000 units .* take RFLO or EProp"
    ):
        InfluenceGradient(network, 0.1)
