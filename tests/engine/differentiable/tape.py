"""The same discrete steps written in autograd.numpy: the plain tape that compiled gradients are held against."""

import autograd.numpy as np
import numpy as onp

from neurosim.engine import SCHEMES
from neurosim.equations import trace
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


def rolled(network, dt, scheme, inputs, parameters):
    """Outputs, rates and states after every step, as `neurosim.engine.Rollout` gives them."""
    equations, tableau = trace(network.neuron), SCHEMES[scheme]
    shape = inputs.shape[0], network.size
    own = {name: parameters[f"neuron.{name}"] for name in equations.parameters}
    start = np.reshape(parameters["initial_state"], (network.size, -1))
    state = [np.zeros(shape) + start[:, v] for v in range(len(equations.variables))]

    def call(expression, at, u):
        return evaluated(expression, {**dict(zip(equations.variables, at, strict=True)), "u": u, **own})

    outputs, rates, states = [], [], []
    for step in range(inputs.shape[1]):
        drive = np.dot(inputs[:, step], parameters["input_weights"].T) + parameters["bias"]
        slopes = []
        for m in range(tableau.stages):
            at = (
                state
                if m == 0
                else [s + dt * tableau.a[m][-1] * k for s, k in zip(state, slopes[-1], strict=True)]
            )
            u = currents(network, parameters, call(equations.rate, at, 0.0) + np.zeros(shape)) + drive
            slopes.append([call(drift, at, u) for drift in equations.drift])
        state = [
            s + dt * sum(b * slope[v] for b, slope in zip(tableau.b, slopes, strict=True))
            for v, s in enumerate(state)
        ]
        rate = call(equations.rate, state, 0.0) + np.zeros(shape)
        rates.append(rate)
        states.append(np.stack(state, -1))
        outputs.append(np.dot(rate, parameters["readout_weights"].T) + parameters["readout_bias"])
    return np.stack(outputs, 1), np.stack(rates, 1), np.stack(states, 1)
