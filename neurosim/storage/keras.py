"""Networks of Keras, from the HDF5 file of a saved model."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError, StorageError
from neurosim.network import Network
from neurosim.neurons import LeakyRate
from neurosim.stepping import Stepping
from neurosim.storage.array_checks import require_shape
from neurosim.storage.arrays import from_arrays
from neurosim.storage.conventions import log_convention
from neurosim.validation import file_path

__all__ = ["from_keras"]

ACTIVATIONS = {
    "linear": "linear",
    "relu": "relu",
    "sigmoid": "logistic",
    "softplus": "softplus",
    "tanh": "tanh",
}
READOUTS = {"linear": "linear", "sigmoid": "logistic", "softmax": "softmax"}
ORDER = ("SimpleRNN", "Dense", "Activation")
"""Layers that compute something, in the order in which they make one network."""

TRAINING_ONLY = {
    "ActivityRegularization",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "InputLayer",
    "SpatialDropout1D",
}
"""Layers that have no effect after training."""


@dataclass(frozen=True)
class _Layer:
    """One layer of ``model_config``: its class, the name of its weights, and the configuration inside any wrapper."""

    kind: str
    name: str
    config: dict[str, Any]

    def __str__(self) -> str:
        return f"layer {self.name!r} ({self.kind})"


def from_keras(path: str | PathLike[str], *, dtype: str = "float64") -> Network:
    r"""Network of a saved Keras model: one ``SimpleRNN``, and at most one ``Dense`` as its readout.

    Keras multiplies rows, :math:`h' = f(x K + h R + b)` and :math:`z = g(h' D + c)`; here
    :math:`W = R^T,\ W_{in} = K^T,\ W_{out} = D^T` act on columns.

    ============  =====================================================================================
    equation      a map without leak; here ``LeakyRate(f, tau=1.0)``, whose Euler step with dt = 1 it is
    simulate      ``ns.simulate(network, duration=steps, inputs=x)``; dt = 1 and Euler are the network's `stepping`
    timing        ``run.outputs[:, k + 1]`` is the output of Keras at step k; sample 0 is the initial state 0
    noise         none in the recurrence; ``GaussianNoise`` layers and dropout act in training only
    ============  =====================================================================================

    The same is said in the log ``neurosim.storage`` at level INFO, and is
    ``ns.storage.CONVENTIONS["keras"]``.

    Parameters
    ----------
    path : path
        HDF5 file of a whole sequential model (``model.save("model.h5")``), of Keras 2 or 3. Needs h5py: the extra
        ``keras``.
    dtype : {"float64", "float32"}, optional
        Precision of the simulations. Keras stores float32, which float64 holds exactly.

    Returns
    -------
    Network
        It starts from zeros, as Keras does.

    Raises
    ------
    StorageError
        When the file is not found, is not an HDF5 file, or holds another architecture: names the layer.
    ShapeError
        When the arrays of a layer do not fit each other.
    NeurosimError
        When h5py is not installed.

    Notes
    -----
    Layers are found by their class in ``model_config``. ``Dense`` may be inside ``TimeDistributed``, and an
    ``Activation`` may follow it. Whether Keras returned the whole sequence or its last element does not matter.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.storage.from_keras("xor_00_trained.hdf5")  # doctest: +SKIP
    >>> run = ns.simulate(network, duration=200, dt=1.0, inputs=pulses)  # doctest: +SKIP
    """
    with _open_hdf5(path) as file:
        layers = _layers(file, str(path))
        _require_order(layers, str(path))
        arrays = _recurrent_arrays(file, layers["SimpleRNN"])
        if "Dense" in layers:
            arrays.update(_readout_arrays(file, layers["Dense"], arrays["recurrent"].shape[0]))
    activation = _translate(layers["SimpleRNN"], ACTIVATIONS)
    network = from_arrays(arrays, LeakyRate(activation, tau=1.0), readout=_readout(layers), dtype=dtype)
    network = network.replace(stepping=Stepping(dt=1.0))
    log_convention("keras", str(path))
    return network


@contextlib.contextmanager
def _open_hdf5(path: str | PathLike[str]) -> Iterator[Any]:
    try:
        import h5py
    except ImportError as error:
        raise NeurosimError(
            "h5py is not installed, and from_keras needs it; install the extra: pip install "
            "'neurosim-rnn[keras]'."
        ) from error
    try:
        file = h5py.File(file_path("path", path), "r")
    except FileNotFoundError as error:
        raise StorageError(f"{path} not found; check the name.") from error
    except OSError as error:
        if zipfile.is_zipfile(path):
            raise StorageError(
                f"{path} is a zip archive, not HDF5; save the model again in Keras: model.save('model.h5')."
            ) from error
        raise StorageError(
            f"{path} cannot be read as HDF5 ({error}); give a file that Keras wrote."
        ) from error
    with file:
        yield file


def _layers(file: Any, path: str) -> dict[str, _Layer]:
    """Layers that compute something, by class, in the order of the file."""
    text = file.attrs.get("model_config")
    if text is None:
        raise StorageError(
            f"{path} has no model_config, so its layers are unknown (save_weights writes no more than weights); "
            f"save the whole model: model.save('model.h5')."
        )
    found: dict[str, _Layer] = {}
    for layer in _read_layers(text, path):
        if layer.kind in TRAINING_ONLY:
            continue
        if layer.kind not in ORDER:
            raise _another_architecture(path, f"{layer} is not supported")
        if layer.kind in found:
            raise _another_architecture(path, f"{layer} is the second of its kind")
        found[layer.kind] = layer
    return found


def _read_layers(text: str | bytes, path: str) -> list[_Layer]:
    try:
        model = json.loads(text)
        kind, config = model["class_name"], model["config"]
        if kind != "Sequential":
            raise _another_architecture(path, f"the model is a {kind}, not Sequential")
        return [_layer(entry) for entry in (config if isinstance(config, list) else config["layers"])]
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise StorageError(
            f"{path} has a model_config that cannot be read ({type(error).__name__}: {error}); "
            f"save the model again in Keras."
        ) from error


def _layer(entry: dict[str, Any]) -> _Layer:
    kind, config = entry["class_name"], entry["config"]
    name = config["name"]
    if kind == "TimeDistributed":
        kind, config = config["layer"]["class_name"], config["layer"]["config"]
    return _Layer(kind, name, config)


def _require_order(layers: dict[str, _Layer], path: str) -> None:
    for layer in layers.values():
        before = ORDER[: ORDER.index(layer.kind)]
        if list(layers)[: len(before)] != list(before):
            raise _another_architecture(path, f"{layer} does not come after {' and '.join(before)}")
    if "SimpleRNN" not in layers:
        raise _another_architecture(path, "no layer is a SimpleRNN")
    if layers["SimpleRNN"].config.get("go_backwards"):
        raise _another_architecture(path, f"{layers['SimpleRNN']} has go_backwards=True")


def _another_architecture(path: str, what: str) -> StorageError:
    return StorageError(
        f"{path} holds another architecture: {what}. from_keras reads a SimpleRNN, then at most one Dense and one "
        f"Activation; give other weights to ns.storage.from_arrays."
    )


def _recurrent_arrays(file: Any, layer: _Layer) -> dict[str, np.ndarray]:
    arrays = _arrays(file, layer, ["kernel", "recurrent_kernel"])
    recurrent = require_shape(
        f"recurrent_kernel of layer {layer.name!r}", arrays["recurrent_kernel"], ("units", "units")
    )
    units = recurrent.shape[0]
    found = {
        "recurrent": recurrent.T,
        "input_weights": require_shape(
            f"kernel of layer {layer.name!r}", arrays["kernel"], ("inputs", units)
        ).T,
        "initial_state": np.zeros(units),
    }
    if "bias" in arrays:
        found["bias"] = require_shape(f"bias of layer {layer.name!r}", arrays["bias"], (units,))
    return found


def _readout_arrays(file: Any, layer: _Layer, units: int) -> dict[str, np.ndarray]:
    arrays = _arrays(file, layer, ["kernel"])
    weights = require_shape(f"kernel of layer {layer.name!r}", arrays["kernel"], (units, "outputs"))
    found = {"readout_weights": weights.T}
    if "bias" in arrays:
        found["readout_bias"] = require_shape(
            f"bias of layer {layer.name!r}", arrays["bias"], weights.shape[1:]
        )
    return found


def _arrays(file: Any, layer: _Layer, needed: list[str]) -> dict[str, np.ndarray]:
    """Weights of one layer by their last name; Keras 2 writes ``kernel:0`` where Keras 3 writes ``kernel``."""
    import h5py

    found: dict[str, np.ndarray] = {}

    def keep(place: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            found[place.rsplit("/", 1)[-1].split(":")[0]] = thing[()]

    group = file.get(f"model_weights/{layer.name}")
    if isinstance(group, h5py.Group):
        group.visititems(keep)
    if layer.config.get("use_bias", True):
        needed = [*needed, "bias"]
    for name in needed:
        if name not in found:
            raise StorageError(
                f"{file.filename} has no {name} of {layer}; take another copy, or save the model again."
            )
    return found


def _translate(layer: _Layer, known: dict[str, str]) -> str:
    activation = layer.config.get("activation")
    if not isinstance(activation, str) or activation not in known:
        raise StorageError(
            f"{layer} has the activation {activation!r}; from_keras knows {', '.join(known)} there. Give other "
            f"weights to ns.storage.from_arrays."
        )
    return known[activation]


def _readout(layers: dict[str, _Layer]) -> str:
    names = [_translate(layers[kind], READOUTS) for kind in ORDER[1:] if kind in layers]
    curved = [name for name in names if name != "linear"]
    if len(curved) > 1:
        raise StorageError(
            f"{layers['Activation']} follows the activation {curved[0]!r} of {layers['Dense']}; a readout has one."
        )
    return curved[0] if curved else "linear"
