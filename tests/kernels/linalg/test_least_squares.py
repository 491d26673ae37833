"""Recursive least squares against the solutions that it must have: the inverse, and the normal equations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import MemoryLimitError
from neurosim.kernels.linalg.least_squares import LeastSquares

ALPHA = 2.0


def inverse_correlations(samples):
    return np.linalg.inv(ALPHA * np.eye(samples.shape[1]) + samples.T @ samples)


def test_an_update_divides_the_error_by_one_plus_the_form_of_p():
    rng = np.random.default_rng(0)
    squares, weights = LeastSquares([np.arange(30)], ALPHA), rng.standard_normal((2, 30))
    for sample in rng.standard_normal((100, 30)):
        target, before = rng.standard_normal(2), squares.inverse()
        error = weights @ sample - target
        squares.take(sample)
        squares.correct(weights, error[None])
        expected = error / (1.0 + sample @ before @ sample)
        assert_allclose(weights @ sample - target, expected, atol=1e-10)
        assert_allclose(squares.factors * error, expected, atol=1e-10)


@pytest.mark.parametrize("size", [1, 7, 64, 130])
def test_p_is_the_inverse_of_the_correlations(size):
    samples = np.random.default_rng(1).standard_normal((300, size))
    squares = LeastSquares([np.arange(size)], ALPHA)
    assert_array_equal(squares.inverse(), np.eye(size) / ALPHA)
    for sample in samples:
        squares.take(sample)
    inverse = squares.inverse()
    assert_allclose(inverse, inverse_correlations(samples), atol=1e-8, rtol=0.0)
    assert_array_equal(inverse, inverse.T)
    assert np.linalg.eigvalsh(inverse).min() > 0.0


def test_p_stays_the_inverse_where_samples_are_nearly_dependent():
    # rates of a network lie close to few dimensions: correlations with a condition of about 1e6
    rng = np.random.default_rng(2)
    samples = (
        rng.standard_normal((2000, 50))
        * np.logspace(1.5, -2.0, 50)
        @ np.linalg.qr(rng.standard_normal((50, 50)))[0]
    )
    squares = LeastSquares([np.arange(50)], ALPHA)
    for sample in samples:
        squares.take(sample)
    assert_allclose(squares.inverse(), inverse_correlations(samples), atol=1e-8)
    assert np.linalg.eigvalsh(squares.inverse()).min() > 0.0


def test_weights_are_those_of_ridge_regression():
    # from weights of zero, after every sample: exactly min |X w - y|² + alpha |w|²
    rng = np.random.default_rng(3)
    samples, targets = rng.standard_normal((200, 20)), rng.standard_normal((200, 3))
    squares, weights = LeastSquares([np.arange(20)], ALPHA), np.zeros((3, 20))
    for sample, target in zip(samples, targets, strict=True):
        squares.take(sample)
        squares.correct(weights, (weights @ sample - target)[None])
    stacked = np.vstack([samples, np.sqrt(ALPHA) * np.eye(20)])
    exact = np.linalg.lstsq(stacked, np.vstack([targets, np.zeros((20, 3))]), rcond=None)[0]
    assert_allclose(weights, exact.T, atol=1e-12)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_problems_side_by_side_are_those_one_by_one(threads):
    rng = np.random.default_rng(4)
    sources = [np.sort(rng.choice(40, size, replace=False)) for size in (5, 0, 12, 1, 40)]
    together = LeastSquares(sources, ALPHA, threads=threads)
    alone = [LeastSquares([each], ALPHA) for each in sources]
    weights, split = np.zeros((1, 58)), [np.zeros((1, len(each))) for each in sources]
    for rates in rng.standard_normal((30, 40)):
        errors = rng.standard_normal((5, 1))
        together.take(rates)
        together.correct(weights, errors)
        for problem, own, error in zip(alone, split, errors, strict=True):
            problem.take(rates)
            problem.correct(own, error[None])
    assert_array_equal(weights, np.hstack(split))
    for k, problem in enumerate(alone):
        assert_array_equal(together.inverse(k), problem.inverse())


def test_says_how_much_memory_it_would_take():
    with pytest.raises(
        MemoryLimitError, match=r"200 inverse correlations of presynaptic rates would take 980 GB"
    ):
        LeastSquares([np.arange(k, k + 35_000) for k in range(200)], ALPHA)


def test_problems_with_the_same_sources_share_one_inverse():
    """Two units with all 60 sources and two with the same half: two matrices instead of four, and the same weights."""
    rng = np.random.default_rng(5)
    sources = [np.arange(60), np.arange(30), np.arange(60), np.arange(30)]
    shared = LeastSquares(sources, ALPHA)
    assert_array_equal(shared.inverses, [0, 1, 0, 1])
    assert shared.triangles.size == (60 * 61 + 30 * 31) // 2
    alone = [LeastSquares([each], ALPHA) for each in sources]
    weights, split = np.zeros((1, 180)), [np.zeros((1, len(each))) for each in sources]
    for rates in rng.standard_normal((20, 60)):
        errors = rng.standard_normal((4, 1))
        shared.take(rates)
        # the first two problems, then the others
        shared.correct(weights[:, :90], errors[:2])
        shared.correct(weights[:, 90:], errors[2:], first=2)
        for problem, own, error in zip(alone, split, errors, strict=True):
            problem.take(rates)
            problem.correct(own, error[None])
    assert_array_equal(weights, np.hstack(split))
    assert_array_equal(shared.inverse(3), alone[3].inverse())
