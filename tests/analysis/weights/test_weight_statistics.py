"""Moments of weights against scipy and closed forms; changes of weights that were made by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse, stats

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError


def test_moments_are_those_of_scipy(rng):
    weights = rng.gamma(2.0, size=(40, 40))
    found = ns.analysis.weight_moments(ns.Operator(weights))
    flat = weights.ravel()
    assert found.mean == pytest.approx(flat.mean())
    assert found.standard_deviation == pytest.approx(flat.std())
    assert found.skewness == pytest.approx(stats.skew(flat))
    assert found.kurtosis == pytest.approx(stats.kurtosis(flat))
    assert found.count == 1600


def test_gaussian_weights_agree_with_their_declaration_within_the_standard_errors():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 200, rng=3)
    found = ns.analysis.weight_moments(network)
    expected = {"mean": 0.0, "standard_deviation": 1.5 / np.sqrt(200), "skewness": 0.0, "kurtosis": 0.0}
    for name, value in expected.items():
        assert abs(getattr(found, name) - value) < 4 * found.standard_errors[name]


def test_standard_errors_are_the_scatter_of_samples(rng):
    samples = rng.standard_normal((2000, 100))
    found = ns.analysis.weight_moments(ns.Operator(samples[0].reshape(10, 10)))
    scatter = {
        "skewness": stats.skew(samples, axis=1).std(),
        "kurtosis": stats.kurtosis(samples, axis=1).std(),
    }
    for name, value in scatter.items():
        # leading order in 1 / count; kurtosis is 4 % below at 100
        assert found.standard_errors[name] == pytest.approx(value, rel=0.12)


def test_only_weights_that_exist_count_in_sparse_networks():
    matrix = sparse.csr_array(np.array([[0.0, 2.0, 0.0], [4.0, 0.0, 0.0], [0.0, 0.0, 6.0]]))
    found = ns.analysis.weight_moments(ns.Operator(matrix))
    assert (found.count, found.mean) == (3, 4.0)
    assert found.standard_deviation == pytest.approx(np.sqrt(8 / 3))


@pytest.mark.parametrize(
    "operator",
    [ns.Operator(np.full((3, 3), 0.1)), ns.Operator(sparse.csr_array((3, 3)))],
    ids=["equal", "none"],
)
def test_weights_that_do_not_differ_have_no_shape(operator):
    with pytest.raises(ParameterError, match="weights, all equal to 0"):
        ns.analysis.weight_moments(operator)


@pytest.fixture
def before():
    return ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 30, inputs=2, outputs=1, rng=0)


def changed(network, matrix):
    return network.replace(recurrent=ns.Operator(network.recurrent.dense() + matrix))


def test_a_change_of_known_singular_values_and_vectors(before, rng):
    left, right = (np.linalg.qr(rng.standard_normal((30, 3)))[0] for _ in range(2))
    values = np.array([0.4, 0.2, 0.1])
    found = ns.analysis.weight_change(before, changed(before, (left * values) @ right.T))
    assert_allclose(found.singular_values, values, rtol=1e-12)
    assert_allclose(np.abs((found.left * left).sum(axis=0)), 1.0, rtol=1e-10)
    assert_allclose(np.abs((found.right * right).sum(axis=0)), 1.0, rtol=1e-10)
    assert found.participation_ratio == pytest.approx(0.21**2 / (0.4**4 + 0.2**4 + 0.1**4))
    assert_allclose(found.shares, np.cumsum(values**2) / 0.21)
    assert found.relative == pytest.approx(np.sqrt(0.21) / before.recurrent.frobenius())
    assert_allclose(found.truncate(2), (left[:, :2] * values[:2]) @ right[:, :2].T, atol=1e-13)


def test_overlaps_find_a_change_that_reads_the_readout_and_writes_to_the_input(before):
    change = np.outer(before.input_weights[:, 0], before.readout_weights[0])
    found = ns.analysis.weight_change(before, changed(before, change))
    assert found.overlaps["left in input"] == pytest.approx([1.0])
    assert found.overlaps["right in readout"] == pytest.approx([1.0])
    # squared cosines of two vectors, and of a vector and a plane
    inputs, readout = before.input_weights, before.readout_weights[0] / np.linalg.norm(before.readout_weights)
    along = inputs[:, 0] / np.linalg.norm(inputs[:, 0])
    assert found.overlaps["left in readout"] == pytest.approx([(along @ readout) ** 2])
    fitted = inputs @ np.linalg.lstsq(inputs, readout, rcond=None)[0]
    assert found.overlaps["right in input"] == pytest.approx([fitted @ fitted])
    assert found.chance == {"input": pytest.approx(2 / 30), "readout": pytest.approx(1 / 30)}


def test_random_changes_overlap_by_chance(before, rng):
    shares = [
        ns.analysis.weight_change(before, changed(before, rng.standard_normal((30, 30)))).overlaps[
            "left in input"
        ]
        for _ in range(20)
    ]
    # the shares of all 30 vectors sum to the dimension of the span
    assert_allclose(np.sum(shares, axis=1), 2.0, rtol=1e-9)
    first = np.array(shares)[:, 0]
    scatter = np.sqrt(2 * 2) / 30
    assert first.mean() == pytest.approx(2 / 30, abs=4 * scatter / np.sqrt(20))


def test_networks_without_channels_overlap_with_nothing():
    before = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 8, rng=0)
    found = ns.analysis.weight_change(before, changed(before, np.eye(8)))
    assert all((share == 0.0).all() for share in found.overlaps.values())
    assert found.chance == {"input": 0.0, "readout": 0.0}


def test_a_change_of_nothing_is_refused(before):
    with pytest.raises(
        ParameterError, match=r"after must differ from before in its recurrent weights \(got the same ones\)"
    ):
        ns.analysis.weight_change(before, before)


def test_networks_of_other_sizes_are_refused(before):
    other = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 31, rng=0)
    with pytest.raises(ShapeError, match=r"after must have 30 units, as before \(got 31\)"):
        ns.analysis.weight_change(before, other)
