"""A network with delays at a constant state: its linearization, and the network without the delays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.delays.linear_system import DelayedLinearSystem
from neurosim.equations.local import LocalDerivatives, local_derivatives
from neurosim.network_parts import as_state
from neurosim.state_layout import state_columns
from neurosim.validation import array_of_shape

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["linearize", "without_delays"]


def linearize(network: Network, state: np.ndarray, inputs: np.ndarray | None = None) -> DelayedLinearSystem:
    r"""Linear system that small displacements from a constant state obey.

    .. math:: A_0 = A + B W_0 C, \qquad A_k = B W_k C,

    with the weights :math:`W_0` that act at once and :math:`W_k` that act after the delay :math:`d_k`. The order of the
    variables is that of `Network.jacobian`.

    Parameters
    ----------
    network : Network
        Where it has no delays, the system is its Jacobian.
    state : ndarray, shape (units,) or (units, variables)
    inputs : ndarray, shape (channels,), optional
        Constant input; default: none.
    """
    columns = state_columns(as_state(state, network.neuron, network.size), network.size)
    current = network.recurrent @ network.neuron.values(*columns) + network.bias
    neuron = network.neuron
    if inputs is not None:
        held = array_of_shape("inputs", inputs, (network.inputs,))
        current = current + network.input_weights @ held
        neuron = neuron.held_at(dict(zip(network.input_names, held, strict=True)))
    local = local_derivatives(neuron, columns, current)
    present = network.has_variable.T.ravel()
    chosen = np.ix_(present, present)
    delayed = [_through(np.asarray(weights, float), local)[chosen] for _, weights in network.delays]
    own = np.block([[np.diag(entry) for entry in row] for row in local.drift_by_state])
    instantaneous = (own + _through(np.asarray(network.undelayed, float), local))[chosen]
    return DelayedLinearSystem(instantaneous, np.array([d for d, _ in network.delays]), np.array(delayed))


def _through(weights: np.ndarray, local: LocalDerivatives) -> np.ndarray:
    """B W C, shape (variables units, variables units)."""
    product = np.einsum("vi,ij,wj->viwj", local.drift_by_input, weights, local.rate_by_state)
    return product.reshape(2 * (local.rate_by_state.size,))


def without_delays(network: Network) -> Network:
    """The same network whose connections take no time; the network itself where they take none."""
    if network.recurrent.delays is None:
        return network
    return network.replace(recurrent=network.recurrent.with_delays(), connectivity=network.connectivity)
