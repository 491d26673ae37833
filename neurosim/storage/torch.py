"""Networks of PyTorch, as arrays of a state dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.neurons import LeakyRate
from neurosim.storage.array_checks import require_array, require_shape
from neurosim.storage.arrays import from_arrays
from neurosim.storage.conventions import log_convention
from neurosim.validation import one_of

__all__ = ["from_torch"]

_RECURRENT = re.compile(r"(?P<module>.*\.)?(?P<array>(weight|bias)_(ih|hh))(_l0)?")
_ANOTHER = re.compile(r".*(_l[1-9]\d*|weight_hr_l0|_reverse)")
_GATED = {3: "GRU", 4: "LSTM"}


def from_torch(state: Mapping[str, Any], *, nonlinearity: str = "tanh", dtype: str = "float64") -> Network:
    r"""Network of a state dictionary: one ``nn.RNN`` of one layer, and at most one ``nn.Linear`` as its readout.

    .. math:: h' = f(W_{ih} x + b_{ih} + W_{hh} h + b_{hh}), \qquad z = W h' + c

    ============  =====================================================================================
    equation      a map without leak; here ``LeakyRate(f, tau=1.0)``, whose Euler step with dt = 1 it is
    simulate      ``ns.simulate(network, duration=steps, dt=1.0, scheme="euler", inputs=x)``
    timing        ``run.outputs[:, k + 1]`` is the output of PyTorch at step k; sample 0 is the initial state 0
    noise         none in the recurrence; dropout acts in training only
    ============  =====================================================================================

    The same is said in the log ``neurosim.storage`` at level INFO, and is
    ``ns.storage.CONVENTIONS["torch"]``.

    Parameters
    ----------
    state : mapping of str to array_like
        ``{name: tensor.numpy() for name, tensor in model.state_dict().items()}``; PyTorch itself is not needed. Names
        may have the prefix of a module (``rnn.weight_hh_l0``); ``nn.RNNCell`` is read too.
    nonlinearity : {"tanh", "relu"}, optional
        As given to ``nn.RNN``; a state dictionary does not hold it.
    dtype : {"float64", "float32"}, optional
        Precision of the simulations.

    Returns
    -------
    Network
        Its bias is :math:`b_{ih} + b_{hh}`; it starts from zeros, as PyTorch does by default.

    Raises
    ------
    ParameterError
        For several layers, two directions, a GRU or LSTM, or arrays that belong to something else: names the array.
    ShapeError
        When an array does not fit the others.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> state = {"rnn.weight_ih_l0": np.ones((3, 1)), "rnn.weight_hh_l0": np.eye(3)}
    >>> ns.storage.from_torch(state).size
    3
    """
    one_of("nonlinearity", nonlinearity, ("tanh", "relu"))
    recurrent, rest = _split_recurrent(state)
    hidden = require_array(recurrent, "weight_hh", "state")
    _refuse_gates(np.shape(hidden))
    weights = require_shape("weight_hh", hidden, ("units", "units"))
    size = weights.shape[0]
    biases = [
        require_shape(name, recurrent[name], (size,)) for name in ("bias_ih", "bias_hh") if name in recurrent
    ]
    arrays = {
        "recurrent": weights,
        "input_weights": require_shape(
            "weight_ih", require_array(recurrent, "weight_ih", "state"), (size, "inputs")
        ),
        "bias": np.sum(biases, axis=0, dtype=np.float64) if biases else None,
        "initial_state": np.zeros(size),
        **_readout(rest, size),
    }
    network = from_arrays(arrays, LeakyRate(nonlinearity, tau=1.0), dtype=dtype)
    log_convention("torch", "state")
    return network


def _split_recurrent(state: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays of the recurrent layer by short name, and all others."""
    if not isinstance(state, Mapping):
        raise ParameterError(
            f"state is a {type(state).__name__}, no mapping of names to arrays; give model.state_dict() with "
            f"tensor.numpy() for each."
        )
    recurrent: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, array in state.items():
        if _ANOTHER.fullmatch(str(name)):
            raise ParameterError(
                f"state has {name!r}, so the network has several layers, two directions or a projection; "
                f"from_torch reads one layer of one direction."
            )
        match = _RECURRENT.fullmatch(str(name))
        if match is None:
            rest[name] = array
        elif match["array"] in recurrent:
            raise ParameterError(f"state has {name!r} of a second recurrent layer; leave one of them out.")
        else:
            recurrent[match["array"]] = array
    return recurrent, rest


def _refuse_gates(shape: tuple[int, ...]) -> None:
    if len(shape) == 2 and shape[1] and shape[0] % shape[1] == 0 and shape[0] // shape[1] in _GATED:
        kind = _GATED[shape[0] // shape[1]]
        raise ParameterError(
            f"weight_hh has shape {shape}, that of a {kind} with {shape[1]} units; from_torch reads nn.RNN, whose "
            f"weight_hh is (units, units)."
        )


def _readout(rest: dict[str, Any], size: int) -> dict[str, np.ndarray]:
    if not rest:
        return {}
    weight = [name for name in rest if name.rsplit(".", 1)[-1] == "weight"]
    module = weight[0].removesuffix("weight") if weight else ""
    other = [name for name in rest if name not in {f"{module}weight", f"{module}bias"}]
    if not weight or other:
        raise ParameterError(
            f"state has {(other or list(rest))[0]!r}, which belongs to no RNN and to no single nn.Linear after it; "
            f"leave it out if the outputs do not pass through it."
        )
    weights = require_shape(
        weight[0], rest[weight[0]], ("outputs", size), f"The recurrent layer has {size} units."
    )
    found = {"readout_weights": weights}
    if f"{module}bias" in rest:
        found["readout_bias"] = require_shape(f"{module}bias", rest[f"{module}bias"], weights.shape[:1])
    return found
