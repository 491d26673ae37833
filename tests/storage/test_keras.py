"""Keras files: found by class, transposed once, refused by the name of the layer."""

import json
import logging
import sys
import zipfile

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import NeurosimError, ShapeError, StorageError

UNITS, INPUTS, OUTPUTS = 5, 2, 3


@pytest.fixture
def h5py():
    return pytest.importorskip("h5py")


def arrays(rng, scale=0.7):
    shapes = {
        "kernel": (INPUTS, UNITS),
        "recurrent_kernel": (UNITS, UNITS),
        "bias": (UNITS,),
        "readout": (UNITS, OUTPUTS),
        "readout_bias": (OUTPUTS,),
    }
    return {name: (scale * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}}


RNN = layer("SimpleRNN", "simple_rnn_7", activation="tanh", use_bias=True)
DENSE = layer("Dense", "dense_3", activation="linear", use_bias=True)


def written(h5py, path, given, layers=(RNN, DENSE), model=None, **changes):
    """A file as Keras 2 writes it; `changes` replaces arrays of layers, None leaves them out."""
    members = {
        "simple_rnn_7/kernel": given["kernel"],
        "simple_rnn_7/recurrent_kernel": given["recurrent_kernel"],
        "simple_rnn_7/bias": given["bias"],
        "dense_3/kernel": given["readout"],
        "dense_3/bias": given["readout_bias"],
    }
    members.update({name.replace("__", "/"): array for name, array in changes.items()})
    with h5py.File(path, "w") as file:
        model = model or {
            "class_name": "Sequential",
            "config": {"name": "sequential", "layers": list(layers)},
        }
        file.attrs["model_config"] = json.dumps(model)
        for name, array in members.items():
            if array is not None:
                group, leaf = name.split("/")
                file[f"model_weights/{group}/{group}/simple_rnn_cell/{leaf}:0"] = array
    return path


def evaluated(given, inputs, activation=np.tanh):
    """Keras's own equation, row by row."""
    state, outputs = np.zeros(UNITS), []
    weights = {name: array.astype(np.float64) for name, array in given.items()}
    for sample in inputs:
        state = activation(sample @ weights["kernel"] + state @ weights["recurrent_kernel"] + weights["bias"])
        outputs.append(state @ weights["readout"] + weights["readout_bias"])
    return np.array(outputs)


def simulated(network, inputs):
    run = ns.simulate(network, duration=len(inputs), dt=1.0, scheme="euler", inputs=inputs)
    return run.outputs[0, 1:]


