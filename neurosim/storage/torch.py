"""Networks of PyTorch, from a model, its state dictionary or a file: nn.RNN, and leaky networks of nn.Linear layers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, StorageError, clause, kind_of
from neurosim.network import Network
from neurosim.neurons import LeakyCurrent, LeakyRate
from neurosim.stepping import Stepping
from neurosim.storage.array_checks import require_array, require_shape
from neurosim.storage.arrays import from_arrays
from neurosim.storage.conventions import log_convention
from neurosim.validation import as_array, one_of, positive

__all__ = ["from_torch"]

ACTIVATIONS = {
    "relu": "relu",
    "retanh": "rectified_tanh",
    "sigmoid": "logistic",
    "softplus": "softplus",
    "tanh": "tanh",
}
_PATTERNS = {
    "torch": re.compile(r"(?:.*\.)?(?P<kind>weight|bias)_(?P<layer>hh|ih)(?:_l0)?"),
    "ctrnn": re.compile(r"(?:.*\.)?(?P<layer>h2h|input2h)\.(?P<kind>weight|bias)"),
    "nn4n": re.compile(r"(?:.*\.)?(?P<layer>hidden_layer|input_layer)\.(?P<kind>weight|bias)"),
}
"""Names of the recurrent layer in the three forms that are read."""
_NAMES = {
    "torch": "{kind}_{layer}",
    "ctrnn": "{layer}.{kind}",
    "nn4n": "{layer}.{kind}",
}
_LAYERS = {"torch": ("hh", "ih"), "ctrnn": ("h2h", "input2h"), "nn4n": ("hidden_layer", "input_layer")}
"""Recurrent and input layer of each form."""
_START = re.compile(r"(?:.*\.)?(h_?0|hidden_?0|hidden_state|init(ial)?_(h|hidden|state))")
_ANOTHER = re.compile(r".*(_l[1-9]\d*|weight_hr_l0|_reverse)")
_GATED = {3: "a GRU", 4: "an LSTM"}


def from_torch(
    model: Any,
    *,
    nonlinearity: str | None = None,
    tau: float = 1.0,
    dt: float = 1.0,
    dtype: str = "float64",
) -> Network:
    r"""Network of PyTorch: one recurrent layer, and at most one ``nn.Linear`` as its readout.

    Three forms are told apart by the names of their arrays, with any prefix:

    ================================  =========================================================================
    ``weight_hh_l0, weight_ih_l0``    ``nn.RNN``, ``nn.RNNCell``: :math:`h' = f(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})`
    ``h2h.weight, input2h.weight``    the same with a leak: :math:`h' = (1 - \alpha) h + \alpha f(W_{in} x + W h + b)`
    ``hidden_layer.weight, ...``      nn4n: :math:`v' = (1 - \alpha) v + \alpha (W_{in} x + W f(v) + b)`, rates f(v)
    ================================  =========================================================================

    ============  =====================================================================================
    equation      ``LeakyRate(f, tau)``, for nn4n ``LeakyCurrent(f, tau)``, of which it is the Euler step,
                  :math:`\alpha = dt/\tau`; ``nn.RNN`` has no leak: dt = tau
    simulate      ``ns.simulate(network, duration=steps * dt, inputs=x)``; dt and Euler are the network's `stepping`
    timing        ``run.outputs[:, k + 1]`` is the output of PyTorch at step k; sample 0 is the initial state
    noise         not part of the arrays; dropout acts in training only
    ============  =====================================================================================

    The same is said in the log ``neurosim.storage`` at level INFO, and is in ``ns.storage.CONVENTIONS``.

    Parameters
    ----------
    model : nn.Module, mapping of str to array_like, or path
        A model, its ``state_dict()``, or a file that ``torch.save`` wrote of one of them, which is read without running
        code from it (``weights_only=True``). Only the file needs PyTorch.
    nonlinearity : {"tanh", "relu", "sigmoid", "softplus", "retanh"}, optional
        f, which a state dictionary does not hold. Default: that of the model's ``nn.RNN``, else "tanh".
    tau, dt : float, optional
        Time constant and time step of a network with a leak.
    dtype : {"float64", "float32"}, optional
        Precision of the simulations.

    Returns
    -------
    Network
        Its bias is the sum of the biases. It starts from a learned initial state (``h0``, ``hidden_state``, ...) where
        there is one, and else from zeros, as PyTorch does by default.

    Raises
    ------
    ParameterError
        For several layers, two directions, a GRU or LSTM, or arrays that belong to something else: names the array.
    ShapeError
        When an array does not fit the others.
    StorageError
        When a file cannot be read.

    References
    ----------
    Leaky networks in these forms: G. R. Yang, X.-J. Wang, Neuron 107, 1048 (2020), whose tutorials name the layers
    ``input2h`` and ``h2h``; Z. Wang, nn4n, a package of PyTorch networks for neuroscience.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> state = {"rnn.weight_ih_l0": np.ones((3, 1)), "rnn.weight_hh_l0": np.eye(3)}
    >>> network = ns.storage.from_torch(state)
    >>> network.size, network.stepping
    (3, Stepping(dt=1.0))
    """
    name = _nonlinearity(model) if nonlinearity is None else nonlinearity
    activation = ACTIVATIONS[one_of("nonlinearity", name, ACTIVATIONS)]
    parts = _split(_state(model))
    stepping = Stepping(positive("dt", dt))
    if parts.form == "torch":
        one_of("nonlinearity", name, ("relu", "tanh"))
        if positive("tau", tau) != dt:
            raise ParameterError(
                f"tau must equal dt for nn.RNN, which has no leak (got tau = {tau:g}, dt = {dt:g}); leave both out."
            )
    neuron = (LeakyCurrent if parts.form == "nn4n" else LeakyRate)(activation, tau=tau)
    network = from_arrays(_arrays(parts), neuron, dtype=dtype).replace(stepping=stepping)
    log_convention(parts.form, "state")
    return network


@dataclass
class _Parts:
    """Arrays of a state dictionary: those of the recurrent layer by short name, initial states, and all others."""

    form: str = ""
    recurrent: dict[str, Any] = field(default_factory=dict)
    starts: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


def _nonlinearity(model: Any) -> str:
    """Nonlinearity of the recurrent module of a model, where it has one that says so."""
    modules = model.modules() if hasattr(model, "modules") else ()
    said = [
        module.nonlinearity for module in modules if isinstance(getattr(module, "nonlinearity", None), str)
    ]
    return said[0] if said else "tanh"


def _state(model: Any) -> Mapping[str, Any]:
    """State dictionary of a model, a mapping or a file."""
    if isinstance(model, (str, os.PathLike)):
        return _state(_read_file(model))
    if hasattr(model, "state_dict"):
        return model.state_dict()
    if isinstance(model, Mapping):
        return model
    raise ParameterError(
        f"model must be a model, a mapping of names to arrays or a path (got {kind_of(model)}); give the model "
        f"or model.state_dict()."
    )


def _read_file(path: str | os.PathLike[str]) -> Any:
    if not os.path.isfile(path):
        raise StorageError(f"{path} not found; check the name.")
    try:
        import torch
    except ImportError as error:
        raise NeurosimError(
            "PyTorch is not installed, and files of torch.save need it; install torch, or where it is installed, give "
            "{name: tensor.numpy() for name, tensor in model.state_dict().items()}."
        ) from error
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # PyTorch lets many exceptions through when a file is damaged or holds more than tensors, and advises to read
        # the latter unsafely after its first sentence
        reason = clause(str(error).partition(". ")[0])
        raise StorageError(
            f"{path} cannot be read as a state dictionary, which has only tensors ({type(error).__name__}: {reason}); "
            f"write it with torch.save(model.state_dict(), path)."
        ) from error


def _split(state: Mapping[str, Any]) -> _Parts:
    parts = _Parts()
    for name, array in state.items():
        if _ANOTHER.fullmatch(str(name)):
            raise ParameterError(
                f"state has {name!r}, so the network has several layers, two directions or a projection; "
                f"from_torch reads one layer of one direction."
            )
        matches = {form: match for form, regex in _PATTERNS.items() if (match := regex.fullmatch(str(name)))}
        if _START.fullmatch(str(name)):
            parts.starts[str(name)] = array
        elif not matches:
            parts.rest[str(name)] = array
        else:
            ((form, match),) = matches.items()
            short = _NAMES[form].format(**match.groupdict())
            if parts.form not in ("", form) or short in parts.recurrent:
                raise ParameterError(
                    f"state has {name!r} of a second recurrent layer; leave one of them out."
                )
            parts.form = form
            parts.recurrent[short] = array
    if not parts.form:
        raise _no_recurrent_layer(state)
    return parts


def _no_recurrent_layer(state: Mapping[str, Any]) -> ParameterError:
    inner = [name for name, part in state.items() if isinstance(part, Mapping) and _has_layer(part)]
    if inner:
        return ParameterError(
            f"state has no recurrent layer, but its part {inner[0]!r} has; give state[{inner[0]!r}], the state "
            f"dictionary inside the checkpoint."
        )
    return ParameterError(
        f"state has no recurrent layer (it has: {', '.join(sorted(map(str, state))) or 'nothing'}); from_torch reads "
        f"weight_hh_l0, h2h.weight or hidden_layer.weight, and ns.storage.from_arrays({{'recurrent': ...}}, neuron) "
        f"takes arrays of any other name."
    )


def _has_layer(part: Mapping[str, Any]) -> bool:
    return any(regex.fullmatch(str(name)) for name in part for regex in _PATTERNS.values())


def _arrays(parts: _Parts) -> dict[str, Any]:
    """Arrays as `from_arrays` takes them."""
    own, into = (
        {kind: _NAMES[parts.form].format(layer=layer, kind=kind) for kind in ("weight", "bias")}
        for layer in _LAYERS[parts.form]
    )
    hidden = require_array(parts.recurrent, own["weight"], "state")
    _refuse_gates(own["weight"], np.shape(hidden))
    weights = require_shape(own["weight"], hidden, ("units", "units"))
    size = weights.shape[0]
    given = require_array(parts.recurrent, into["weight"], "state")
    biases = [
        require_shape(name, parts.recurrent[name], (size,))
        for name in (into["bias"], own["bias"])
        if name in parts.recurrent
    ]
    return {
        "recurrent": weights,
        "input_weights": require_shape(into["weight"], given, (size, "inputs")),
        "bias": np.sum(biases, axis=0, dtype=np.float64) if biases else None,
        "initial_state": _initial_state(parts.starts, size),
        **_readout(parts.rest, size),
    }


def _refuse_gates(name: str, shape: tuple[int, ...]) -> None:
    if len(shape) == 2 and shape[1] and shape[0] % shape[1] == 0 and shape[0] // shape[1] in _GATED:
        kind = _GATED[shape[0] // shape[1]]
        raise ParameterError(
            f"{name} must have shape (units, units), that of a network without gates, which from_torch reads "
            f"(got {tuple(shape)}, that of {kind} with {shape[1]} units)."
        )


def _initial_state(starts: Mapping[str, Any], size: int) -> np.ndarray:
    """Learned initial state, of shape (units,) or with leading axes of length 1; zeros where there is none."""
    if len(starts) > 1:
        raise ParameterError(f"state has several initial states, {', '.join(starts)}; leave all but one out.")
    for name, array in starts.items():
        values = as_array(name, array)
        lead = values.shape[:-1]
        return require_shape(name, values.reshape(-1) if lead == (1,) * len(lead) else values, (size,))
    return np.zeros(size)


def _readout(rest: Mapping[str, Any], size: int) -> dict[str, np.ndarray]:
    if not rest:
        return {}
    weight = [name for name in rest if name.rsplit(".", 1)[-1] == "weight"]
    module = weight[0].removesuffix("weight") if weight else ""
    other = [name for name in rest if name not in {f"{module}weight", f"{module}bias"}]
    if not weight or other:
        raise ParameterError(
            f"state has {(other or list(rest))[0]!r}, which belongs neither to the recurrent layer nor to a single "
            f"nn.Linear after it; leave it out if the outputs do not pass through it, and give an initial state of "
            f"another name to network.replace(initial_state=...)."
        )
    weights = require_shape(
        weight[0], rest[weight[0]], ("outputs", size), f"The recurrent layer has {size} units."
    )
    found = {"readout_weights": weights}
    if f"{module}bias" in rest:
        found["readout_bias"] = require_shape(f"{module}bias", rest[f"{module}bias"], weights.shape[:1])
    return found
