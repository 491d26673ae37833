"""Losses and penalties on compiled runs: slopes by differences, adjoints by the tape."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array

import neurosim as ns
from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.rollout import Rollout
from neurosim.parameters import parameters_of
from neurosim.tasks import FlipFlop, Trials
from neurosim.trainers import (
    L1,
    L2,
    AllOf,
    BinaryCrossEntropy,
    CrossEntropy,
    Dale,
    JacobianPenalty,
    MeanSquaredError,
    NonNegative,
    NoSelfConnections,
    RateL1,
    RateL2,
    SquaredMaskedError,
    VanishingGradient,
)

UNITS, STEPS, DT = 6, 5, 0.3
SHAPE = (3, STEPS, 3)
LOSSES = [
    (MeanSquaredError(), "linear"),
    (SquaredMaskedError("mask"), "linear"),
    (MeanSquaredError(), "logistic"),
    (CrossEntropy("mask"), "softmax"),
    (BinaryCrossEntropy(), "logistic"),
]
PENALTIES = [
    L1(0.1, ["recurrent", "bias"]),
    L2(0.1, "readout_weights"),
    RateL1(0.3),
    RateL2(0.3),
    JacobianPenalty(0.1),
]
NEURONS = [ns.LeakyRate("softplus", tau=0.8), ns.LeakyCurrent("tanh", tau=0.8), ns.Adaptive("softplus")]


def network_of(neuron, readout="linear", *, sparse=False):
    weights = np.random.default_rng(0).standard_normal((UNITS, UNITS)) / np.sqrt(UNITS)
    base = csr_array(np.where(weights > -0.2, weights, 0.0)) if sparse else weights
    network = ns.Network(neuron, ns.Operator(base), UNITS, inputs=3, outputs=3, readout=readout, rng=1)
    return network.replace(bias=0.1 * np.arange(UNITS))


def trials_of():
    rng = np.random.default_rng(5)
    inputs, targets = rng.standard_normal(SHAPE), rng.dirichlet(np.ones(3), SHAPE[:2])
    return Trials(FlipFlop(bits=3), DT, inputs, targets, mask=rng.integers(0, 3, SHAPE).astype(float))


def agrees_with_differences(function, parameters, rng):
    """Slope along a random direction of every parameter, by central differences."""
    _, slopes = value_and_gradient(function, parameters)
    for name, value in parameters.items():
        direction = rng.standard_normal(value.shape)
        ahead, behind = ({**parameters, name: value + sign * 1e-5 * direction} for sign in (1.0, -1.0))
        difference = (function(ahead) - function(behind)) / 2e-5
        # rounding 1e-16 / 1e-5, truncation 1e-10 times the third derivative
        assert_allclose(np.sum(slopes[name] * direction), difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("loss", "readout"), LOSSES, ids=repr)
def test_losses_of_compiled_runs(loss, readout, rng):
    network, trials = network_of(NEURONS[0], readout), trials_of()
    rollout = Rollout(network, DT)
    agrees_with_differences(lambda p: loss(rollout(trials.inputs, p), trials), parameters_of(network), rng)


@pytest.mark.parametrize(
    ("loss", "readout"),
    [
        (MeanSquaredError("mask"), "linear"),
        (SquaredMaskedError("mask"), "linear"),
        (CrossEntropy("mask"), "softmax"),
        (BinaryCrossEntropy("mask"), "logistic"),
    ],
    ids=repr,
)
def test_a_mask_that_cuts_trials_to_different_lengths_is_the_mean_over_the_cut_trials(loss, readout):
    """Inputs go on after the end of a trial; each trial alone, as long as it lasts, is the reference."""
    network, whole, lengths = network_of(NEURONS[0], readout), trials_of(), (2, 5, 3)
    parameters, rollout = parameters_of(network), Rollout(network, DT)
    mask = np.where(np.arange(STEPS)[:, None] < np.array(lengths)[:, None, None], 1.0 + whole.mask, 0.0)
    cut = Trials(whole.task, DT, whole.inputs, whole.targets, mask=mask)
    value, slopes = value_and_gradient(lambda p: loss(rollout(cut.inputs, p), cut), parameters)
    values, weights, gradients = [], [], []
    for k, steps in enumerate(lengths):
        inputs, targets, counts = (a[k : k + 1, :steps] for a in (cut.inputs, cut.targets, cut.mask))
        alone = Trials(whole.task, DT, inputs, targets, mask=counts)
        found = value_and_gradient(lambda p, alone=alone: loss(rollout(alone.inputs, p), alone), parameters)
        values.append(found[0])
        gradients.append(found[1])
        weights.append(np.sum(counts**2 if isinstance(loss, SquaredMaskedError) else counts))
    assert_allclose(value, np.average(values, weights=weights), rtol=1e-13)
    for name, slope in slopes.items():
        expected = np.average([g[name] for g in gradients], axis=0, weights=weights)
        # the same sums in another order
        assert_allclose(slope, expected, rtol=1e-11, atol=1e-14)


# each pair is a kernel of its own, whose compilation takes most of the time
@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("sparse", [False, True])
def test_penalties_of_compiled_runs(neuron, sparse, rng):
    network, trials = network_of(neuron, sparse=sparse), trials_of()
    rollout = Rollout(network, DT)

    def total(parameters):
        run = rollout(trials.inputs, parameters)
        return sum(penalty(run, trials) for penalty in PENALTIES)

    agrees_with_differences(total, parameters_of(network), rng)


def test_everything_through_constraints(rng):
    network, trials = network_of(NEURONS[0], "softmax"), trials_of()
    rollout = Rollout(network, DT)
    constraint = AllOf([Dale(0.5), NoSelfConnections(), NonNegative(["input_weights"])])

    def total(free):
        run = rollout(trials.inputs, constraint.effective(free))
        return CrossEntropy()(run, trials) + sum(penalty(run, trials) for penalty in PENALTIES)

    agrees_with_differences(total, parameters_of(network), rng)


# each pair is a kernel of its own, whose compilation takes most of the time
@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("sparse", [False, True])
def test_the_vanishing_gradient_term_of_compiled_adjoints(neuron, sparse, rng):
    """Lengths from steps with moved states, slopes from moved weights; the adjoints are those of the run."""
    network, trials = network_of(neuron, sparse=sparse), trials_of()
    loss, parameters = MeanSquaredError(), parameters_of(network)
    run = Rollout(network, DT)(trials.inputs)
    _, slopes = value_and_gradient(
        lambda p: loss(SimpleNamespace(outputs=p["outputs"]), trials), {"outputs": run.outputs}
    )
    adjoints = run.adjoints(Cotangents(outputs=slopes["outputs"]))
    start = np.broadcast_to(network.starting_state(), run.states[:, :1].shape)
    states = np.concatenate([start, run.states], axis=1)
    value, found = VanishingGradient(0.7).gradient(
        parameters, states, trials.inputs, adjoints, network=network, dt=DT
    )
    flat = adjoints.reshape(*adjoints.shape[:2], -1)

    def length_before(weights, trial, step):
        """Length of the gradient before a step: derivatives of the step along it, by differences of one step each."""
        state = states[trial, step]
        shifts = np.eye(state.size).reshape(state.size, *state.shape) * 1e-5
        moved = np.concatenate([state + shifts, state - shifts])
        held = np.broadcast_to(trials.inputs[trial, step], (len(moved), 1, 3))
        after = np.concatenate([stepped(weights, one, y) for one, y in zip(moved, held, strict=True)])
        columns = (after[: state.size] - after[state.size :]) / 2e-5
        return np.sum((columns.reshape(state.size, -1) @ flat[trial, step + 1]) ** 2)

    one_step = Rollout(network, DT)

    def stepped(weights, state, inputs):
        return one_step(inputs[None], {"recurrent": weights, "initial_state": state}).states[:, 0]

    def omega(weights):
        ratios = [
            length_before(weights, trial, step) / np.sum(flat[trial, step + 1] ** 2)
            for trial in range(SHAPE[0])
            for step in range(STEPS)
        ]
        return 0.7 * np.mean((np.array(ratios) - 1.0) ** 2)

    assert_allclose(value, omega(parameters["recurrent"]), rtol=1e-6)
    direction = rng.standard_normal(parameters["recurrent"].shape)
    ahead, behind = (omega(parameters["recurrent"] + sign * 1e-3 * direction) for sign in (1.0, -1.0))
    assert_allclose(np.sum(found["recurrent"] * direction), (ahead - behind) / 2e-3, rtol=1e-4)
