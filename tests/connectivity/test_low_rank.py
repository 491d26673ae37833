"""Low-rank weights: scaling with 1/N, exact statistics of drawn vectors, outliers."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.connectivity import Gaussian, GaussianLowRank, LowRank
from neurosim.errors import ParameterError, ShapeError


def test_weights_are_the_outer_product_over_n():
    m, n = np.array([1.0, -2.0, 4.0]), np.array([3.0, 0.5, 1.0])
    weights = LowRank(m, n).build(3, np.random.default_rng(0)).dense()
    assert_allclose(weights, [[m[i] * n[j] / 3 for j in range(3)] for i in range(3)], rtol=1e-15)


def test_several_vectors_add_up():
    left, right = np.random.default_rng(0).standard_normal((2, 6, 3))
    whole = LowRank(left, right).build(6, np.random.default_rng(0))
    one_by_one = sum(LowRank(left[:, k], right[:, k]).build(6, None).dense() for k in range(3))
    assert_allclose(whole.dense(), one_by_one, atol=1e-15)
    assert (whole.base, whole.rank) == (None, 3)


def test_vectors_are_copied_and_read_only():
    m = np.ones(3)
    declared = LowRank(m, m)
    m[0] = 7.0
    assert_array_equal(declared.left, np.ones((3, 1)))
    with pytest.raises(ValueError, match="read-only"):
        declared.left[0] = 2.0
    assert declared == LowRank([1.0, 1.0, 1.0], np.ones((3, 1)))


def test_outlier_of_structure_in_a_random_matrix():
    size, gain = 400, 0.5
    rng = np.random.default_rng(0)
    m = rng.standard_normal(size)
    n = m + rng.standard_normal(size)
    n *= 2.0 * size / (m @ n)
    assert_allclose(LowRank(m, n).build(size, rng).eigenvalues()[0], 2.0, rtol=1e-12)
    values = (LowRank(m, n) + Gaussian(gain)).build(size, rng).eigenvalues()
    # first order: n.J m / n.m has standard deviation g |m| |n| / (sqrt(N) n.m) = 0.035
    assert_allclose(values[0], 2.0, atol=0.15)
    assert np.abs(values[1:]).max() < 1.1 * gain


def test_drawn_vectors_have_the_declared_joint_statistics():
    size = 100_000
    overlap = np.array([[1.2, -0.5], [0.0, 0.8]])
    declared = GaussianLowRank(
        rank=2,
        mean_left=[1.1, -0.5],
        mean_right=2.0,
        std_left=[1.5, 0.9],
        std_right=[1.0, 2.0],
        overlap=overlap,
    )
    operator = declared.build(size, np.random.default_rng(0))
    vectors = np.hstack([operator.left, operator.right * size])
    mean = np.array([1.1, -0.5, 2.0, 2.0])
    covariance = np.block([[np.diag([1.5**2, 0.9**2]), overlap], [overlap.T, np.diag([1.0, 4.0])]])
    std = np.sqrt(np.diag(covariance))
    # five standard errors; sqrt(2) bounds that of any covariance of Gaussian numbers
    assert np.all(np.abs(vectors.mean(axis=0) - mean) < 5 * std / np.sqrt(size))
    error = np.abs(np.cov(vectors.T) - covariance)
    assert np.all(error < 5 * np.sqrt(2 / size) * np.multiply.outer(std, std))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_largest_overlap_makes_the_vectors_proportional(sign):
    declared = GaussianLowRank(rank=2, std_left=[2.0, 0.5], std_right=3.0, overlap=np.diag([6.0, 1.5]) * sign)
    operator = declared.build(50, np.random.default_rng(0))
    assert_allclose(50 * operator.right, sign * operator.left * [1.5, 6.0], atol=1e-6)


def test_eigenvalues_are_means_times_means_plus_overlap():
    declared = GaussianLowRank(mean_left=1.1, mean_right=2.0, overlap=0.3)
    size = 100_000
    value = declared.build(size, np.random.default_rng(0)).eigenvalues()[0]
    # n.m / N; variance of one term: Mm^2 Sn^2 + Mn^2 Sm^2 + Sm^2 Sn^2 + c^2 + 2 Mm Mn c
    spread = np.sqrt((1.1**2 + 2.0**2 + 1.0 + 0.3**2 + 2 * 2.2 * 0.3) / size)
    assert_allclose(value, 2.5, atol=5 * spread)


def test_a_constant_vector():
    operator = GaussianLowRank(mean_left=3.0, std_left=0.0).build(20, np.random.default_rng(0))
    assert_array_equal(operator.left, np.full((20, 1), 3.0))


def test_a_million_units_are_drawn_in_memory_proportional_to_n():
    units = 1_000_000
    declared = GaussianLowRank(rank=2, overlap=0.5)
    tracemalloc.start()
    operator = declared.build(units, np.random.default_rng(0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert operator.nbytes == 4 * 8 * units
    assert peak < 11 * 8 * units


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: LowRank(np.ones(3), np.ones(4)).build(3, None),
            ShapeError,
            r"left and right must have vectors of one length, except in Blocks \(got 3 and 4\)",
        ),
        (
            lambda: LowRank(np.ones((3, 2)), np.ones(3)),
            ShapeError,
            r"must both have shape \(units,\) or \(units, rank\)",
        ),
        (lambda: LowRank(np.ones((3, 2, 1)), np.ones((3, 2, 1))), ShapeError, r"\(3, 2, 1\)"),
        (lambda: LowRank(1.0, 1.0), ShapeError, r"left and right must both .*\(got \(\) and \(\)\)"),
        (
            lambda: LowRank([1.0, np.nan], [1.0, 1.0]),
            ParameterError,
            r"LowRank.left\[1\] must be finite \(got nan\)",
        ),
        (
            lambda: LowRank(np.ones(3), np.ones(3)).build(5, None),
            ShapeError,
            "has 3 entries, size = 5; build with size=3, or draw .* with GaussianLowRank",
        ),
        (
            lambda: GaussianLowRank(rank=0),
            ParameterError,
            r"GaussianLowRank.rank must be at least 1 \(got 0\)",
        ),
        (lambda: GaussianLowRank(rank=1.5), ParameterError, r"rank must be a whole number \(got 1.5\)"),
        (
            lambda: GaussianLowRank(std_left=-1.0),
            ParameterError,
            r"std_left must not be negative \(got -1.0\)",
        ),
        (
            lambda: GaussianLowRank(rank=2, mean_left=[1.0, 2.0, 3.0]),
            ShapeError,
            r"mean_left must be .*\(got shape \(3,\)\)",
        ),
        (
            lambda: GaussianLowRank(rank=2, overlap=[0.1, 0.2]),
            ShapeError,
            r"overlap must be .*\(2, 2\) \(got shape \(2,\)\)",
        ),
        (
            lambda: GaussianLowRank(overlap=1.5),
            ParameterError,
            "std_right, which is 1 here .* by a factor of 1.5",
        ),
        (lambda: GaussianLowRank(std_left=0.5, overlap=-1.0), ParameterError, "0.5 here .* factor of 2"),
        (
            # each pair alone would be possible, all together are not
            lambda: GaussianLowRank(rank=2, overlap=np.full((2, 2), 0.6)),
            ParameterError,
            r"at most std_left \* std_right \(got(.|\n)*by a factor of 1.2",
        ),
        (
            lambda: GaussianLowRank(std_right=0.0, overlap=0.1),
            ParameterError,
            "a constant has no covariance",
        ),
    ],
)
def test_invalid_vectors(make, error, message):
    with pytest.raises(error, match=message):
        make()
