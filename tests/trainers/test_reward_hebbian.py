"""Miconi's rule against its equations in a plain loop, and on the task of the paper."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tiny import Echo

import neurosim as ns
from neurosim.tasks import DelayedNonMatchToSample
from neurosim.trainers import RewardHebbian


def network(size, task, *, rng=0, tau=30.0):
    """Network of the paper: unit 0 is the output and has no input, three that are held make the bias."""
    draw = np.random.default_rng(rng)
    start = ns.Network(
        ns.LeakyCurrent("tanh", tau=tau),
        ns.Gaussian(gain=1.5),
        size,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=rng,
    )
    held = draw.standard_normal((size, 3)) * 1.5 / np.sqrt(size)
    return start.replace(
        input_weights=draw.uniform(-1.0, 1.0, (size, len(task.inputs))) * (np.arange(size) > 0)[:, None],
        readout_weights=np.eye(1, size),
        bias=held @ np.tanh([1.0, 1.0, -1.0]),
    )


def in_plain_numpy(start, task, trainer, seed):
    """Weights and bias after training, step by step and weight by weight as the paper says."""
    from neurosim.randomness import child, seed_sequence, stream

    weights, bias, means = start.recurrent.dense(), start.bias.copy(), {}
    for number in range(trainer.trials):
        own = child(seed_sequence(seed), f"trial {number}")
        trials = task.trials(1, trainer.dt, own)
        x = stream(own, "initial state").uniform(-trainer.spread, trainer.spread, start.size)
        draw = stream(own, "perturbations")
        tau = start.neuron.tau
        struck = draw.random((trials.steps, start.size)) < trainer.perturbation_rate * (trainer.dt / tau)
        kicks = np.zeros(struck.shape)
        kicks[struck] = draw.uniform(-1.0, 1.0, struck.sum()) * trainer.perturbation_size * tau / trainer.dt
        trace, traces, bias_traces, outputs = x.copy(), np.zeros_like(weights), np.zeros_like(bias), []
        for k in range(trials.steps):
            r = np.tanh(x)
            u = weights @ r + start.input_weights @ trials.inputs[0, k] + bias + kicks[k]
            x = x + trainer.dt / start.neuron.tau * (-x + u)
            if k >= 3:
                traces += np.outer(x - trace, r) ** 3
                bias_traces += (x - trace) ** 3
            trace = trainer.state_smoothing * trace + (1.0 - trainer.state_smoothing) * x
            outputs.append(np.tanh(x[0]))
        counts = trials.mask[0, :, 0] > 0.0
        error = np.abs(np.array(outputs) - trials.targets[0, :, 0])[counts].mean()
        mean = means.setdefault(trials.conditions["sign"][0], error)
        past = trainer.error_smoothing
        means[trials.conditions["sign"][0]] = past * mean + (1.0 - past) * error
        if number >= trainer.warm_up:
            for array, change in ((weights, traces), (bias, bias_traces)):
                step = -trainer.learning_rate * mean * (error - mean) * change
                array += np.clip(step, -trainer.clip, trainer.clip)
    return weights, bias


@pytest.mark.parametrize("sparse", [False, True])
def test_is_the_rule_of_the_paper(sparse):
    task = Echo()
    start = network(12, task, tau=3.0)
    if sparse:
        start = start.replace(recurrent=ns.Sparse(density=0.1).build(12, np.random.default_rng(0)))
    trainer = RewardHebbian(trials=6, warm_up=2, dt=0.5, perturbation_rate=0.6, perturbation_size=1.0)
    training = trainer.fit(start, task, rng=7)
    weights, bias = in_plain_numpy(start, task, trainer, 7)
    exists = start.recurrent.dense() != 0.0
    moved = training.network.recurrent.dense() - start.recurrent.dense()
    assert np.abs(moved).max() > 1e-5
    assert_array_equal(moved[~exists], 0.0)
    if not sparse:
        assert_allclose(training.network.recurrent.dense(), weights, atol=1e-12)
        assert_allclose(training.network.bias, bias, atol=1e-12)
    assert_array_equal(training.network.input_weights, start.input_weights)
    assert_array_equal(training.network.readout_weights, start.readout_weights)


def test_changes_are_clipped_and_wait_for_the_warm_up():
    task = Echo()
    many = {"perturbation_rate": 0.6, "perturbation_size": 16.0 / 3.0}
    trainer = RewardHebbian(trials=12, warm_up=8, dt=0.5, learning_rate=1e6, **many)
    training = trainer.fit(network(10, task, tau=3.0), task, rng=0)
    assert_array_equal(training.history["change"][:8], 0.0)
    assert training.history["change"].max() <= 3e-4 * 10 * (1.0 + 1e-12)
    moved = training.network.recurrent.dense() - training.start.recurrent.dense()
    assert np.abs(moved).max() <= 4 * 3e-4 * (1.0 + 1e-9)
    assert training.history["change"].max() > 2e-4 * 10


@pytest.mark.slow
def test_learns_delayed_non_match_to_sample():
    # Miconi 2017: errors below 0.5 within 1000 to 2000 trials; without an answer they are 1. A plain loop of the
    # published code, held units included, gets there with four of six networks.
    task, learned = DelayedNonMatchToSample(), []
    for seed in range(3):
        history = RewardHebbian().fit(network(200, task, rng=seed), task, rng=seed + 100).history
        learned.append(history["loss"][-200:].mean() < 0.5)
    assert sum(learned) >= 2
