"""Networks as plain arrays by name, in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.neurons.base import Neuron
from neurosim.storage.array_checks import require_array, require_known_names, require_shape

__all__ = ["NAMES", "PARTS", "from_arrays", "to_arrays"]

PARTS = {"base": "recurrent_base", "left": "recurrent_left", "right": "recurrent_right"}
"""Names of the parts of recurrent weights that have low-rank factors."""

ATTRIBUTES = ("input_weights", "bias", "readout_weights", "readout_bias", "initial_state")
PATTERN = "recurrent_pattern"
NAMES = ("recurrent", *PARTS.values(), PATTERN, *ATTRIBUTES)
"""Names of the arrays of `to_arrays` and `from_arrays`."""


def to_arrays(network: Network) -> dict[str, Any]:
    r"""Arrays of a network, by name, for any other tool.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of str to ndarray
        ``recurrent`` (units, units), where ``recurrent[i, j]`` is the weight from unit j to unit i;
        ``input_weights`` (units, inputs), ``bias`` (units,), ``readout_weights`` (outputs, units),
        ``readout_bias`` (outputs,), and ``initial_state`` where the network has one. They are read-only, in the
        precision of the network, and none is copied.

        Weights with low-rank factors are never multiplied out: in place of ``recurrent`` there are
        ``recurrent_left`` and ``recurrent_right`` (units, rank), and ``recurrent_base`` where there is a full-rank
        part, with :math:`W = base + left\,right^T`; ``network.recurrent.dense()`` is their sum. Sparse weights stay a
        ``scipy.sparse.csr_array``. Where connections are missing in a dense part, ``recurrent_pattern`` (units, units)
        is True for those that exist.

    See Also
    --------
    from_arrays : network of such arrays and a neuron.
    neurosim.save : writes a whole network to one file.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=1.5), size=4, inputs=2, rng=0)
    >>> {name: array.shape for name, array in ns.storage.to_arrays(network).items()}["input_weights"]
    (4, 2)
    """
    operator = require_undelayed(network, "storage.to_arrays").recurrent
    parts = {PARTS[name]: getattr(operator, name) for name in PARTS}
    arrays = {"recurrent": operator.base} if operator.left is None else parts
    arrays |= {PATTERN: operator.pattern, **{name: getattr(network, name) for name in ATTRIBUTES}}
    return {name: array for name, array in arrays.items() if array is not None}


def from_arrays(
    arrays: Mapping[str, Any],
    neuron: Neuron,
    *,
    readout: str = "linear",
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    dtype: str | None = None,
) -> Network:
    r"""Network of given arrays and a neuron.

    .. math:: ds/dt = drift(s, u), \quad r = rate(s), \quad u = W r + W_{in} y + b, \quad
              z = readout(W_{out} r + b_{out}).

    Nothing is converted: the equation is that of the neuron, and time step and noise are those of the simulation.

    Parameters
    ----------
    arrays : mapping of str to array_like
        By the names and shapes of `to_arrays`. Only the recurrent weights are needed: ``recurrent``, or its
        parts. A missing bias is 0; without input or readout weights there are no such channels.
    neuron : Neuron
        What one unit does, for instance ``LeakyRate("tanh", tau=1.0)``.
    readout : {"linear", "logistic", "softmax"}, optional
    inputs, outputs : sequence of str, optional
        Names of the channels.
    dtype : {"float64", "float32"}, optional
        Precision of all arrays. Default: float32 where all recurrent weights are float32, else float64, which integer,
        boolean and half-precision weights become.

    Returns
    -------
    Network
        ``from_arrays(to_arrays(network), network.neuron, ...)`` equals the network, bit for bit.

    Raises
    ------
    ShapeError
        When an array does not fit the recurrent weights: names it and the shape that it must have.
    ParameterError, UnknownNameError
        When an array is missing or unknown, or has entries that are not finite real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> arrays = {"recurrent": np.array([[0.0, 1.0], [-1.0, 0.0]]), "readout_weights": np.array([[1.0, 0.0]])}
    >>> ns.storage.from_arrays(arrays, ns.LeakyCurrent("tanh")).recurrent
    Operator(size=2, base=dense, dtype=float64)
    """
    require_known_names(arrays, NAMES, "arrays")
    operator = _operator(arrays)
    size = operator.size
    needs = f"The recurrent weights have {size} units."
    input_weights = require_shape(
        "input_weights", _array_or_zeros(arrays, "input_weights", (size, 0)), (size, "inputs"), needs
    )
    weights = require_shape(
        "readout_weights", _array_or_zeros(arrays, "readout_weights", (0, size)), ("outputs", size), needs
    )
    blank = Network(
        neuron,
        operator,
        size,
        inputs=_channels("inputs", inputs, input_weights.shape[1]),
        outputs=_channels("outputs", outputs, weights.shape[0]),
        readout=readout,
        dtype=operator.dtype.name if dtype is None else dtype,
        rng=0,
    )
    return blank.replace(
        input_weights=input_weights,
        bias=require_shape("bias", _array_or_zeros(arrays, "bias", (size,)), (size,), needs),
        readout_weights=weights,
        readout_bias=require_shape(
            "readout_bias", _array_or_zeros(arrays, "readout_bias", weights.shape[:1]), weights.shape[:1]
        ),
        initial_state=arrays.get("initial_state"),
    )


def _array_or_zeros(arrays: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Any:
    value = arrays.get(name)
    return np.zeros(shape) if value is None else value


def _operator(arrays: Mapping[str, Any]) -> Operator:
    parts = {name: arrays[stored] for name, stored in PARTS.items() if arrays.get(stored) is not None}
    if not parts:
        weights = require_array(arrays, "recurrent", "arrays")
        # the operator checks sparse matrices itself
        dense = not hasattr(weights, "tocsr")
        weights = require_shape("recurrent", weights, ("units", "units")) if dense else weights
        return Operator(_copy(weights), pattern=arrays.get(PATTERN))
    if arrays.get("recurrent") is not None:
        raise ParameterError(
            f"arrays must have recurrent or its parts (got recurrent and {', '.join(PARTS[name] for name in parts)}); "
            f"leave one of them out."
        )
    return Operator(**{name: _copy(part) for name, part in parts.items()}, pattern=arrays.get(PATTERN))


def _copy(weights: Any) -> Any:
    """Copy of an array, since an operator keeps a view of what it is given."""
    return weights.copy() if hasattr(weights, "copy") else weights


def _channels(name: str, names: Sequence[str] | None, count: int) -> int | list[str]:
    if names is None:
        return count
    if isinstance(names, str) or len(names) != count:
        raise ShapeError(f"{name} must be a list of {count} names, one for each channel (got {names!r}).")
    return list(names)
