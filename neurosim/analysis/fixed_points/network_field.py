"""A network as a vector field: speed and Jacobian of many states at once, under an input that is held."""

from __future__ import annotations

import copy
import functools
from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.equations import evaluate, parameter_values, trace
from neurosim.equations.local import LocalDerivatives
from neurosim.errors import ShapeError
from neurosim.kernels.linalg.newton import newton_steps
from neurosim.network import Network, require_network
from neurosim.validation import finite

__all__ = ["NetworkField", "as_network"]


def as_network(network: Any) -> Network:
    """Return the network in double precision, in which every search is done."""
    return require_network(network).astype("float64")


class NetworkField(VectorField):
    r"""Speed :math:`F(s) = drift(s, W r + W_{in} y + b)` of a network whose input y is held.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (channels,), or None
    """

    def __init__(self, network: Network, inputs: Any = None) -> None:
        self.network = as_network(network)
        self.inputs = _held_input(self.network, inputs)
        self.variables = len(network.neuron.variables())
        self.units = network.size
        self._equations = _traced(network.neuron)
        self._values = parameter_values(network.neuron)
        self._constant = self.network.bias + self.network.input_weights @ self.inputs

    def driven(self, inputs: Any) -> NetworkField:
        """The same network under another input, without tracing it again."""
        other = copy.copy(self)
        other.inputs = _held_input(self.network, inputs)
        other._constant = self.network.bias + self.network.input_weights @ other.inputs
        return other

    @functools.cached_property
    def weights(self) -> np.ndarray:
        """Recurrent weights W, shape (units, units)."""
        return self.network.recurrent.dense()

    def currents(self, states: np.ndarray) -> np.ndarray:
        """Input currents u, shape (states, units)."""
        return (self.network.recurrent @ self._evaluated(self._equations.rate, states).T).T + self._constant

    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""
        u = self.currents(states)
        return np.array([self._evaluated(drift, states, u) for drift in self._equations.drift])

    def local(self, states: np.ndarray) -> LocalDerivatives:
        """Local derivatives A (variables, variables, states, units), B and C (variables, states, units)."""
        return self.local_at(states, self.currents(states))

    def local_at(self, states: np.ndarray, currents: np.ndarray) -> LocalDerivatives:
        """Local derivatives where the currents are not those that the states cause."""
        known = self._equations

        def values(expressions: Any) -> np.ndarray:
            return np.array([self._evaluated(expression, states, currents) for expression in expressions])

        by_state = np.array([values(row) for row in known.drift_by_state])
        return LocalDerivatives(by_state, values(known.drift_by_input), values(known.rate_by_state))

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size), ordered by variable, then by unit."""
        by_state, by_input, by_rate = self.local(states)
        result = np.einsum("vqi,ij,wqj->qviwj", by_input, self.weights, by_rate, optimize=True)
        units = np.arange(self.network.size)
        result[:, :, units, :, units] += by_state.transpose(3, 2, 0, 1)
        return result.reshape(-1, self.size, self.size)

    def newton(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F, of the shape of the states; infinite or NaN where J is singular."""
        return newton_steps(self.weights, *self.local(states), speeds, threads)

    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Norm of F below which it is rounding: of the sums in u and of the terms of drift, shape (states,)."""
        rates = self._evaluated(self._equations.rate, states)
        by_state, by_input, _ = self.local(states)
        scale = self.network.recurrent.frobenius() * norms(rates[None]) + np.linalg.norm(self._constant)
        terms = np.abs(by_input).max(axis=(0, 2)) * scale
        terms += np.abs(by_state).max(axis=(0, 1, 3)) * norms(states)
        return 4.0 * np.finfo(np.float64).eps * terms

    def _evaluated(self, expression: Any, states: np.ndarray, current: Any = 0.0) -> np.ndarray:
        values = {**dict(zip(self._equations.variables, states, strict=True)), "u": current, **self._values}
        return np.broadcast_to(evaluate(expression, values), states.shape[1:]).astype(np.float64)


# a curve asks for hundreds of fields of the same neuron
_traced = functools.lru_cache(maxsize=32)(trace)


def _held_input(network: Network, inputs: Any) -> np.ndarray:
    channels = len(network.input_names)
    if inputs is None:
        return np.zeros(channels)
    held = np.atleast_1d(finite("inputs", inputs, np.float64))
    if not channels:
        raise ShapeError(
            "inputs were given, the network has no input channel; declare Network(..., inputs=1)."
        )
    if held.shape != (channels,):
        raise ShapeError(
            f"inputs have shape {held.shape}; one input that is held has shape ({channels},): "
            f"{', '.join(network.input_names)}."
        )
    return held
