"""MATLAB files: what MATLAB finds in them, what comes back, and anybody's weights."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.io import loadmat, savemat
from scipy.sparse import csr_array, issparse

import neurosim as ns
from neurosim.connectivity import GaussianLowRank
from neurosim.errors import ParameterError, ShapeError, StorageError, UnknownNameError, UnreadArrayWarning
from neurosim.neurons import ThresholdPowerLaw
from neurosim.stepping import Stepping

# of SciPy 1.18, where these tests read files themselves
pytestmark = pytest.mark.filterwarnings("ignore:The default value for .spmatrix.:DeprecationWarning")

SIZE = 6

CONNECTIVITIES = {
    "dense": ns.Gaussian(gain=1.5),
    "sparse": ns.Explicit(csr_array(np.triu(np.arange(1.0, SIZE**2 + 1.0).reshape(SIZE, SIZE), 2) / 7.0)),
    "low rank": GaussianLowRank(rank=2),
    "dense and low rank": ns.Gaussian(gain=1.5) + ns.Coherent(strength=0.5),
}
NEURONS = {
    "plain": ns.LeakyCurrent("tanh", tau=10.0),
    "one tau for each unit": ns.LeakyRate("softplus", tau=np.linspace(1.0, 2.0, SIZE)),
    "declared activation": ns.LeakyCurrent(ThresholdPowerLaw(gain=np.linspace(0.1, 0.3, SIZE), exponent=2.0)),
    "several variables": ns.Adaptive(),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CONNECTIVITIES)
def test_weights_come_back_bit_for_bit(tmp_path, name, dtype):
    before = ns.Network(
        ns.LeakyRate("tanh"),
        CONNECTIVITIES[name],
        size=SIZE,
        inputs=["links", "rechts θ"],
        outputs=3,
        readout="softmax",
        dtype=dtype,
        rng=2,
    ).replace(bias=np.linspace(-1.0, 1.0, SIZE))
    ns.storage.to_matlab(before, tmp_path / "network.mat")
    after = ns.storage.from_matlab(tmp_path / "network.mat")
    assert after.equals(before)
    assert issparse(loadmat(tmp_path / "network.mat").get("recurrent")) == (name == "sparse")
    assert (after.dtype, after.readout) == (before.dtype, "softmax")
    assert (after.input_names, after.output_names) == (before.input_names, before.output_names)


@pytest.mark.parametrize("name", NEURONS)
def test_neurons_and_states_come_back(tmp_path, name):
    neuron = NEURONS[name]
    variables = len(neuron.variables())
    start = np.linspace(0.0, 1.0, SIZE * variables).reshape((SIZE, variables) if variables > 1 else SIZE)
    before = ns.Network(neuron, ns.Gaussian(), size=SIZE, rng=2).replace(initial_state=start)
    ns.storage.to_matlab(before, tmp_path / "network.mat")
    assert ns.storage.from_matlab(tmp_path / "network.mat").equals(before)


def test_what_matlab_finds(tmp_path):
    before = ns.Network(
        ns.LeakyCurrent("tanh", tau=10.0), ns.Gaussian(), size=SIZE, inputs=["go", "stop"], outputs=1, rng=2
    )
    ns.storage.to_matlab(before, tmp_path / "network.mat")
    found = loadmat(tmp_path / "network.mat")
    assert_array_equal(found["recurrent"], before.recurrent.dense())
    assert_array_equal(found["input_weights"], before.input_weights)
    assert not issparse(found["recurrent"])
    assert found["bias"].shape == (SIZE, 1)
    assert [str(cell[0]) for cell in found["input_names"].ravel()] == ["go", "stop"]
    neuron = json.loads(str(found["neuron"][0]))["declaration"]
    assert (neuron["name"], neuron["fields"]) == ("LeakyCurrent", {"activation": "tanh", "tau": 10.0})


def test_weights_of_anybody_are_read(tmp_path):
    weights, inputs = np.arange(9.0).reshape(3, 3), np.ones((3, 2))
    savemat(
        tmp_path / "j.mat", {"J": weights, "B": inputs, "bias": np.array([[1, 2, 3]]), "readout": np.eye(3)}
    )
    names = {"recurrent": "J", "input_weights": "B", "readout_weights": "readout"}
    network = ns.storage.from_matlab(tmp_path / "j.mat", ns.LeakyCurrent("tanh"), names=names)
    assert_array_equal(network.recurrent.dense(), weights)
    assert_array_equal(network.input_weights, inputs)
    assert_array_equal(network.readout_weights, np.eye(3))
    assert_array_equal(network.bias, [1.0, 2.0, 3.0])
    assert network.readout == "linear"


def test_another_neuron_may_be_given(tmp_path):
    before = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), size=SIZE, rng=2)
    ns.storage.to_matlab(before, tmp_path / "network.mat")
    after = ns.storage.from_matlab(tmp_path / "network.mat", ns.LeakyRate("relu"))
    assert after.equals(before.replace(neuron=ns.LeakyRate("relu")))


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path):
    before = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), size=SIZE, rng=2)
    path = tmp_path / "network.mat"
    ns.storage.to_matlab(before, path)
    held = path.read_bytes()
    with pytest.raises(StorageError, match=r"activation = .* is a function, which cannot be stored"):
        ns.storage.to_matlab(before.replace(neuron=ns.LeakyCurrent(np.tanh)), path)
    assert path.read_bytes() == held
    with pytest.raises(StorageError, match=r"cannot be written .*; make the folder first"):
        ns.storage.to_matlab(before, tmp_path / "nowhere" / "network.mat")
    assert [file.name for file in tmp_path.iterdir()] == ["network.mat"]


def test_files_without_what_is_needed_are_refused(tmp_path):
    path = tmp_path / "j.mat"
    savemat(path, {"J": np.eye(3), "neuron": 3.0})
    unit = ns.LeakyCurrent("tanh")
    with pytest.raises(StorageError, match=r"has no variable 'W' for recurrent; it has: J, neuron"):
        ns.storage.from_matlab(path, unit, names={"recurrent": "W"})
    with pytest.raises(ParameterError, match=r"neuron must be given, since .*j\.mat has none"):
        ns.storage.from_matlab(path, names={"recurrent": "J"})
    with pytest.raises(StorageError, match="must have a variable 'recurrent'"):
        ns.storage.from_matlab(path, unit)
    with pytest.raises(
        UnknownNameError, match=r"names has an unknown array 'recurent'\. Did you mean 'recurrent'"
    ):
        ns.storage.from_matlab(path, unit, names={"recurent": "J"})
    savemat(path, {"recurrent": np.ones((3, 4))})
    with pytest.raises(ShapeError, match=r"recurrent must have shape \(units, units\) \(got \(3, 4\)\)"):
        ns.storage.from_matlab(path, unit)
    savemat(path, {"recurrent": np.eye(3), "neuron": "LIF"})
    with pytest.raises(
        StorageError, match=r"a variable 'neuron' that to_matlab did not write.*give the neuron"
    ):
        ns.storage.from_matlab(path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(StorageError, match=r"none\.mat not found"):
        ns.storage.from_matlab(tmp_path / "none.mat")
    (tmp_path / "text.mat").write_text("no matrix at all, but long enough to be looked at " * 9)
    with pytest.raises(StorageError, match="cannot be read as a MATLAB file"):
        ns.storage.from_matlab(tmp_path / "text.mat")
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "new.mat").write_bytes(header + bytes(400))
    with pytest.raises(StorageError, match=r"version 7\.3; write it again in MATLAB: save\('.*', '-v7'\)"):
        ns.storage.from_matlab(tmp_path / "new.mat")


def test_a_missing_plugin_is_named(tmp_path):
    @dataclass(frozen=True)
    class Vanishing(ns.Neuron):
        tau: float = 1.0

        def drift(self, x, u):
            return (-x + u) / self.tau

        def rate(self, x):
            return np.tanh(x)

    ns.storage.to_matlab(ns.Network(Vanishing(), ns.Gaussian(), size=SIZE, rng=0), tmp_path / "network.mat")
    variables = loadmat(tmp_path / "network.mat")
    text = str(variables["neuron"][0]).replace("Vanishing", "Vanished")
    savemat(tmp_path / "network.mat", {"recurrent": np.eye(3), "neuron": text})
    with pytest.raises(StorageError, match="needs the neuron 'Vanished'"):
        ns.storage.from_matlab(tmp_path / "network.mat")


def test_stepping_is_written_and_read(tmp_path):
    stepping = Stepping(dt=20.0, noise=ns.WhiteNoise(density=0.5, target="input"))
    network = ns.Network(ns.LeakyRate("tanh", tau=100.0), ns.Gaussian(), 4, stepping=stepping, rng=0)
    ns.storage.to_matlab(network, tmp_path / "network.mat")
    assert ns.storage.from_matlab(tmp_path / "network.mat").equals(network)


def test_a_variable_with_nearly_the_name_of_an_array_is_not_dropped(tmp_path):
    path, unit = tmp_path / "weights.mat", ns.LeakyCurrent("tanh")
    savemat(path, {"recurrent": np.eye(3), "Bias": np.ones((3, 1))})
    with pytest.raises(UnknownNameError, match=r"variable 'Bias', which is not read\. Did you mean 'bias'\?"):
        ns.storage.from_matlab(path, unit)
    assert ns.storage.from_matlab(path, unit, names={"bias": "Bias"}).bias.tolist() == [1.0, 1.0, 1.0]
    savemat(path, {"recurrent": np.eye(3), "inputweights": np.ones((3, 2))})
    with pytest.raises(UnknownNameError, match=r"Did you mean 'input_weights'\?"):
        ns.storage.from_matlab(path, unit)


def test_other_variables_that_are_not_read_are_listed_in_a_warning(tmp_path):
    path = tmp_path / "weights.mat"
    savemat(path, {"J": np.eye(3), "B": np.ones((3, 1)), "comment": "mine"})
    with pytest.warns(
        UnreadArrayWarning, match=r"variables that are not read: B, comment; name those"
    ) as caught:
        ns.storage.from_matlab(path, ns.LeakyCurrent("tanh"), names={"recurrent": "J"})
    assert caught[0].filename == __file__


def test_weights_in_a_struct_are_named_with_their_dot(tmp_path):
    """The remedy in the message works as it is."""
    path, unit = tmp_path / "weights.mat", ns.LeakyCurrent("tanh")
    savemat(path, {"dt": 0.1, "model": {"tau": 10.0, "J": 2.0 * np.eye(3), "b": np.ones(3)}})
    remedy = r'has: dt, model \(a struct of model\.tau, model\.J, model\.b\)\); .*names=\{"recurrent": "model\.J"\}'
    with pytest.raises(StorageError, match=remedy):
        ns.storage.from_matlab(path, unit)
    with pytest.warns(UnreadArrayWarning, match="dt"):
        found = ns.storage.from_matlab(path, unit, names={"recurrent": "model.J", "bias": "model.b"})
    np.testing.assert_array_equal(found.recurrent.dense(), 2.0 * np.eye(3))


def test_a_file_without_recurrent_weights_lists_what_it_has_and_the_remedy(tmp_path):
    path, unit = tmp_path / "weights.mat", ns.LeakyCurrent("tanh")
    savemat(path, {"J": np.eye(3), "x": np.ones((3, 1))})
    with pytest.raises(
        StorageError, match=r"must have .*'recurrent' \(it has: J, x\).*names=\{\"recurrent\": \"J\"\}"
    ):
        ns.storage.from_matlab(path, unit)


def test_fields_of_a_struct_are_named_with_a_dot(tmp_path):
    path, unit = tmp_path / "weights.mat", ns.LeakyCurrent("tanh")
    savemat(path, {"net": {"J": np.diag([1.0, 2.0]), "B": np.array([[3.0], [4.0]])}})
    with pytest.raises(StorageError, match=r"it has: net \(a struct of net\.J, net\.B\)"):
        ns.storage.from_matlab(path, unit)
    found = ns.storage.from_matlab(path, unit, names={"recurrent": "net.J", "input_weights": "net.B"})
    assert found.recurrent.dense().tolist() == [[1.0, 0.0], [0.0, 2.0]]
    assert found.input_weights.tolist() == [[3.0], [4.0]]
    with pytest.raises(StorageError, match=r"has no variable 'net\.W' for recurrent; it has: net \(a struct"):
        ns.storage.from_matlab(path, unit, names={"recurrent": "net.W"})
