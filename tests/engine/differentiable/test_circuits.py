"""Gradients through circuits of different neurons are those of autograd's tape over each population."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from circuits import circuit
from numpy.testing import assert_allclose
from tape import currents, evaluated

import neurosim as ns
from neurosim.engine import SCHEMES, Rollout, value_and_gradient
from neurosim.equations import trace
from neurosim.parameters import parameters_of, with_parameters

DT, STEPS, TRIALS = 0.1, 7, 3


def rolled(network, scheme, inputs, parameters):
    """Outputs, rates and states after every step, from the traced equations of each population by itself."""
    tableau, parts = SCHEMES[scheme], []
    for section in network.neuron.sections():
        equations = trace(section.neuron)
        own = {name: parameters[f"neuron.{section.prefix}{name}"] for name in equations.parameters}
        parts.append((equations, own, section.units))
    columns = len(network.neuron.variables())
    shape = inputs.shape[0]

    def values(state, part):
        equations, own, units = part
        return {**own, **{name: state[v][:, units] for v, name in enumerate(equations.variables)}}

    def rate(state):
        each = [evaluated(p[0].rate, {**values(state, p), "u": 0.0}) for p in parts]
        return anp.concatenate(
            [anp.zeros(state[0][:, p[2]].shape) + r for r, p in zip(each, parts, strict=True)], 1
        )

    def drift(state, u):
        moved = []
        for v in range(columns):
            each = []
            for part in parts:
                known, zero = {**values(state, part), "u": u[:, part[2]]}, anp.zeros(u[:, part[2]].shape)
                there = v < len(part[0].drift)
                each.append(zero + evaluated(part[0].drift[v], known) if there else zero)
            moved.append(anp.concatenate(each, 1))
        return moved

    start = anp.reshape(parameters["initial_state"], (network.size, -1))
    state = [anp.zeros((shape, network.size)) + start[:, v] for v in range(columns)]
    outputs, rates, states = [], [], []
    for step in range(inputs.shape[1]):
        drive = anp.dot(inputs[:, step], parameters["input_weights"].T) + parameters["bias"]
        slopes = []
        for m in range(tableau.stages):
            at = state
            if m:
                at = [s + DT * tableau.a[m][-1] * k for s, k in zip(state, slopes[-1], strict=True)]
            slopes.append(drift(at, currents(network, parameters, rate(at)) + drive))
        state = [
            s + DT * sum(b * k[v] for b, k in zip(tableau.b, slopes, strict=True))
            for v, s in enumerate(state)
        ]
        rates.append(rate(state))
        states.append(anp.stack(state, -1))
        outputs.append(anp.dot(rates[-1], parameters["readout_weights"].T) + parameters["readout_bias"])
    return anp.stack(outputs, 1), anp.stack(rates, 1), anp.stack(states, 1)


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
    network = circuit(CONNECTIVITIES[connectivity])
    draw = np.random.default_rng(5)
    start = np.where(network.has_variable, 0.3 * draw.standard_normal((network.size, 2)), 0.0)
    network = network.replace(bias=0.1 * draw.standard_normal(network.size), initial_state=start)
    inputs = draw.standard_normal((TRIALS, STEPS, 1))
    weights = [draw.standard_normal((TRIALS, STEPS, *s)) for s in ((2,), (network.size,), (network.size, 2))]
    parameters = parameters_of(network)

    def loss(found):
        return sum(anp.sum(w * anp.tanh(x)) for w, x in zip(weights, found, strict=True))

    def compiled(p):
        run = Rollout(network, DT, scheme)(inputs, p)
        return loss((run.outputs, run.rates, run.states))

    value, gradient = value_and_gradient(compiled, parameters)
    expected = grad(lambda p: loss(rolled(network, scheme, inputs, p)))(parameters)
    assert value == pytest.approx(float(loss(rolled(network, scheme, inputs, parameters))), rel=1e-12)
    assert {"neuron.E_tau", "neuron.P_gain", "neuron.I_tau_adaptation"} <= set(gradient)
    for name, slope in expected.items():
        mask = network.has_variable if name == "initial_state" else ...
        assert_allclose(gradient[name][mask], slope[mask], rtol=1e-10, atol=1e-10, err_msg=name)


def test_changed_parameters_of_populations_return_to_their_neurons():
    network = circuit()
    changed = with_parameters(network, {"neuron.E_tau": np.array(4.0), "neuron.I_strength": np.arange(3.0)})
    assert changed.neuron.populations["E"].neuron.tau == 4.0
    assert changed.neuron.populations["I"].neuron.strength.tolist() == [0.0, 1.0, 2.0]
    assert changed.neuron.populations["P"] == network.neuron.populations["P"]
