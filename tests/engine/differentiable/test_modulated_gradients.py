"""Gradients through gains that follow an input channel are those of autograd's tape, in every combination."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest
from circuits import three_populations
from numpy.testing import assert_allclose
from tape import rolled

import neurosim as ns
from neurosim.engine import Rollout, value_and_gradient
from neurosim.parameters import parameters_of

DT, UNITS = 0.1, 12
CHANNELS = ["stimulus", "first", "second"]
CONNECTIVITIES = {
    "dense": ns.Gaussian(0.9),
    "sparse": ns.Sparse(density=0.4),
    "sparse and low rank": ns.Sparse(density=0.4) + ns.Coherent(0.5),
    "dense and low rank": ns.Gaussian(0.9) + ns.Coherent(0.5),
}


def populations():
    """Two populations that follow channels of their own, and one that follows none."""
    parts = dict(three_populations().populations)
    for name, channel in (("E", "first"), ("I", "second")):
        unit = ns.neurons.Modulated(parts[name].neuron, channel, strength=0.7)
        parts[name] = parts[name].replace(neuron=unit)
    return ns.Populations(parts)


NEURONS = {
    "current form": ns.neurons.Modulated(ns.LeakyCurrent("tanh"), "second"),
    "rate form": ns.neurons.Modulated(ns.LeakyRate("softplus", tau=1.3), "first", gain=0.8),
    "a gain per unit": ns.neurons.Modulated(
        ns.LeakyRate("tanh"), "first", np.linspace(0.5, 1.5, UNITS), np.linspace(-1.0, 1.0, UNITS)
    ),
    "two variables": ns.neurons.Modulated(ns.Adaptive("tanh"), "first", strength=0.6),
    "populations": populations(),
}
SCHEMES = ["euler", "heun", "rk4"]
QUICK = [
    ("a gain per unit", "dense", "euler"),
    ("populations", "sparse and low rank", "heun"),
    ("two variables", "sparse", "rk4"),
]
EVERY = itertools.product(NEURONS, CONNECTIVITIES, SCHEMES)
CASES = [*QUICK, *(pytest.param(*c, marks=pytest.mark.slow) for c in EVERY if c not in QUICK)]


def networks(neuron, connectivity, **changes):
    """Network that follows a channel, with an initial state and biases."""
    network = ns.Network(NEURONS[neuron], connectivity, UNITS, inputs=CHANNELS, outputs=2, rng=0)
    draw = np.random.default_rng(3)
    start = np.where(network.has_variable, 0.3 * draw.standard_normal(network.has_variable.shape), 0.0)
    start = start if start.shape[1] > 1 else start[:, 0]
    return network.replace(bias=0.1 * draw.standard_normal(UNITS), initial_state=start, **changes)


def checked(network, scheme, trials=3, steps=7, tape=rolled, **settings):
    """Gradients by all parameters that can be trained and by the inputs, of a loss on all that a run shows."""
    draw = np.random.default_rng(5)
    followed = {f"neuron.{name}" for name in network.neuron.channels()}
    values = {name: value for name, value in parameters_of(network).items() if name not in followed}
    values["inputs"] = draw.standard_normal((trials, steps, len(CHANNELS)))
    shapes = ((2,), (UNITS,), network.has_variable.shape)
    factors = [draw.standard_normal((trials, steps, *shape)) for shape in shapes]
    fixed, rollout = parameters_of(network), Rollout(network, DT, scheme, **settings)

    def loss(found):
        return sum(
            anp.sum(w * anp.tanh(anp.reshape(x, w.shape))) for w, x in zip(factors, found, strict=True)
        )

    def compiled(free):
        run = rollout(free["inputs"], {name: free[name] for name in free if name != "inputs"})
        return loss((run.outputs, run.rates, run.states))

    def plain(free):
        return loss(tape(network, DT, scheme, free["inputs"], {**fixed, **free}))

    (value, ours), (expected, theirs) = (value_and_gradient(each, values) for each in (compiled, plain))
    assert value == pytest.approx(expected, rel=1e-12)
    for name, slope in theirs.items():
        there = network.has_variable.reshape(slope.shape) if name == "initial_state" else ...
        if name == "recurrent" and network.recurrent.pattern is not None:
            there = network.recurrent.pattern
        # both are sums of the same numbers in another order
        assert_allclose(
            ours[name][there], slope[there], rtol=0, atol=1e-10 * np.abs(slope).max(), err_msg=name
        )
    return ours


@pytest.mark.parametrize(("neuron", "connectivity", "scheme"), CASES)
def test_gradient_is_that_of_the_plain_tape(neuron, connectivity, scheme):
    found = checked(networks(neuron, CONNECTIVITIES[connectivity]), scheme)
    strengths = {name for name in found if name.endswith("strength")}
    assert strengths
    assert all(found[name].any() for name in strengths)


def test_several_groups_of_trials_and_checkpoints():
    network = networks("two variables", CONNECTIVITIES["sparse and low rank"])
    checked(network, "euler", trials=37, steps=40, memory=1.0)


def test_an_input_that_only_changes_the_gain_has_a_gradient():
    network = networks("current form", ns.Gaussian(0.9))
    assert not network.input_weights[:, 2].any()
    assert checked(network, "euler")["inputs"][..., 2].all()


def test_single_precision_is_double_precision_rounded():
    network = networks("rate form", ns.Gaussian(0.9))
    inputs = np.random.default_rng(0).standard_normal((4, 9, 3))

    def gradient(rollout):
        return value_and_gradient(lambda p: anp.sum(rollout(p["y"]).outputs ** 2), {"y": inputs})[1]["y"]

    found = [gradient(Rollout(each, DT)) for each in (network, network.astype("float32"))]
    # float32 keeps 1.2e-7 of each of some hundred terms
    assert_allclose(found[1], found[0], atol=1e-5 * np.abs(found[0]).max())
