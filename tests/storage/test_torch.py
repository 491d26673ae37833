"""State dictionaries of PyTorch, as plain arrays."""

import logging
import sys
import types

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import NeurosimError, ParameterError, ShapeError, StorageError, UnknownNameError
from neurosim.stepping import Stepping

UNITS, INPUTS, OUTPUTS = 5, 2, 3


def state(rng, prefix="rnn.", suffix="_l0"):
    shapes = {
        f"{prefix}weight_ih{suffix}": (UNITS, INPUTS),
        f"{prefix}weight_hh{suffix}": (UNITS, UNITS),
        f"{prefix}bias_ih{suffix}": (UNITS,),
        f"{prefix}bias_hh{suffix}": (UNITS,),
        "fc.weight": (OUTPUTS, UNITS),
        "fc.bias": (OUTPUTS,),
    }
    return {name: (0.3 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}


def evaluated(given, inputs, activation):
    """The documented equation of nn.RNN followed by nn.Linear."""
    w = {name.removeprefix("rnn."): array.astype(np.float64) for name, array in given.items()}
    hidden, outputs = np.zeros(UNITS), []
    for sample in inputs:
        hidden = activation(
            w["weight_ih_l0"] @ sample + w["bias_ih_l0"] + w["weight_hh_l0"] @ hidden + w["bias_hh_l0"]
        )
        outputs.append(w["fc.weight"] @ hidden + w["fc.bias"])
    return np.array(outputs)


@pytest.mark.parametrize(("name", "function"), [("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0.0))])
def test_simulation_is_the_map_of_torch(rng, name, function):
    given, inputs = state(rng), rng.standard_normal((30, INPUTS))
    network = ns.storage.from_torch(given, nonlinearity=name)
    run = ns.simulate(network, duration=30, dt=1.0, scheme="euler", inputs=inputs)
    # thirty steps of a contracting map; the two sum in another order
    assert_allclose(run.outputs[0, 1:], evaluated(given, inputs, function), atol=1e-13)


@pytest.mark.parametrize(("prefix", "suffix"), [("", "_l0"), ("model.core.", "_l0"), ("cell.", "")])
def test_arrays_are_found_under_any_prefix(rng, prefix, suffix):
    given = state(rng, prefix, suffix)
    network = ns.storage.from_torch(given, dtype="float32")
    assert network.dtype == np.float32
    assert_array_equal(network.recurrent.dense(), given[f"{prefix}weight_hh{suffix}"])
    assert_array_equal(network.readout_weights, given["fc.weight"])


def test_biases_and_readout_may_be_missing(rng):
    given = {name: array for name, array in state(rng).items() if "bias" not in name and "fc" not in name}
    network = ns.storage.from_torch(given)
    assert not network.bias.any()
    assert network.output_names == ()
    assert_array_equal(network.initial_state, np.zeros(UNITS))


def test_equation_and_noise_are_stated_in_the_log(rng, caplog):
    with caplog.at_level(logging.INFO, logger="neurosim.storage"):
        ns.storage.from_torch(state(rng))
    (record,) = caplog.records
    for phrase in ("PyTorch nn.RNN", "b_ih + W_hh h + b_hh", "dt=1.0, scheme='euler'", "noise=None"):
        assert phrase in record.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rnn.weight_hh_l1": np.eye(UNITS)}, "'rnn.weight_hh_l1', so the network has several layers"),
        ({"rnn.weight_ih_l0_reverse": np.eye(UNITS)}, "'rnn.weight_ih_l0_reverse'.*two directions"),
        ({"rnn.weight_hr_l0": np.eye(UNITS)}, "'rnn.weight_hr_l0'.*projection"),
        ({"other.weight_hh_l0": np.eye(UNITS)}, "'other.weight_hh_l0' of a second recurrent layer"),
        ({"rnn.weight_hh_l0": np.ones((3 * UNITS, UNITS))}, r"got \(15, 5\), that of a GRU with 5 units"),
        ({"rnn.weight_hh_l0": np.ones((4 * UNITS, UNITS))}, r"got \(20, 5\), that of an LSTM with 5 units"),
        ({"norm.weight": np.ones(UNITS)}, "'norm.weight', which belongs neither to the recurrent layer"),
        ({"rnn.weight_hh_l0": None}, r"state must have 'weight_hh' \(it has: bias_hh, bias_ih, weight_ih\)"),
        ({"rnn.weight_ih_l0": None}, "state must have 'weight_ih' .*add that array"),
        ({"rnn.bias_hh_l0": np.full(UNITS, np.nan)}, r"bias_hh\[0\] must be finite \(got nan\)"),
    ],
)
def test_other_modules_are_refused_by_the_name_of_the_array(rng, changes, message):
    given = {name: array for name, array in {**state(rng), **changes}.items() if array is not None}
    with pytest.raises(ParameterError, match=message):
        ns.storage.from_torch(given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"rnn.weight_hh_l0": np.ones((5, 4))},
            r"weight_hh must have shape \(units, units\) \(got \(5, 4\)\)",
        ),
        ({"rnn.weight_ih_l0": np.ones((4, 2))}, r"weight_ih must have shape \(5, inputs\) \(got \(4, 2\)\)"),
        ({"rnn.bias_ih_l0": np.ones(4)}, r"bias_ih must have shape \(5,\) \(got \(4,\)\)"),
        ({"fc.weight": np.ones((3, 4))}, r"fc\.weight must have shape \(outputs, 5\) \(got \(3, 4\)\)"),
        ({"fc.bias": np.ones(4)}, r"fc\.bias must have shape \(3,\) \(got \(4,\)\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(rng, changes, message):
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_torch({**state(rng), **changes})


def test_bad_arguments_are_named(rng):
    with pytest.raises(
        UnknownNameError, match=r"nonlinearity = 'gelu' is unknown.*Known: relu, retanh, sigmoid"
    ):
        ns.storage.from_torch(state(rng), nonlinearity="gelu")
    with pytest.raises(ParameterError, match=r"model must be a model, a mapping.*got a list.*state_dict\(\)"):
        ns.storage.from_torch([1, 2])


def leaky(rng):
    """State dictionary of the leaky network of Yang and Wang's tutorials."""
    shapes = {
        "rnn.input2h.weight": (UNITS, INPUTS),
        "rnn.input2h.bias": (UNITS,),
        "rnn.h2h.weight": (UNITS, UNITS),
        "rnn.h2h.bias": (UNITS,),
        "fc.weight": (OUTPUTS, UNITS),
        "fc.bias": (OUTPUTS,),
    }
    return {name: 0.3 * rng.standard_normal(shape) for name, shape in shapes.items()}


NN4N_NAMES = {
    "rnn.input2h": "recurrent_layer.input_layer",
    "rnn.h2h": "recurrent_layer.hidden_layer",
    "fc": "readout_layer",
}


def nn4n(rng):
    """The same arrays by the names of nn4n, with a learned start."""
    arrays = {
        f"{NN4N_NAMES[name.rsplit('.', 1)[0]]}.{name.rsplit('.', 1)[1]}": array
        for name, array in leaky(rng).items()
    }
    return {**arrays, "recurrent_layer.hidden_state": rng.standard_normal(UNITS)}


def test_a_leaky_network_steps_as_its_documented_equation(rng):
    w, inputs, alpha = leaky(rng), rng.standard_normal((30, INPUTS)), 0.2
    hidden, outputs = np.zeros(UNITS), []
    for sample in inputs:
        pushed = w["rnn.input2h.weight"] @ sample + w["rnn.input2h.bias"]
        pushed = pushed + w["rnn.h2h.weight"] @ hidden + w["rnn.h2h.bias"]
        hidden = (1.0 - alpha) * hidden + alpha * np.maximum(pushed, 0.0)
        outputs.append(w["fc.weight"] @ hidden + w["fc.bias"])
    network = ns.storage.from_torch(w, nonlinearity="relu", tau=100.0, dt=20.0)
    assert network.stepping == Stepping(dt=20.0)
    run = ns.simulate(network, duration=600.0, dt=20.0, inputs=inputs)
    assert_allclose(
        run.outputs[0, 1:], outputs, atol=1e-13
    )  # sums in another order, thirty contracting steps


def test_a_network_of_nn4n_steps_as_its_documented_equation(rng):
    w, inputs, alpha = nn4n(rng), rng.standard_normal((30, INPUTS)), 0.1
    current, outputs = w["recurrent_layer.hidden_state"], []
    for sample in inputs:
        pushed = w["recurrent_layer.input_layer.weight"] @ sample + w["recurrent_layer.input_layer.bias"]
        pushed = pushed + w["recurrent_layer.hidden_layer.weight"] @ np.tanh(current)
        current = (1.0 - alpha) * current + alpha * (pushed + w["recurrent_layer.hidden_layer.bias"])
        outputs.append(w["readout_layer.weight"] @ np.tanh(current) + w["readout_layer.bias"])
    network = ns.storage.from_torch(w, tau=100.0, dt=10.0)
    run = ns.simulate(network, duration=300.0, dt=10.0, inputs=inputs)
    assert_allclose(run.outputs[0, 1:], outputs, atol=1e-13)


@pytest.mark.parametrize("shape", [(UNITS,), (1, UNITS), (1, 1, UNITS)])
def test_a_learned_initial_state_is_read(rng, shape):
    start = rng.standard_normal(UNITS)
    network = ns.storage.from_torch({**state(rng), "h0": start.reshape(shape)})
    assert_array_equal(network.initial_state, start)


def test_a_map_is_stepped_as_a_map_by_everything_that_runs_it(rng):
    assert ns.storage.from_torch(state(rng)).stepping == Stepping(dt=1.0)


class Recurrent:
    """Stands for nn.RNN: PyTorch itself is not needed to read a model."""

    nonlinearity = "relu"


class Model:
    """Stands for an nn.Module."""

    def __init__(self, arrays):
        self.arrays = arrays

    def state_dict(self):
        return self.arrays

    def modules(self):
        return [self, Recurrent()]


def test_a_model_gives_its_arrays_and_its_nonlinearity(rng):
    arrays = state(rng)
    network = ns.storage.from_torch(Model(arrays))
    assert network.neuron == ns.LeakyRate("relu", tau=1.0)
    assert_array_equal(network.recurrent.dense(), arrays["rnn.weight_hh_l0"].astype(np.float64))
    assert ns.storage.from_torch(Model(arrays), nonlinearity="tanh").neuron == ns.LeakyRate("tanh", tau=1.0)


def test_a_file_is_read_without_running_code_from_it(rng, tmp_path, monkeypatch):
    path, arrays = tmp_path / "model.pt", state(rng)
    path.write_bytes(b"weights")

    def load(given, *, map_location, weights_only):
        assert (given, map_location, weights_only) == (path, "cpu", True)
        return arrays

    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(load=load))
    assert ns.storage.from_torch(path).equals(ns.storage.from_torch(arrays))


def real_model(nonlinearity, dtype="float64"):
    """An nn.RNN with nn.Linear, as users write them."""
    torch = pytest.importorskip("torch")

    class Classifier(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.RNN(INPUTS, UNITS, nonlinearity=nonlinearity, batch_first=True)
            self.fc = torch.nn.Linear(UNITS, OUTPUTS)

        def forward(self, x):
            return self.fc(self.rnn(x)[0])

    torch.manual_seed(0)
    return Classifier().to(getattr(torch, dtype))


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_outputs_of_a_real_model_are_those_of_torch(rng, nonlinearity):
    torch = pytest.importorskip("torch")
    model, inputs = real_model(nonlinearity), rng.standard_normal((4, 30, INPUTS))
    network = ns.storage.from_torch(model)
    assert network.neuron == ns.LeakyRate(nonlinearity, tau=1.0)
    run = ns.simulate(network, duration=30, inputs=inputs, trials=4, initial_state=np.zeros(UNITS))
    # thirty steps of a contracting map; the two sum in another order
    assert_allclose(run.outputs[:, 1:], model(torch.tensor(inputs)).detach(), atol=1e-13)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_a_real_model_its_state_and_its_file_are_the_same_network(tmp_path, dtype):
    torch = pytest.importorskip("torch")
    model = real_model("tanh", dtype)
    torch.save(model.state_dict(), tmp_path / "model.pt")
    network = ns.storage.from_torch(model)
    assert_array_equal(network.recurrent.dense(), model.rnn.weight_hh_l0.detach().double())
    for given in (model.state_dict(), dict(model.named_parameters()), tmp_path / "model.pt"):
        assert ns.storage.from_torch(given).equals(network)


def test_a_real_file_with_a_whole_model_or_a_checkpoint_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    model = real_model("tanh")
    torch.save({"epoch": 3, "model": model.state_dict()}, tmp_path / "checkpoint.pt")
    with pytest.raises(ParameterError, match=r"its part 'model' has; give state\['model'\]"):
        ns.storage.from_torch(tmp_path / "checkpoint.pt")
    torch.save(torch.nn.RNN(INPUTS, UNITS), tmp_path / "whole.pt")
    # nothing of PyTorch's advice to load the file with weights_only=False, which runs code from it
    with pytest.raises(
        StorageError,
        match=r"whole\.pt cannot be read as .*\(UnpicklingError: Weights only load failed\); write",
    ):
        ns.storage.from_torch(tmp_path / "whole.pt")


def test_real_gates_and_layers_are_refused():
    torch = pytest.importorskip("torch")
    for gated, rows in ((torch.nn.GRU, 3 * UNITS), (torch.nn.LSTM, 4 * UNITS)):
        message = rf"weight_hh must have .*\(got \({rows}, {UNITS}\), that of an? {gated.__name__} with {UNITS} units\)"
        with pytest.raises(ParameterError, match=message):
            ns.storage.from_torch(gated(INPUTS, UNITS))
    for settings in ({"num_layers": 2}, {"bidirectional": True}):
        with pytest.raises(ParameterError, match="reads one layer of one direction"):
            ns.storage.from_torch(torch.nn.RNN(INPUTS, UNITS, **settings))


def test_files_that_cannot_be_read_are_named(tmp_path, monkeypatch):
    with pytest.raises(StorageError, match=r"none\.pt not found"):
        ns.storage.from_torch(tmp_path / "none.pt")
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(NeurosimError, match=r"PyTorch is not installed.*model\.state_dict\(\)"):
        ns.storage.from_torch(path)
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace())
    with pytest.raises(StorageError, match=r"model\.pt cannot be read as a state dictionary.*torch\.save"):
        ns.storage.from_torch(str(path))


def test_what_is_there_is_listed_with_the_remedy(rng):
    with pytest.raises(
        ParameterError, match=r"has no recurrent layer \(it has: W, b\).*ns\.storage\.from_arrays"
    ):
        ns.storage.from_torch({"W": np.eye(3), "b": np.ones(3)})
    with pytest.raises(
        ParameterError, match=r"its part 'model_state_dict' has; give state\['model_state_dict'\]"
    ):
        ns.storage.from_torch({"epoch": 3, "model_state_dict": state(rng), "optimizer_state_dict": {}})
    with pytest.raises(ParameterError, match=r"'start', which belongs neither.*replace\(initial_state="):
        ns.storage.from_torch({**state(rng), "start": np.ones(UNITS)})
    with pytest.raises(
        ParameterError, match=r"several initial states, h0, hidden_state; leave all but one out"
    ):
        ns.storage.from_torch({**state(rng), "h0": np.ones(UNITS), "hidden_state": np.ones(UNITS)})
    with pytest.raises(ShapeError, match=r"h0 must have shape \(5,\) \(got \(2, 5\)\)"):
        ns.storage.from_torch({**state(rng), "h0": np.ones((2, UNITS))})
    with pytest.raises(ParameterError, match=r"tau must equal dt for nn\.RNN.*tau = 100, dt = 20"):
        ns.storage.from_torch(state(rng), tau=100.0, dt=20.0)
    with pytest.raises(UnknownNameError, match=r"nonlinearity = 'sigmoid' is unknown.*Known: relu, tanh"):
        ns.storage.from_torch(state(rng), nonlinearity="sigmoid")
    with pytest.raises(ParameterError, match=r"h2h\.weight must have .*\(got \(20, 5\), that of an LSTM"):
        ns.storage.from_torch({**leaky(rng), "rnn.h2h.weight": np.ones((4 * UNITS, UNITS))})
