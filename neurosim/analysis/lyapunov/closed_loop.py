"""Network whose readout is fed back to its inputs: the autonomous system that a trained reservoir runs as."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.validation import check_keywords, entries

__all__ = ["closed_loop"]


@check_keywords
def closed_loop(
    network: Network, inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None
) -> Network:
    r"""Network with its outputs fed back to its inputs, as an autonomous network with the same dynamics.

    .. math:: W + W_{in} W_{out}, \qquad b + W_{in} b_{out},

    with the columns of the inputs and the rows of the outputs that are connected. A reservoir that was trained to
    predict its next input runs in this way as a generator, and `lyapunov_spectrum` of the closed loop gives the
    exponents of what it generates. With Euler steps, the output after a step is the input during the next.

    Parameters
    ----------
    network : Network
        With a linear readout.
    inputs, outputs : sequence of str, optional
        Names of the channels that are connected, in pairs. Default: all, in their order.

    Returns
    -------
    Network
        Without the inputs that were connected, and with all outputs. The feedback is a low-rank part of its recurrent
        weights.

    Raises
    ------
    ParameterError
        If the readout is not linear, a name is unknown, or there are not as many outputs as inputs.

    Examples
    --------
    >>> import neurosim as ns
    >>> open = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.9), size=30, inputs=2, outputs=2, rng=0)
    >>> closed = ns.analysis.closed_loop(open)
    >>> closed.inputs, closed.recurrent.rank
    (0, 2)
    """
    require_network(network)
    if network.readout != "linear":
        raise ParameterError(
            f"readout must be 'linear' to be fed back as weights (got {network.readout!r}); make the network with "
            f'readout="linear".'
        )
    into = _indices("inputs", inputs, network.input_names)
    out = _indices("outputs", outputs, network.output_names)
    if len(into) != len(out) or not into:
        raise ParameterError(
            f"inputs and outputs must be as many, at least one (got {len(into)} inputs and {len(out)} outputs); name "
            f"those that are connected."
        )
    weights = network.input_weights[:, into]
    rest = [k for k in range(network.inputs) if k not in into]
    loop = Operator(left=weights, right=np.ascontiguousarray(network.readout_weights[out].T))
    return network.replace(
        recurrent=network.recurrent + loop,
        bias=network.bias + weights @ network.readout_bias[out],
        input_weights=network.input_weights[:, rest],
        input_names=tuple(network.input_names[k] for k in rest),
    )


def _indices(label: str, names: Sequence[str] | None, known: tuple[str, ...]) -> list[int]:
    chosen = (
        known
        if names is None
        else (names,)
        if isinstance(names, str)
        else entries(label, names, "give names of channels")
    )
    for name in chosen:
        if not isinstance(name, str) or name not in known:
            raise ParameterError(f"{label} must be names among {', '.join(known)} (got {name!r}).")
    return [known.index(name) for name in chosen]
