"""Which connections exist: the same whatever the storage, and kept by everything that changes weights."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse

import neurosim as ns
from neurosim.connectivity import Operator, RowBalanced, Sparse
from neurosim.connectivity.sparse import DENSE_ABOVE
from neurosim.errors import ParameterError, ShapeError
from neurosim.parameters import parameters_of, with_parameters

SIZE = 30
WEIGHTS = np.random.default_rng(0).standard_normal((SIZE, SIZE))
EXISTS = np.random.default_rng(1).random((SIZE, SIZE)) < 0.3
OTHER = np.random.default_rng(2).random((SIZE, SIZE)) < 0.2


def operator(exists, storage, weights=WEIGHTS):
    """Operator with connections at some places, in either storage."""
    if storage == "dense":
        return Operator(weights * exists, pattern=exists)
    rows, columns = np.nonzero(exists)
    return Operator(sparse.csr_array((weights[exists], (rows, columns)), shape=exists.shape))


def places(found):
    """Matrix of bool, from the sources of each unit."""
    matrix = np.zeros(found.shape, bool)
    for unit in range(found.size):
        matrix[unit, found.sources(unit)] = True
    return matrix


storages = pytest.mark.parametrize("storage", ["dense", "sparse"])


@storages
def test_sources_and_their_number_are_those_that_were_declared(storage):
    found = operator(EXISTS, storage)
    assert_array_equal(places(found), EXISTS)
    assert found.connections == EXISTS.sum()
    assert f"{EXISTS.sum()} weights" in repr(found)


@storages
def test_a_connection_of_weight_zero_exists(storage):
    found = operator(EXISTS, storage, weights=np.zeros_like(WEIGHTS))
    assert_array_equal(places(found), EXISTS)


@storages
@pytest.mark.parametrize("change", [lambda w: w * 0.0, lambda w: -1.5 * w, lambda w: w.astype("float32")])
def test_products_with_numbers_and_other_precisions_keep_the_connections(storage, change):
    assert_array_equal(places(change(operator(EXISTS, storage))), EXISTS)


@storages
def test_the_transpose_has_the_transposed_connections(storage):
    assert_array_equal(places(operator(EXISTS, storage).T), EXISTS.T)


@storages
@pytest.mark.parametrize("second", ["dense", "sparse"])
def test_a_sum_has_the_connections_of_both_terms(storage, second):
    found = operator(EXISTS, storage) + operator(OTHER, second)
    assert_array_equal(places(found), EXISTS | OTHER)
    assert_array_equal(found.dense(), WEIGHTS * EXISTS + WEIGHTS * OTHER)


@storages
@pytest.mark.parametrize("second", ["dense", "sparse"])
def test_connections_whose_weights_cancel_exist(storage, second):
    found = operator(EXISTS, storage) + operator(EXISTS, second, -WEIGHTS)
    assert not found.dense().any()
    assert_array_equal(places(found), EXISTS)


@storages
def test_a_sum_with_a_full_matrix_has_all_connections_and_one_with_low_rank_those_of_the_base(storage):
    assert places(operator(EXISTS, storage) + Operator(WEIGHTS)).all()
    column = np.ones((SIZE, 1))
    assert_array_equal(places(operator(EXISTS, storage) + Operator(left=column, right=column)), EXISTS)


def test_operators_with_other_connections_are_not_equal():
    assert operator(EXISTS, "dense") == operator(EXISTS, "dense")
    assert operator(EXISTS, "dense") != Operator(WEIGHTS * EXISTS)
    assert Operator(WEIGHTS, pattern=np.ones_like(EXISTS)) == Operator(WEIGHTS)


@storages
def test_other_weights_keep_the_connections(storage):
    start = operator(EXISTS, storage)
    weights = 2.0 * (start.base if storage == "dense" else start.base.data)
    found = start.with_weights(weights)
    assert_array_equal(places(found), EXISTS)
    assert_array_equal(found.dense(), 2.0 * start.dense())


@pytest.mark.parametrize("density", [0.5 * DENSE_ABOVE, DENSE_ABOVE, DENSE_ABOVE + 0.01, 0.5])
def test_declared_density_is_that_of_the_connections_in_either_storage(density):
    size = 200
    found = Sparse(density=density, gain=1.6, self_connections=False).build(size, np.random.default_rng(0))
    spread = np.sqrt(density * (1.0 - density) / size**2)
    # five standard deviations of a binomial share; no autapses leave out 1 / size of the pairs
    assert abs(found.connections / size**2 - density * (1.0 - 1.0 / size)) < 5.0 * spread
    assert not np.diag(places(found)).any()
    assert_array_equal(places(found), found.dense() != 0.0)  # normal numbers are never 0


def test_gaussian_without_self_connections_has_all_others():
    found = ns.Gaussian(self_connections=False).build(SIZE, np.random.default_rng(0))
    assert_array_equal(places(found), ~np.eye(SIZE, dtype=bool))


def test_balancing_a_matrix_with_missing_connections_does_not_depend_on_its_storage():
    balanced = RowBalanced(Sparse(density=DENSE_ABOVE + 0.05)).build(SIZE, np.random.default_rng(0))
    plain = Sparse(density=DENSE_ABOVE + 0.05).build(SIZE, np.random.default_rng(0))
    assert_array_equal(places(balanced), places(plain))
    assert np.abs(balanced @ np.ones(SIZE)).max() < 1e-14 * SIZE
    np.testing.assert_allclose(balanced.dense(), plain.dense() - plain.dense().mean(1)[:, None], atol=1e-15)


def network(storage):
    return ns.Network(ns.LeakyRate("tanh"), operator(EXISTS, storage), SIZE, inputs=1, outputs=1, rng=0)


@storages
def test_connections_survive_saving_loading_arrays_and_matlab(storage, tmp_path):
    start = network(storage)
    start = start.replace(recurrent=start.recurrent * 0.0)  # the hardest case: no weight tells where they are
    start.save(tmp_path / "network.npz")
    ns.storage.to_matlab(start, tmp_path / "network.mat")
    arrays = ns.storage.to_arrays(start)
    copies = [
        ns.load(tmp_path / "network.npz"),
        ns.storage.from_matlab(tmp_path / "network.mat"),
        ns.storage.from_arrays(arrays, start.neuron),
        start.replace(bias=np.ones(SIZE)),
        start.astype("float32").astype("float64"),
    ]
    for copy in copies:
        assert_array_equal(places(copy.recurrent), EXISTS)
        assert copy.recurrent == start.recurrent


@storages
def test_changed_parameters_keep_the_connections(storage):
    start = network(storage)
    changed = with_parameters(start, {"recurrent": 3.0 * parameters_of(start)["recurrent"]})
    assert_array_equal(places(changed.recurrent), EXISTS)


def test_a_mask_of_psychrnn_is_the_pattern():
    weights = {"W_rec": WEIGHTS, "rec_connectivity": EXISTS.astype(float)}
    assert_array_equal(places(ns.storage.from_psychrnn(weights, tau=100.0).recurrent), EXISTS)


def test_impossible_patterns_are_refused_with_the_remedy():
    with pytest.raises(
        ParameterError, match=r"base\[\d+, \d+\] must be 0, since pattern has no connection there"
    ):
        Operator(WEIGHTS, pattern=EXISTS)
    with pytest.raises(ShapeError, match=r"pattern must be an array of 0 and 1 of shape \(30, 30\)"):
        Operator(WEIGHTS, pattern=EXISTS[:2])
    with pytest.raises(ShapeError, match=r"values from 0 to 2\); try pattern=\(base != 0\)"):
        Operator(WEIGHTS, pattern=2 * EXISTS)
    with pytest.raises(ParameterError, match="pattern must be left out unless base is dense"):
        Operator(sparse.csr_array(WEIGHTS), pattern=EXISTS)
