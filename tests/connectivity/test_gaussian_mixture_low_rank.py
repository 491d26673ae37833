"""Low-rank weights of populations: one population is GaussianLowRank, statistics, eigenvalues, and bad input."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.connectivity import GaussianLowRank, GaussianMixtureLowRank
from neurosim.connectivity.gaussian_mixture_low_rank import triangular_root
from neurosim.errors import ParameterError, ShapeError

TWO = {
    "weights": [0.25, 0.75],
    "means": [[0.5, 1.0, -1.0], [-0.2, 0.0, 2.0]],
    "covariances": [
        [[1.0, 0.6, 0.0], [0.6, 2.0, -0.5], [0.0, -0.5, 1.0]],
        [[2.0, -1.0, 0.3], [-1.0, 1.0, 0.0], [0.3, 0.0, 0.5]],
    ],
}


def test_one_population_is_gaussian_low_rank_of_the_same_seed():
    plain = GaussianLowRank(mean_left=1.1, mean_right=2.0, std_left=0.7, std_right=1.3, overlap=0.5)
    mixture = GaussianMixtureLowRank([1.0], [[1.1, 2.0]], [[[0.49, 0.5], [0.5, 1.69]]])
    first, second = (each.build(200, np.random.default_rng(3)) for each in (plain, mixture))
    assert_allclose(second.dense(), first.dense(), rtol=1e-10, atol=1e-12)


def test_units_have_the_shares_means_and_covariances_of_their_populations():
    # far apart, so that every unit is known to be of the population of the nearest mean
    apart = np.array(TWO["means"]) + np.array([[-50.0], [50.0]])
    size = 200_000
    values = GaussianMixtureLowRank(TWO["weights"], apart, TWO["covariances"]).loadings(
        size, np.random.default_rng(0)
    )
    member = (values[:, 0] > 0.0).astype(int)
    # four standard deviations of a share, sqrt(.25 .75 / size), of a mean and of a covariance
    assert_allclose(member.mean(), 0.75, atol=4.0 * np.sqrt(0.1875 / size))
    for p in (0, 1):
        own = values[member == p]
        variances = np.diag(TWO["covariances"][p])
        assert (np.abs(own.mean(axis=0) - apart[p]) < 4.0 * np.sqrt(variances / len(own))).all()
        error = np.sqrt(2.0 * np.multiply.outer(variances, variances) / len(own))
        assert (np.abs(np.cov(own.T) - TWO["covariances"][p]) < 4.0 * error).all()


def test_outlier_is_the_mean_overlap_over_populations():
    size = 100_000
    weights = GaussianMixtureLowRank(**TWO).build(size, np.random.default_rng(1))
    # <n m> is the covariance plus the product of means: .25 (.6 + .5) + .75 (-1 + 0)
    # four standard deviations of the mean of n m, whose variance is at most 4
    assert_allclose(weights.eigenvalues()[-1].real, -0.475, atol=4.0 * np.sqrt(4.0 / size))


def test_the_weights_are_those_of_the_loadings():
    mixture = GaussianMixtureLowRank(**TWO)
    values = mixture.loadings(50, np.random.default_rng(2))
    built = mixture.build(50, np.random.default_rng(2)).dense()
    assert_allclose(built, np.outer(values[:, 0], values[:, 1]) / 50, rtol=1e-14)


def test_a_constant_loading_has_no_variance():
    mixture = GaussianMixtureLowRank([1.0], [[1.0, 3.0]], [[[4.0, 0.0], [0.0, 0.0]]])
    assert_array_equal(mixture.loadings(10, np.random.default_rng(0))[:, 1], np.full(10, 3.0))


def test_matched_units_have_exactly_the_shares_means_and_covariances():
    apart = np.array(TWO["means"]) + np.array([[-50.0], [50.0]])
    mixture = GaussianMixtureLowRank(TWO["weights"], apart, TWO["covariances"], matched=True)
    values = mixture.loadings(100, np.random.default_rng(0))
    member = (values[:, 0] > 0.0).astype(int)
    assert np.bincount(member).tolist() == [25, 75]
    for p in (0, 1):
        own = values[member == p]
        assert_allclose(own.mean(axis=0), apart[p], rtol=1e-12, atol=1e-12)
        assert_allclose(np.cov(own.T, bias=True), TWO["covariances"][p], rtol=1e-9, atol=1e-9)
    with pytest.raises(ShapeError, match=r"population 0 more than 3 units, .* \(got 2\); try a larger size"):
        mixture.build(8, np.random.default_rng(0))


def test_triangular_root_of_full_and_of_deficient_matrices():
    full = np.cov(np.random.default_rng(0).standard_normal((4, 20)))
    assert_allclose(triangular_root(full), np.linalg.cholesky(full), rtol=1e-10, atol=1e-12)
    vectors = np.random.default_rng(1).standard_normal((5, 2))
    deficient = vectors @ vectors.T
    root = triangular_root(deficient)
    assert_allclose(root @ root.T, deficient, atol=1e-9)


def test_a_network_of_a_mixture_is_saved_and_loaded(tmp_path):
    network = ns.Network(ns.LeakyCurrent("tanh"), GaussianMixtureLowRank(**TWO), size=20, rng=0)
    network.save(tmp_path / "network.npz")
    loaded = ns.load(tmp_path / "network.npz")
    assert loaded.equals(network)
    assert loaded.connectivity == network.connectivity


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"weights": [0.5, 0.6]}, ParameterError, r"weights must be shares of units that add up to 1 \(got"),
        ({"weights": [-0.5, 1.5]}, ParameterError, "weights must be shares"),
        ({"weights": [1.0]}, ShapeError, r"means must have shape \(1, 3\) .*\(got \(2, 3\)\)"),
        (
            {"covariances": np.zeros((2, 2, 2))},
            ShapeError,
            r"covariances must have shape .*\(got \(2, 2, 2\)\)",
        ),
        ({"rank": 2}, ShapeError, "at least 4 loadings for rank = 2"),
        ({"rank": 0}, ParameterError, r"rank must be at least 1 \(got 0\)"),
        ({"covariances": [np.eye(3), -np.eye(3)]}, ParameterError, r"covariances\[1\] must have no negative"),
        ({"covariances": [np.eye(3), np.triu(np.ones((3, 3)))]}, ParameterError, r"must be symmetric"),
        ({"means": [[np.nan] * 3] * 2}, ParameterError, r"means\[0, 0\] must be finite \(got nan\)"),
    ],
)
def test_impossible_mixtures_are_errors(changes, error, message):
    with pytest.raises(error, match=message):
        GaussianMixtureLowRank(**{**TWO, **changes})
