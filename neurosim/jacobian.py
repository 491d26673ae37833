"""Jacobian of the flow of a network at one state."""

from __future__ import annotations

import numpy as np

from neurosim.equations.local import local_derivatives
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.network_parts import as_state
from neurosim.state_layout import state_columns
from neurosim.validation import array_of_shape

__all__ = ["jacobian"]


def jacobian(network: Network, state: np.ndarray, inputs: np.ndarray | None = None) -> np.ndarray:
    r"""Jacobian :math:`J = A + B W C` of the flow of a network at one state, in 1/time.

    :math:`A_{ij} = \partial f_i / \partial s_j`, :math:`B_i = \partial f_i / \partial u` and
    :math:`C_j = \partial r / \partial s_j` are diagonal over the units.

    Parameters
    ----------
    network : Network
        Without delays.
    state : ndarray, shape (units,) or (units, variables)
    inputs : ndarray, shape (channels,), optional
        Constant input; default: zero.

    Returns
    -------
    ndarray, shape (dimensions, dimensions)
        All units of the first variable, then all units that have the second, and so on.
    """
    require_undelayed(network, "Network.jacobian")
    columns = state_columns(as_state(state, network.neuron, network.size), network.size)
    current = network.recurrent @ network.neuron.values(*columns) + network.bias
    neuron = network.neuron
    if inputs is not None:
        held = array_of_shape("inputs", inputs, (network.inputs,))
        current = current + network.input_weights @ held
        neuron = neuron.held_at(dict(zip(network.input_names, held, strict=True)))
    by_state, by_input, rate_by_state = local_derivatives(neuron, columns, current)
    weights, count = network.recurrent.dense(), len(columns)
    blocks = [
        [
            np.diag(by_state[i][j]) + by_input[i][:, None] * weights * rate_by_state[j][None, :]
            for j in range(count)
        ]
        for i in range(count)
    ]
    present = network.has_variable.T.ravel()
    whole = np.block(blocks)
    return whole if present.all() else whole[np.ix_(present, present)]
