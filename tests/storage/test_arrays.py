"""Networks as plain arrays, and back, bit for bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

import neurosim as ns
from neurosim.connectivity import GaussianLowRank, LowRank
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

SIZE = 12

NETWORKS = {
    "dense": ns.Gaussian(gain=1.5),
    "sparse": ns.Explicit(csr_array(np.triu(np.arange(1.0, SIZE**2 + 1.0).reshape(SIZE, SIZE), 2) / 7.0)),
    "low rank": GaussianLowRank(rank=2),
    "dense and low rank": ns.Gaussian(gain=1.5) + ns.Coherent(strength=0.5),
}


def network(connectivity, **keywords):
    drawn = ns.Network(
        ns.LeakyRate("tanh", tau=2.0),
        connectivity,
        size=SIZE,
        inputs=["left", "right"],
        outputs=3,
        rng=4,
        **keywords,
    )
    return drawn.replace(bias=np.linspace(-1.0, 1.0, SIZE), initial_state=np.linspace(0.0, 0.3, SIZE))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_there_and_back_is_exact(name, dtype):
    before = network(NETWORKS[name], dtype=dtype)
    after = ns.storage.from_arrays(ns.storage.to_arrays(before), before.neuron, inputs=["left", "right"])
    assert after.equals(before)
    assert after.dtype == before.dtype
    assert after.input_names == ("left", "right")


def test_recurrent_is_the_whole_matrix_or_absent():
    dense = ns.storage.to_arrays(network(NETWORKS["dense"]))
    assert_array_equal(dense["recurrent"], network(NETWORKS["dense"]).recurrent.dense())
    both = ns.storage.to_arrays(network(NETWORKS["dense and low rank"]))
    assert "recurrent" not in both
    product = both["recurrent_base"] + both["recurrent_left"] @ both["recurrent_right"].T
    assert_array_equal(product, network(NETWORKS["dense and low rank"]).recurrent.dense())
    assert isinstance(ns.storage.to_arrays(network(NETWORKS["sparse"]))["recurrent"], csr_array)


def test_arrays_survive_numpy_files(tmp_path):
    before = network(NETWORKS["dense"])
    np.savez(tmp_path / "arrays.npz", **ns.storage.to_arrays(before))
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as arrays:
        assert ns.storage.from_arrays(arrays, before.neuron).equals(before)


def test_only_recurrent_weights_are_needed():
    weights = [[0.0, 1.0], [-1.0, 0.0]]
    after = ns.storage.from_arrays({"recurrent": weights, "bias": None}, ns.LeakyCurrent("relu"))
    assert_array_equal(after.recurrent.dense(), weights)
    assert (after.input_names, after.output_names, after.initial_state) == ((), (), None)
    assert not after.bias.any()


def test_the_network_has_arrays_of_its_own():
    weights = np.eye(3)
    after = ns.storage.from_arrays({"recurrent": weights}, ns.LeakyCurrent("tanh"))
    weights[0, 0] = 7.0
    assert after.recurrent.dense()[0, 0] == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recurrent": np.ones((3, 4))}, r"recurrent must have shape \(units, units\) \(got \(3, 4\)\)"),
        (
            {"input_weights": np.ones((4, 3))},
            r"input_weights must have shape \(3, inputs\) \(got \(4, 3\)\).*3 units",
        ),
        ({"bias": np.ones((3, 1))}, r"bias must have shape \(3,\) \(got \(3, 1\)\)"),
        (
            {"readout_weights": np.ones((3, 2))},
            r"readout_weights must have shape \(outputs, 3\) \(got \(3, 2\)\)",
        ),
        ({"readout_bias": np.ones(2)}, r"readout_bias must have shape \(0,\) \(got \(2,\)\)"),
        ({"initial_state": np.ones(4)}, r"state must have shape \(3,\) for a LeakyCurrent \(got \(4,\)\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(changes, message):
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_arrays({"recurrent": np.eye(3), **changes}, ns.LeakyCurrent("tanh"))


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ({"bias": np.ones(3)}, ParameterError, r"arrays must have 'recurrent' \(it has: bias\)"),
        ({}, ParameterError, r"arrays must have 'recurrent' \(it has: nothing\)"),
        (
            {"recurrent": np.eye(3), "biases": 1.0},
            UnknownNameError,
            "unknown array 'biases'. Did you mean 'bias'",
        ),
        (
            {"recurrent": np.full((3, 3), np.inf)},
            ParameterError,
            r"recurrent\[0, 0\] must be finite \(got inf\)",
        ),
        ({"recurrent": "text"}, ParameterError, "recurrent must be an array of numbers"),
        (
            {"recurrent": np.eye(3), "recurrent_left": np.ones((3, 1)), "recurrent_right": np.ones((3, 1))},
            ParameterError,
            "arrays must have recurrent or its parts",
        ),
        ([np.eye(3)], ParameterError, r"arrays must be a mapping of names to arrays \(got a list\)"),
    ],
)
def test_other_arrays_are_refused(arrays, error, message):
    with pytest.raises(error, match=message):
        ns.storage.from_arrays(arrays, ns.LeakyCurrent("tanh"))


def test_names_of_channels_must_be_as_many():
    arrays = {"recurrent": np.eye(3), "input_weights": np.ones((3, 2))}
    with pytest.raises(ShapeError, match=r"inputs must be a list of 2 names.* \(got \['a'\]\)"):
        ns.storage.from_arrays(arrays, ns.LeakyCurrent("tanh"), inputs=["a"])
    with pytest.raises(ShapeError, match=r"outputs must be a list of 0 names.* \(got 'ab'\)"):
        ns.storage.from_arrays(arrays, ns.LeakyCurrent("tanh"), outputs="ab")


def test_low_rank_networks_are_never_multiplied_out():
    size = 300_000
    column = np.ones((size, 1))
    before = ns.Network(ns.LeakyCurrent("tanh"), LowRank(left=column, right=column / size), size=size, rng=0)
    arrays = ns.storage.to_arrays(before)
    assert {name for name in arrays if name.startswith("recurrent")} == {"recurrent_left", "recurrent_right"}
    assert ns.storage.from_arrays(arrays, before.neuron).equals(before)


NARROW = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f8", "g", ">f8", ">i4"]


@pytest.mark.parametrize("kind", NARROW)
def test_every_type_but_float32_becomes_float64(kind):
    """A third is not a float32: an integer matrix must not make its bias one."""
    weights, bias = np.eye(3, dtype=kind), np.full(3, 1.0 / 3.0)
    unit = ns.LeakyCurrent("tanh")
    made = [
        ns.storage.from_arrays({"recurrent": weights, "bias": bias}, unit),
        ns.Network(unit, ns.Explicit(weights), 3).replace(bias=bias),
        ns.Network(unit, ns.connectivity.Operator(weights), 3).replace(bias=bias),
        ns.storage.from_psychrnn({"W_rec": weights, "b_rec": bias}, tau=1.0),
        ns.storage.from_pycog({"Wrec": weights, "brec": bias}, tau=1.0),
        ns.storage.from_torch({"weight_hh_l0": weights, "weight_ih_l0": np.ones((3, 1)), "bias_hh_l0": bias}),
    ]
    for network in made:
        assert network.dtype == np.float64
        assert network.bias[0] == 1.0 / 3.0
        assert network.recurrent.dense().tolist() == np.eye(3).tolist()


# the others are not types of SciPy
@pytest.mark.parametrize("kind", [kind for kind in NARROW if kind not in ("f2", "g", ">f8", ">i4")])
def test_sparse_weights_of_every_type_but_float32_become_float64(kind):
    weights = csr_array(np.eye(3, dtype=kind))
    assert ns.connectivity.Operator(weights).dtype == np.float64
    assert ns.storage.from_arrays({"recurrent": weights}, ns.LeakyCurrent("tanh")).dtype == np.float64


def test_an_operator_is_float32_only_if_all_its_parts_are():
    single, double = np.ones((3, 1), np.float32), np.ones((3, 1))
    assert ns.connectivity.Operator(left=single, right=single).dtype == np.float32
    assert ns.connectivity.Operator(left=single, right=double).dtype == np.float64
    wide = ns.connectivity.Operator(np.eye(3, dtype=np.float32)) + ns.connectivity.Operator(np.eye(3))
    assert wide.dtype == np.float64


def test_the_precision_of_a_network_is_that_of_its_recurrent_weights():
    arrays = {"recurrent": np.eye(3, dtype=np.float32), "bias": np.full(3, 1.0 / 3.0)}
    network = ns.storage.from_arrays(arrays, ns.LeakyCurrent("tanh"))
    assert network.dtype == network.bias.dtype == np.float32
    assert network.replace(recurrent=ns.connectivity.Operator(np.eye(3))).bias.dtype == np.float64
