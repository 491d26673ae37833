"""Communication subspaces against planted ones, least squares, alternating regressions, and a fit of each fold."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError


def planted(rng, noise, rank=2, trials=20, samples=30):
    source = rng.standard_normal((trials, samples, 8)) @ rng.standard_normal((8, 8))
    weights = rng.standard_normal((8, rank)) @ rng.standard_normal((rank, 5))
    target = source @ weights + 3.0 + noise * rng.standard_normal((trials, samples, 5))
    return source, target, weights


def flat(values):
    values = values.reshape(-1, values.shape[-1])
    return values - values.mean(axis=0)


def test_planted_subspace_is_recovered_exactly(rng):
    source, target, weights = planted(rng, noise=0.0)
    found = analysis.communication_subspace(source, target)
    assert found.dimension == 2
    assert_allclose(found.scores[2:], 1.0, rtol=1e-9)
    assert found.scores[0] == 0.0 < found.scores[1] < 0.999
    assert_allclose(found.coefficients, weights, atol=1e-9)
    assert_allclose(found.predict(source), target, atol=1e-9)
    # the axes span the columns of the weights, the target axes their rows
    assert_allclose(found.axes @ found.axes.T @ weights, weights, atol=1e-9)
    assert_allclose(weights @ found.target_axes @ found.target_axes.T, weights, atol=1e-9)


def test_dimension_with_noise_and_without_communication(rng):
    source, target, _ = planted(rng, noise=2.0)
    assert analysis.communication_subspace(source, target).dimension == 2
    alone = analysis.communication_subspace(source, rng.standard_normal(target.shape))
    # nothing is predicted: all scores are at most by chance above 0
    assert alone.dimension == 0
    assert alone.scores.max() < 0.01
    assert alone.axes.shape == (8, 0)
    assert_allclose(alone.predict(source), np.broadcast_to(alone.target_mean, target.shape))


def test_full_rank_is_least_squares_and_directions_are_principal(rng):
    source, target, _ = planted(rng, noise=0.1, rank=5)
    found = analysis.communication_subspace(source, target)
    assert found.dimension == 5
    ordinary = np.linalg.lstsq(flat(source), flat(target), rcond=None)[0]
    assert_allclose(found.coefficients, ordinary, atol=1e-9)
    predicted = analysis.principal_components(flat(source) @ ordinary).vectors
    assert_allclose(np.abs(np.sum(predicted * found.target_axes, axis=0)), 1.0, rtol=1e-9)


def test_scores_are_those_of_ranks_fitted_to_the_other_trials(rng):
    """Rank 1 by alternating regressions with a penalty, for each fold."""
    source, target, _ = planted(rng, noise=5.0, trials=6)
    ridge, folds = 0.05, 3
    found = analysis.communication_subspace(source, target, count=1, folds=folds, ridge=ridge)
    scores = []
    for fold in range(folds):
        kept = np.arange(6) % folds != fold
        x, y = flat(source[kept]), flat(target[kept])
        penalty = np.sqrt(ridge * np.sum(x**2)) * np.eye(8)
        x, y = np.vstack([x, penalty]), np.vstack([y, np.zeros((8, 5))])
        right = rng.standard_normal(5)
        for _ in range(500):
            left = np.linalg.lstsq(x, y @ right / (right @ right), rcond=None)[0]
            right = (x @ left) @ y / np.sum((x @ left) ** 2)
        means = source[kept].mean(axis=(0, 1)), target[kept].mean(axis=(0, 1))
        truth = target[~kept] - means[1]
        left_over = truth - np.einsum("kti,i,j->ktj", source[~kept] - means[0], left, right)
        scores.append(1.0 - np.sum(left_over**2) / np.sum(truth**2))
    assert_allclose(found.scores, [0.0, np.mean(scores)], rtol=1e-6)
    assert_allclose(found.standard_errors[1], np.std(scores, ddof=1) / np.sqrt(folds), rtol=1e-5)


def test_share_of_the_source_and_folds_in_time(rng):
    """A single trial; the target reads out the weakest direction of the source."""
    source = rng.standard_normal((1000, 3)) * [3.0, 2.0, 1.0]
    target = source[:, 2:] * [1.0, 2.0]
    found = analysis.communication_subspace(source, target, folds=5)
    assert found.dimension == 1
    assert_allclose(np.abs(found.axes[:, 0]), [0.0, 0.0, 1.0], atol=1e-9)
    variances = source.var(axis=0)
    assert_allclose(found.source_share, variances[2] / variances.sum(), rtol=1e-9)


def test_bad_input(rng):
    source, target, _ = planted(rng, noise=1.0)
    with pytest.raises(
        ShapeError, match=r"target must have the trials and samples of source, \(20, 30\) \(got \(20, 29\)"
    ):
        analysis.communication_subspace(source, target[:, 1:])
    with pytest.raises(ParameterError, match=r"count must be at most 5.*got 6"):
        analysis.communication_subspace(source, target, count=6)
    with pytest.raises(ParameterError, match=r"target must change in time"):
        analysis.communication_subspace(source, np.ones_like(target))
    with pytest.raises(ParameterError, match=r"folds must be at most 600.*got 601"):
        analysis.communication_subspace(source, target, folds=601)
    with pytest.raises(ParameterError, match=r"folds must be at least 2 \(got 1\)"):
        analysis.communication_subspace(source, target, folds=1)
    with pytest.raises(ParameterError, match=r"ridge must not be negative \(got -1\.0\)"):
        analysis.communication_subspace(source, target, ridge=-1.0)
    with pytest.raises(ShapeError, match=r"source must have 8 units \(got 5\)"):
        analysis.communication_subspace(source, target).predict(target)
