"""Gradients through circuits of different neurons are those of autograd's tape over each population."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from circuits import circuit
from numpy.testing import assert_allclose
from tape import rolled

import neurosim as ns
from neurosim.engine import Rollout, value_and_gradient
from neurosim.neurons import DepressingSynapse, DynamicSynapse
from neurosim.parameters import parameters_of, with_parameters
from neurosim.synapses import insert_synapses

DT, STEPS, TRIALS = 0.1, 7, 3


CONNECTIVITIES = {
    "dense": ns.Gaussian(0.9),
    "low rank": ns.Coherent(0.7),
    "sparse and low rank": ns.Sparse(density=0.4) + ns.Coherent(0.5),
}


SLOW = [("dense", "euler"), ("low rank", "rk4"), ("sparse and low rank", "rk4")]


@pytest.mark.parametrize(
    ("connectivity", "scheme"),
    [
        ("dense", "rk4"),
        ("sparse and low rank", "euler"),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW),
    ],
)
def test_gradient_equals_the_tape(connectivity, scheme):
    gradient = checked_gradient(circuit(CONNECTIVITIES[connectivity]), scheme)
    assert {"neuron.E_tau", "neuron.P_gain", "neuron.I_tau_adaptation"} <= set(gradient)


def test_gradient_through_plastic_synapses_equals_the_tape():
    unit = ns.LeakyRate("softplus", tau=2.0)
    cells = ns.Populations(
        E=ns.Population(unit, size=5, sign="excitatory"), I=ns.Population(unit, size=3, sign="inhibitory")
    )
    draw = np.random.default_rng(6)
    shapes = {("E", "E"): (5, 5), ("I", "E"): (3, 5), ("E", "I"): (5, 3)}
    weights = {
        pair: ns.Explicit((-1) ** (pair[1] == "I") * np.abs(draw.standard_normal(shape)))
        for pair, shape in shapes.items()
    }
    kinds = {
        ("I", "E"): DynamicSynapse(tau=0.5, tau_depression=2.0, tau_facilitation=4.0),
        ("E", "E"): DepressingSynapse(tau=0.5, tau_depression=3.0),
        ("E", "I"): DepressingSynapse(tau=0.4, tau_depression=3.0),
    }
    parts = insert_synapses(cells, ns.Blocks(weights), kinds)
    gradient = checked_gradient(ns.Network(*parts, inputs=1, outputs=2, rng=0), "rk4")
    assert {"neuron.E_to_I_release", "neuron.E_to_I_tau_facilitation", "neuron.I_to_E_tau"} <= set(gradient)


def checked_gradient(network, scheme):
    """Gradient of a loss on outputs, rates and states, held against the tape."""
    draw, columns = np.random.default_rng(5), len(network.neuron.variables())
    start = np.where(network.has_variable, 0.3 * draw.standard_normal((network.size, columns)), 0.0)
    network = network.replace(bias=0.1 * draw.standard_normal(network.size), initial_state=start)
    inputs = draw.standard_normal((TRIALS, STEPS, 1))
    shapes = ((2,), (network.size,), (network.size, columns))
    weights = [draw.standard_normal((TRIALS, STEPS, *shape)) for shape in shapes]
    parameters = parameters_of(network)

    def loss(found):
        return sum(anp.sum(w * anp.tanh(x)) for w, x in zip(weights, found, strict=True))

    def compiled(p):
        run = Rollout(network, DT, scheme)(inputs, p)
        return loss((run.outputs, run.rates, run.states))

    value, gradient = value_and_gradient(compiled, parameters)
    expected = grad(lambda p: loss(rolled(network, DT, scheme, inputs, p)))(parameters)
    assert value == pytest.approx(float(loss(rolled(network, DT, scheme, inputs, parameters))), rel=1e-12)
    for name, slope in expected.items():
        mask = network.has_variable if name == "initial_state" else ...
        if name == "recurrent" and network.recurrent.pattern is not None:
            mask = network.recurrent.pattern
            assert not gradient[name][~mask].any()
        assert_allclose(gradient[name][mask], slope[mask], rtol=1e-10, atol=1e-10, err_msg=name)
    return gradient


def test_changed_parameters_of_populations_return_to_their_neurons():
    network = circuit()
    changed = with_parameters(network, {"neuron.E_tau": np.array(4.0), "neuron.I_strength": np.arange(3.0)})
    assert changed.neuron.populations["E"].neuron.tau == 4.0
    assert changed.neuron.populations["I"].neuron.strength.tolist() == [0.0, 1.0, 2.0]
    assert changed.neuron.populations["P"] == network.neuron.populations["P"]
