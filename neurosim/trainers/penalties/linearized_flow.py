"""Linearization of the flow along trajectories, differentiable by autograd."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive
from autograd.tracer import getval

from neurosim.equations import Equations, parameter_units, trace, unit_values
from neurosim.equations.expression import topological_order
from neurosim.equations.tape import differentiable
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.neurons import Neuron

__all__ = ["LocalFlow", "local_flow", "places", "recurrent_chains"]

_equations = functools.lru_cache(maxsize=16)(trace)


class LocalFlow(NamedTuple):
    r"""Local derivatives of the units along trajectories; the Jacobian of the flow is :math:`A + B W C`.

    Attributes
    ----------
    drift_by_state : tuple of tuple
        A: entry ``[i][j]`` is the derivative of drift i by variable j.
    drift_by_input : tuple
        B: derivative of drift i by the input current.
    rate_by_state : tuple
        C: derivative of the rate by variable j.

    All entries broadcast to (trials, steps, units); those that do not depend on the state are () or (units,).
    """

    drift_by_state: tuple[tuple[Any, ...], ...]
    drift_by_input: tuple[Any, ...]
    rate_by_state: tuple[Any, ...]


def local_flow(network: Network, parameters: Mapping[str, Any], states: Any, inputs: Any) -> LocalFlow:
    """Local derivatives of a network along trajectories, as arrays or autograd's boxes.

    Parameters
    ----------
    network : Network
        Its neuron, and its connections.
    parameters : mapping of str to ndarray or box
        Values of its parameters.
    states : ndarray or box, shape (trials, steps, units) or (trials, steps, units, variables)
    inputs : ndarray, shape (trials, steps, channels)
        Input at each of these states.
    """
    neuron, equations = network.neuron, _equations(network.neuron)
    values = _unit_values(neuron, equations, parameters, states)
    for name, channel in neuron.channels().items():
        values[name] = inputs[..., network.input_names.index(channel), None]
    if _uses_current(equations):
        rates = _rate(neuron, tuple(values))(*values.values())
        values["u"] = _current(network, parameters, rates, inputs)
    functions = _flow(neuron, tuple(values))

    def evaluate(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(function(*values.values()) for function in row)

    return LocalFlow(
        tuple(evaluate(row) for row in functions.drift_by_state),
        evaluate(functions.drift_by_input),
        evaluate(functions.rate_by_state),
    )


# functions keep their own derivatives, which take longer to find than to evaluate
@functools.lru_cache(maxsize=32)
def _rate(neuron: Neuron, arguments: tuple[str, ...]) -> Callable[..., Any]:
    """Rate as a function of arrays or boxes."""
    return differentiable(_equations(neuron).rate, arguments)


@functools.lru_cache(maxsize=32)
def _flow(neuron: Neuron, arguments: tuple[str, ...]) -> LocalFlow:
    """Local derivatives as functions of arrays or boxes."""
    equations = _equations(neuron)

    def functions(expressions: Any) -> tuple[Any, ...]:
        return tuple(differentiable(expression, arguments) for expression in expressions)

    return LocalFlow(
        tuple(functions(row) for row in equations.drift_by_state),
        functions(equations.drift_by_input),
        functions(equations.rate_by_state),
    )


def recurrent_chains(network: Network, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Recurrent weights as chains of matrices: W is the sum of their products.

    A low-rank part is the chain of its two factors; sparse weights become one matrix, units² numbers.
    """
    require_undelayed(network, "penalties of the Jacobian")
    chains: list[tuple[Any, ...]] = []
    if "recurrent" in parameters:
        base = parameters["recurrent"]
        chains.append((base if base.ndim == 2 else _scattered(base, network.recurrent.base),))
    if "left" in parameters:
        chains.append((parameters["left"], anp.transpose(parameters["right"])))
    return chains


def places(pattern: Any) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each weight of a CSR array, in its order."""
    return np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr)), pattern.indices


def _unit_values(
    neuron: Neuron, equations: Equations, parameters: Mapping[str, Any], states: Any
) -> dict[str, Any]:
    variables = equations.variables
    columns = [states] if states.ndim == 3 else [states[..., k] for k in range(len(variables))]
    size = columns[0].shape[-1]
    own = dict(unit_values(neuron, size))
    for name, units in parameter_units(neuron, size).items():
        if f"neuron.{name}" in parameters:
            own[name] = _over_units(parameters[f"neuron.{name}"], units, size)
    return {**dict(zip(variables, columns, strict=True)), **own}


def _over_units(value: Any, units: slice, size: int) -> Any:
    """Parameter of some units as an array over all units, where it has one value per unit."""
    if value.ndim == 0 or len(value) == size:
        return value
    # other units have a valid value too, which is not used
    other = float(getval(value)[0])
    return anp.concatenate([np.full(units.start, other), value, np.full(size - units.stop, other)])


def _uses_current(equations: Equations) -> bool:
    derivatives = [*equations.drift_by_input, *(entry for row in equations.drift_by_state for entry in row)]
    return any(
        node.operation == "symbol" and node.operands[0] == "u" for node in topological_order(derivatives)
    )


def _current(network: Network, parameters: Mapping[str, Any], rates: Any, inputs: Any) -> Any:
    outer = anp.dot(inputs, anp.transpose(parameters["input_weights"])) + parameters["bias"]
    for chain in recurrent_chains(network, parameters):
        outer = outer + functools.reduce(anp.dot, [anp.transpose(part) for part in reversed(chain)], rates)
    return outer


def _scattered_value(data: np.ndarray, pattern: Any) -> np.ndarray:
    matrix = np.zeros(pattern.shape, data.dtype)
    matrix[places(pattern)] = data
    return matrix


_scattered = primitive(_scattered_value)
defvjp(_scattered, lambda _, __, pattern: lambda g: g[places(pattern)], argnums=[0])
