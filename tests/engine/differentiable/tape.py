"""The same discrete steps written in autograd.numpy: the plain tape that compiled gradients are held against."""

import autograd.numpy as np
import numpy as onp

from neurosim.engine import SCHEMES
from neurosim.equations import sections_of, trace
from neurosim.equations.expression import Expression, topological_order

OWN = {
    "logistic": lambda x: 0.5 * (1.0 + np.tanh(0.5 * x)),
    "softplus": lambda x: np.logaddexp(0.0, x),
}


def evaluated(expression, values):
    """Value of a traced expression, in autograd.numpy."""
    if not isinstance(expression, Expression):
        return expression
    found = {}
    for node in topological_order([expression]):
        if node.operation == "symbol":
            found[node.serial] = values[node.operands[0]]
            continue
        operands = [found[o.serial] if isinstance(o, Expression) else o for o in node.operands]
        function = OWN.get(node.operation) or getattr(np, node.operation)
        found[node.serial] = function(*operands)
    return found[expression.serial]


def currents(network, parameters, rates):
    """W r for rates of shape (trials, units)."""
    base, total = network.recurrent.base, 0.0
    if isinstance(base, onp.ndarray):
        total = np.dot(rates, parameters["recurrent"].T)
    elif base is not None:
        # each weight takes the rate of its source to its target
        rows = onp.repeat(onp.arange(network.size), onp.diff(base.indptr))
        to_target = onp.zeros((len(rows), network.size))
        to_target[onp.arange(len(rows)), rows] = 1.0
        total = np.dot(rates[:, base.indices] * parameters["recurrent"], to_target)
    if network.recurrent.left is not None:
        total = total + np.dot(np.dot(rates, parameters["right"]), parameters["left"].T)
    return total


def local_functions(network, parameters, inputs):
    """Functions rate(state) and drift(state, u) of all populations, from the traced equations of each by itself.

    States are one array (trials, units) for each variable; parameters that follow a channel are those of the present
    inputs, (trials, channels).
    """
    parts, trials = [], len(inputs)
    for section in sections_of(network.neuron):
        equations = trace(section.neuron)
        prefix = section.prefix if section.name else ""
        own = {name: parameters[f"neuron.{prefix}{name}"] for name in equations.parameters}
        for name, channel in section.neuron.channels().items():
            k = network.input_names.index(channel)
            own[name] = inputs[:, k : k + 1]
        parts.append((equations, own, onp.arange(network.size)[section.units]))

    def value(expression, part, state, u):
        equations, own, units = part
        known = {name: state[v][:, units] for v, name in enumerate(equations.variables)}
        return onp.zeros((trials, len(units))) + evaluated(expression, {**own, **known, "u": u[:, units]})

    def rate(state):
        return np.concatenate([value(part[0].rate, part, state, 0.0 * state[0]) for part in parts], 1)

    def drift_of(v, state, u):
        each = [value(p[0].drift[v] if v < len(p[0].drift) else 0.0, p, state, u) for p in parts]
        return np.concatenate(each, 1)

    return rate, lambda state, u: [drift_of(v, state, u) for v in range(len(state))]


def rolled(network, dt, scheme, inputs, parameters):
    """Outputs, rates and states after every step, as `neurosim.engine.Rollout` gives them."""
    tableau = SCHEMES[scheme]
    start = np.reshape(parameters["initial_state"], (network.size, -1))
    state = [np.zeros((inputs.shape[0], network.size)) + start[:, v] for v in range(start.shape[1])]
    outputs, rates, states = [], [], []
    for step in range(inputs.shape[1]):
        rate, drift = local_functions(network, parameters, inputs[:, step])
        drive = np.dot(inputs[:, step], parameters["input_weights"].T) + parameters["bias"]
        slopes = []
        for m in range(tableau.stages):
            ahead = dt * tableau.a[m][-1] if m else 0.0
            at = [s + ahead * k for s, k in zip(state, slopes[-1], strict=True)] if m else state
            slopes.append(drift(at, currents(network, parameters, rate(at)) + drive))
        state = [
            s + dt * sum(b * slope[v] for b, slope in zip(tableau.b, slopes, strict=True))
            for v, s in enumerate(state)
        ]
        rates.append(rate(state))
        states.append(np.stack(state, -1))
        outputs.append(np.dot(rates[-1], parameters["readout_weights"].T) + parameters["readout_bias"])
    return np.stack(outputs, 1), np.stack(rates, 1), np.stack(states, 1)
