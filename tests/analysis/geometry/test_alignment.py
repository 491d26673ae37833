"""Alignments against planted maps, SciPy's Procrustes analysis, and the eigenvalue problem of CCA."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import eigh
from scipy.spatial import procrustes
from scipy.stats import ortho_group

from neurosim import analysis
from neurosim.analysis.similarity.canonical import canonical_correlations
from neurosim.errors import ParameterError, ShapeError


def flat(values):
    return (values - values.mean(axis=(0, 1))).reshape(-1, values.shape[-1])


def test_canonical_correlations_solve_the_eigenvalue_problem(rng):
    first = rng.standard_normal((4, 50, 5))
    second = first[..., :3] @ rng.standard_normal((3, 6)) + rng.standard_normal((4, 50, 6))
    found = analysis.canonical_alignment(first, second, count=5)
    x, y = flat(first), flat(second) @ analysis.principal_components(second, count=5).vectors
    between = x.T @ y
    squares = eigh(between @ np.linalg.solve(y.T @ y, between.T), x.T @ x, eigvals_only=True)[::-1]
    assert_allclose(found.correlations, np.sqrt(squares), rtol=1e-9)
    pair = found.project_first(first).reshape(-1, 5), found.project_second(second).reshape(-1, 5)
    assert_allclose(pair[0].T @ pair[1] / 200, np.diag(found.correlations), atol=1e-10)
    for variables in pair:
        assert_allclose(variables.T @ variables / 200, np.eye(5), atol=1e-10)
    assert (found.first_axes.sum(axis=0) > 0.0).all()


def test_all_components_agree_with_the_measure_of_similarity(rng):
    first, second = rng.standard_normal((2, 3, 40, 4))
    found = analysis.canonical_alignment(first, second, count=4)
    assert_allclose(found.correlations, canonical_correlations(first, second, 1.0), rtol=1e-12)


def test_any_invertible_map_is_aligned(rng):
    first = rng.standard_normal((4, 50, 5))
    second = first @ rng.standard_normal((5, 5)) + rng.standard_normal(5)
    found = analysis.canonical_alignment(first, second, count=5)
    assert_allclose(found.correlations, 1.0, rtol=1e-9)
    assert_allclose(found.project_second(second), found.project_first(first), atol=1e-7)


def test_planted_rotation_scale_and_shift(rng):
    first = rng.standard_normal((4, 30, 5))
    rotation = ortho_group.rvs(5, random_state=0)
    second = 2.5 * (first - first.mean(axis=(0, 1))) @ rotation.T + rng.standard_normal(5)
    found = analysis.procrustes_alignment(first, second)
    assert_allclose(found.rotation, rotation, atol=1e-9)
    assert_allclose(found.scale, 1.0 / 2.5)
    assert_allclose(found.transform(second), first, atol=1e-9)
    assert found.angle < 1e-7


def test_procrustes_agrees_with_scipy_and_in_both_directions(rng):
    first, second = rng.standard_normal((2, 3, 20, 4))
    found, back = analysis.procrustes_alignment(first, second), analysis.procrustes_alignment(second, first)
    disparity = procrustes(flat(first), flat(second))[2]
    assert_allclose(1.0 - found.r_squared, disparity, rtol=1e-9)
    assert_allclose(back.r_squared, found.r_squared)
    rest = first - found.transform(second)
    assert_allclose(np.sum(rest**2) / np.sum(flat(first) ** 2), disparity, rtol=1e-9)


def test_recordings_of_different_numbers_of_units(rng):
    first = rng.standard_normal((2, 30, 3))
    frame = ortho_group.rvs(6, random_state=0)[:3]
    found = analysis.procrustes_alignment(first, first @ frame)
    assert_allclose(found.r_squared, 1.0)
    assert_allclose(found.rotation, frame.T, atol=1e-9)
    assert_allclose(analysis.procrustes_alignment(first @ frame, first).rotation, frame, atol=1e-9)


def test_bad_input(rng):
    first, second = rng.standard_normal((2, 3, 20, 4))
    with pytest.raises(ShapeError, match=r"second must have the trials and samples of first.*got \(3, 19\)"):
        analysis.procrustes_alignment(first, second[:, 1:])
    with pytest.raises(ParameterError, match=r"count must be at most 4, the dimension of first \(got 5\)"):
        analysis.canonical_alignment(first, second, count=5)
    with pytest.raises(ParameterError, match=r"count must be at most 3, the dimension of second \(got 4\)"):
        analysis.canonical_alignment(first, second * [1.0, 1.0, 1.0, 0.0], count=4)
    with pytest.raises(ParameterError, match="second never changes"):
        analysis.procrustes_alignment(first, np.ones_like(second))
    with pytest.raises(ShapeError, match=r"second must have 4 units, as in the alignment \(got 3\)"):
        analysis.procrustes_alignment(first, second).transform(second[..., 1:])
    with pytest.raises(ShapeError, match=r"activity must have 4 units, as in the alignment \(got 3\)"):
        analysis.canonical_alignment(first, second, count=4).project_second(second[..., 1:])