@pytest.mark.parametrize(
    ("activation", "function"), [("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0.0))]
)
def test_simulation_is_the_map_of_keras(h5py, tmp_path, rng, activation, function):
    given, inputs = arrays(rng, scale=0.3), rng.standard_normal((30, INPUTS))
    rnn = layer("SimpleRNN", "simple_rnn_7", activation=activation, use_bias=True)
    network = ns.storage.from_keras(written(h5py, tmp_path / "model.h5", given, [rnn, DENSE]))
    assert network.dtype == np.float64
    # thirty steps of contracting maps; the two sum in another order
    assert_allclose(simulated(network, inputs), evaluated(given, inputs, function), atol=1e-13)


def test_weights_are_transposed_and_exact(h5py, tmp_path, rng):
    given = arrays(rng)
    network = ns.storage.from_keras(written(h5py, tmp_path / "model.h5", given), dtype="float32")
    assert network.dtype == np.float32
    assert_array_equal(network.recurrent.dense(), given["recurrent_kernel"].T)
    assert_array_equal(network.input_weights, given["kernel"].T)
    assert_array_equal(network.readout_weights, given["readout"].T)
    assert_array_equal(network.initial_state, np.zeros(UNITS))


@pytest.mark.parametrize("form", ["list", "time distributed", "training layers", "no bias", "keras 3"])
def test_every_form_of_the_same_network_is_read(h5py, tmp_path, rng, form):
    given = arrays(rng)
    given["bias"][:] = 0.0
    path = tmp_path / "model.h5"
    expected = ns.storage.from_keras(written(h5py, tmp_path / "plain.h5", given))
    plain = {"class_name": "Dense", "config": {"name": "inner", "activation": "linear", "use_bias": True}}
    if form == "list":
        written(h5py, path, given, model={"class_name": "Sequential", "config": [RNN, DENSE]})
    elif form == "time distributed":
        written(h5py, path, given, [RNN, layer("TimeDistributed", "dense_3", layer=plain)])
    elif form == "training layers":
        noise, dropout = layer("GaussianNoise", "noise", stddev=0.1), layer("Dropout", "dropout", rate=0.5)
        written(h5py, path, given, [layer("InputLayer", "input_1"), noise, RNN, dropout, DENSE])
    elif form == "no bias":
        rnn = layer("SimpleRNN", "simple_rnn_7", activation="tanh", use_bias=False)
        written(h5py, path, given, [rnn, DENSE], simple_rnn_7__bias=None)
    else:
        with h5py.File(written(h5py, path, given), "a") as file:
            group = file["model_weights/simple_rnn_7"]
            names = ("kernel", "recurrent_kernel", "bias")
            held = {name: group[f"simple_rnn_7/simple_rnn_cell/{name}:0"][()] for name in names}
            del group["simple_rnn_7"]
            for name, array in held.items():
                group[f"sequential/simple_rnn_7/simple_rnn_cell/{name}"] = array
    assert ns.storage.from_keras(path).equals(expected)


def test_without_dense_there_are_no_outputs(h5py, tmp_path, rng):
    network = ns.storage.from_keras(written(h5py, tmp_path / "model.h5", arrays(rng), [RNN]))
    assert network.output_names == ()


@pytest.mark.parametrize(
    ("dense", "after", "readout"),
    [("sigmoid", None, "logistic"), ("softmax", None, "softmax"), ("linear", "sigmoid", "logistic")],
)
def test_activation_of_the_last_layer_is_the_readout(h5py, tmp_path, rng, dense, after, readout):
    layers = [RNN, layer("Dense", "dense_3", activation=dense)]
    layers += [layer("Activation", "last", activation=after)] if after else []
    network = ns.storage.from_keras(written(h5py, tmp_path / "model.h5", arrays(rng), layers))
    assert network.readout == readout


def test_equation_and_noise_are_stated_in_the_log(h5py, tmp_path, rng, caplog):
    with caplog.at_level(logging.INFO, logger="neurosim.storage"):
        ns.storage.from_keras(written(h5py, tmp_path / "model.h5", arrays(rng)))
    (record,) = caplog.records
    assert "model.h5" in record.getMessage()
    for phrase in ("h' = f(x K + h R + b)", "dt=1.0, scheme='euler'", "noise=None", "outputs[:, k + 1]"):
        assert phrase in record.getMessage()


LSTM = layer("LSTM", "lstm_2", activation="tanh")
ANOTHER = {
    "lstm": ([LSTM, DENSE], r"another architecture: layer 'lstm_2' \(LSTM\) is not supported"),
    "stacked": ([RNN, layer("SimpleRNN", "second"), DENSE], r"'second' \(SimpleRNN\) is the second"),
    "dense first": ([DENSE, RNN], r"'dense_3' \(Dense\) does not come after SimpleRNN"),
    "activation without dense": (
        [RNN, layer("Activation", "act", activation="tanh")],
        r"'act' \(Activation\) does not come after SimpleRNN and Dense",
    ),
    "no recurrence": ([layer("InputLayer", "in")], "no layer is a SimpleRNN"),
    "backwards": ([layer("SimpleRNN", "simple_rnn_7", go_backwards=True)], "'simple_rnn_7'.*go_backwards"),
    "activation": (
        [layer("SimpleRNN", "simple_rnn_7", activation="elu"), DENSE],
        r"'simple_rnn_7' \(SimpleRNN\) has the activation 'elu'.*knows linear, relu",
    ),
    "custom activation": (
        [layer("SimpleRNN", "simple_rnn_7", activation={"class_name": "function"}), DENSE],
        "'simple_rnn_7'.*has the activation {'class_name'",
    ),
    "readout": ([RNN, layer("Dense", "dense_3", activation="tanh")], "'dense_3'.*activation 'tanh'"),
    "two curves": (
        [
            RNN,
            layer("Dense", "dense_3", activation="sigmoid"),
            layer("Activation", "a", activation="softmax"),
        ],
        "'a'.*follows the activation 'logistic' of layer 'dense_3'",
    ),
}


@pytest.mark.parametrize("case", ANOTHER)
def test_another_architecture_is_refused_by_the_name_of_the_layer(h5py, tmp_path, rng, case):
    layers, message = ANOTHER[case]
    path = written(h5py, tmp_path / "model.h5", arrays(rng), layers)
    with pytest.raises(StorageError, match=message):
        ns.storage.from_keras(path)


def test_a_model_that_is_not_sequential_is_refused(h5py, tmp_path, rng):
    model = {"class_name": "Functional", "config": {"layers": [RNN, DENSE]}}
    path = written(h5py, tmp_path / "model.h5", arrays(rng), model=model)
    with pytest.raises(StorageError, match="the model is a Functional, not Sequential"):
        ns.storage.from_keras(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"simple_rnn_7__recurrent_kernel": np.ones((5, 4))},
            r"'simple_rnn_7' must have shape \(units, units\) \(got \(5, 4\)\)",
        ),
        (
            {"simple_rnn_7__kernel": np.ones((2, 4))},
            r"kernel of layer 'simple_rnn_7' must have shape \(inputs, 5\) \(got \(2, 4\)\)",
        ),
        (
            {"simple_rnn_7__bias": np.ones(4)},
            r"bias of layer 'simple_rnn_7' must have shape \(5,\) \(got \(4,\)\)",
        ),
        (
            {"dense_3__kernel": np.ones((4, 1))},
            r"kernel of layer 'dense_3' must have shape \(5, outputs\) \(got \(4, 1\)\)",
        ),
        ({"dense_3__bias": np.ones(2)}, r"bias of layer 'dense_3' must have shape \(3,\) \(got \(2,\)\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(h5py, tmp_path, rng, changes, message):
    path = written(h5py, tmp_path / "model.h5", arrays(rng), **changes)
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_keras(path)


def test_missing_arrays_are_named(h5py, tmp_path, rng):
    path = written(h5py, tmp_path / "model.h5", arrays(rng), dense_3__bias=None)
    with pytest.raises(StorageError, match=r"has no bias of layer 'dense_3' \(Dense\)"):
        ns.storage.from_keras(path)


def test_files_of_weights_only_are_refused(h5py, tmp_path):
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["simple_rnn/kernel:0"] = np.ones((2, 5))
    with pytest.raises(StorageError, match=r"no model_config.*save_weights.*model\.save"):
        ns.storage.from_keras(tmp_path / "weights.h5")


@pytest.mark.parametrize("text", ["{", '"text"', '{"class_name": "Sequential", "config": [{}]}', "{}"])
def test_a_damaged_description_is_said_to_be_damaged(h5py, tmp_path, text):
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = text
    with pytest.raises(StorageError, match="model_config that cannot be read"):
        ns.storage.from_keras(tmp_path / "model.h5")


@pytest.mark.usefixtures("h5py")
def test_other_files_are_refused(tmp_path):
    with pytest.raises(StorageError, match=r"none\.h5 not found"):
        ns.storage.from_keras(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(StorageError, match="cannot be read as HDF5"):
        ns.storage.from_keras(tmp_path / "text.h5")
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(StorageError, match=r"zip archive, not HDF5.*model\.save\('model\.h5'\)"):
        ns.storage.from_keras(tmp_path / "model.keras")


def test_without_h5py_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(NeurosimError, match=r"h5py is not installed.*neurosim-rnn\[keras\]"):
        ns.storage.from_keras(tmp_path / "model.h5")
