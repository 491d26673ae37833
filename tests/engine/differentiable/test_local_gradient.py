"""The gradient through the memory of single units is that of the traces, followed connection by connection."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.engine import Cotangents, Rollout, value_and_gradient
from neurosim.engine.differentiable.local_gradient import LocalGradient
from neurosim.equations.local import local_derivatives
from neurosim.errors import MemoryLimitError
from neurosim.parameters import gradients_of_parts

SIZE, STEPS, TRIALS, DT = 7, 50, 3, 0.5
NAMES = ("recurrent", "left", "right", "input_weights", "bias", "readout_weights", "readout_bias")
CASES = {
    "rate form": (ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(1.3)),
    "current form, sparse": (ns.LeakyCurrent("tanh", tau=4.0), ns.Sparse(0.5, gain=1.3)),
    "a gain that follows an input": (
        ns.neurons.Modulated(ns.LeakyRate("softplus", tau=4.0), "gain", strength=0.6),
        ns.Gaussian(1.3),
    ),
    "two variables": (ns.Adaptive("tanh", tau=4.0, tau_adaptation=20.0, strength=0.5), ns.Gaussian(1.3)),
}


def network_of(case, size=SIZE):
    neuron, connectivity = CASES[case]
    return ns.Network(neuron, connectivity, size=size, inputs=["x", "gain"], outputs=2, rng=0)


def batch(network, steps=STEPS, trials=TRIALS):
    rng = np.random.default_rng(1)
    inputs, targets = rng.standard_normal((2, trials, steps, 2))
    return inputs, targets, rng.standard_normal((network.size, 2))


def slopes_of(targets, rates=0.1):
    """Half the sum of squared errors and of squared rates, times `rates`."""

    def slopes(trials, steps, outputs, present):
        wanted = targets[trials.start : trials.stop, steps.start : steps.stop]
        return Cotangents(outputs=outputs - wanted, rates=rates * present() if rates else None)

    return slopes


def parameters_of(gradient):
    return {name: gradient.values[name] for name in NAMES if name in gradient.values}


def traces(network, inputs, targets, feedback):
    """Gradients by the recursion of Murray (2019) and Bellec et al. (2020), in loops over steps."""
    neuron, size = network.neuron, network.size
    weights, variables = network.recurrent.dense(), len(network.neuron.variables())
    total = {"by source": 0.0, "readout_weights": 0.0, "readout_bias": 0.0}
    for trial in range(len(inputs)):
        state = network.starting_state().reshape(size, -1).T.copy()
        trace = np.zeros((variables, size, size + 3))
        for step in range(inputs.shape[1]):
            rates = neuron.values(*state)
            current = weights @ rates + network.input_weights @ inputs[trial, step] + network.bias
            neuron = network.neuron.held_at(dict(zip(network.input_names, inputs[trial, step], strict=True)))
            a, b, _ = local_derivatives(neuron, state, current)
            present = np.concatenate([rates, inputs[trial, step], [1.0]])
            trace = trace + DT * (np.einsum("vwi,wij->vij", a, trace) + b[:, :, None] * present)
            state = state + DT * np.array(neuron.drift(*state, current)).reshape(variables, size)
            rates = neuron.values(*state)
            c = local_derivatives(neuron, state, current)[2]
            error = network.readout_weights @ rates + network.readout_bias - targets[trial, step]
            signal = feedback @ error + 0.1 * rates
            total["by source"] += np.einsum("i,vi,vij->ij", signal, c, trace)
            total["readout_weights"] += np.outer(error, rates)
            total["readout_bias"] += error
    found = total.pop("by source")
    parts = gradients_of_parts(network.recurrent, {}, found[:, :size])
    return {**total, **parts, "input_weights": found[:, size:-1], "bias": found[:, -1]}


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_that_of_the_traces_in_one_block_and_in_many(case):
    network = network_of(case)
    inputs, targets, feedback = batch(network)
    expected = traces(network, inputs, targets, feedback)
    # 2 kB are a few steps of one trial
    for memory in (50.0, 2e-3):
        gradient = LocalGradient(network, DT, memory=memory)
        found = gradient(inputs, parameters_of(gradient), feedback, slopes_of(targets))
        assert set(found) == set(expected)
        for name, values in expected.items():
            assert_allclose(found[name], values, rtol=0, atol=1e-12 * np.abs(values).max(), err_msg=name)


def test_without_recurrent_weights_it_is_the_true_gradient():
    network = network_of("two variables")
    network = network.replace(recurrent=ns.Operator(0.0 * network.recurrent.dense()))
    inputs, targets, _ = batch(network)
    gradient, rollout = LocalGradient(network, DT), Rollout(network, DT)
    parameters = parameters_of(gradient)

    def loss(free):
        return 0.5 * sum(((rollout(inputs, free).outputs - targets) ** 2).flatten())

    _, expected = value_and_gradient(loss, parameters)
    found = gradient(inputs, parameters, network.readout_weights.T, slopes_of(targets, rates=0.0))
    for name, values in expected.items():
        assert_allclose(found[name], values, rtol=0, atol=1e-12 * np.abs(values).max(), err_msg=name)


@pytest.mark.parametrize("noise", [ns.WhiteNoise(0.3), ns.OrnsteinUhlenbeck(0.3, 5.0)], ids=repr)
def test_noise_does_not_depend_on_blocks(noise):
    network = network_of("rate form")
    inputs, targets, feedback = batch(network)
    found = []
    for memory in (50.0, 2e-3):
        gradient = LocalGradient(network, DT, noise=noise, memory=memory)
        found.append(gradient(inputs, parameters_of(gradient), feedback, slopes_of(targets), rng=3))
    for name, values in found[0].items():
        assert_allclose(found[1][name], values, rtol=0, atol=1e-12 * np.abs(values).max(), err_msg=name)


def test_the_number_of_threads_changes_nothing():
    network = network_of("rate form")
    inputs, targets, feedback = batch(network, trials=20)
    one, two = (
        gradient(inputs, parameters_of(gradient), feedback, slopes_of(targets))
        for gradient in (LocalGradient(network, DT, threads=threads) for threads in (1, 2))
    )
    assert all((one[name] == two[name]).all() for name in one)


def test_memory_does_not_grow_with_the_length_of_a_trial():
    """Beyond inputs, targets and outputs, and what depends on outputs, which have two numbers a step here."""
    network = network_of("rate form", size=60)
    gradient = LocalGradient(network, DT, memory=0.2)
    peaks = []
    for steps in (2000, 16_000):
        inputs, targets, feedback = batch(network, steps, 1)
        tracemalloc.start()
        gradient(inputs, parameters_of(gradient), feedback, slopes_of(targets, rates=0.0))
        peaks.append(tracemalloc.get_traced_memory()[1] - 10 * inputs.nbytes)
        tracemalloc.stop()
    # all rates of the longer trial would be 7.7 MB
    assert peaks[1] < peaks[0] + 0.5e6


def test_low_rank_weights_have_no_traces_and_say_so():
    vectors = np.random.default_rng(0).standard_normal((2, SIZE))
    network = ns.Network(ns.LeakyRate("tanh"), ns.LowRank(*vectors), SIZE, inputs=2, outputs=2, rng=0)
    inputs, targets, feedback = batch(network)
    gradient = LocalGradient(network, DT)
    found = gradient(inputs, parameters_of(gradient), feedback, slopes_of(targets))
    # the local gradient of W = l r^T, by the chain rule, from that of a full matrix with the same weights
    full = network.replace(recurrent=ns.Operator(network.recurrent.dense()))
    whole = LocalGradient(full, DT)
    by_weight = whole(inputs, parameters_of(whole), feedback, slopes_of(targets))["recurrent"]
    expected = gradients_of_parts(network.recurrent, gradient.values, by_weight)
    for name in ("left", "right"):
        assert_allclose(found[name], expected[name], rtol=0, atol=1e-12 * np.abs(expected[name]).max())
    small = LocalGradient(network, DT, memory=1e-3)
    with pytest.raises(
        MemoryLimitError, match=r"memory must be at least .* MB for 3 trials .*low-rank weights"
    ):
        small(inputs, parameters_of(small), feedback, slopes_of(targets))
