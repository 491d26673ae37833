"""Tensor components against planted ones, the singular value decomposition, and the normal equations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis
from neurosim.errors import ParameterError


def planted(rng, count=3):
    factors = [rng.standard_normal((size, count)) for size in (9, 12, 7)]
    return factors, np.einsum("kr,tr,ur->ktu", *factors)


def test_planted_components_are_recovered_exactly(rng):
    factors, activity = planted(rng)
    found = analysis.tensor_components(activity, 3, dt=0.2, tolerance=1e-14, iterations=5000, rng=0)
    assert found.converged
    assert found.error < 1e-9
    norms = [np.linalg.norm(each, axis=0) for each in factors]
    weights = norms[0] * norms[1] * norms[2]
    order = np.argsort(-weights)
    assert_allclose(found.weights, weights[order], rtol=1e-7)
    for each, norm, name in zip(factors, norms, ("trials", "courses", "units"), strict=True):
        cosines = np.sum((each / norm)[:, order] * getattr(found, name), axis=0)
        assert_allclose(np.abs(cosines), 1.0, rtol=1e-9)
    assert_allclose(found.reconstruct(), activity, atol=1e-7)
    assert_allclose(found.times, 0.2 * np.arange(12))
    assert (found.courses.sum(axis=0) > 0.0).all()
    assert (found.units.sum(axis=0) > 0.0).all()


def test_one_component_of_one_trial_is_the_leading_singular_vector(rng):
    activity = rng.standard_normal((1, 10, 6))
    found = analysis.tensor_components(activity, 1, tolerance=1e-15, rng=0)
    left, values, right = np.linalg.svd(activity[0])
    assert_allclose(found.weights[0], values[0], rtol=1e-9)
    assert_allclose(np.abs(found.courses[:, 0] @ left[:, 0]), 1.0, rtol=1e-9)
    assert_allclose(np.abs(found.units[:, 0] @ right[0]), 1.0, rtol=1e-9)
    # Eckart and Young: the rest of the squared norm
    assert_allclose(found.error, np.sqrt(1.0 - values[0] ** 2 / np.sum(values**2)), rtol=1e-9)


def test_result_is_stationary_and_errors_are_those_of_starts(rng):
    """At a minimum, what is left is orthogonal to every change of a single factor."""
    activity = planted(rng)[1] + 0.3 * rng.standard_normal((9, 12, 7))
    found = analysis.tensor_components(activity, 3, tolerance=1e-15, iterations=5000, rng=0)
    rest = activity - found.reconstruct()
    assert_allclose(found.error, np.linalg.norm(rest) / np.linalg.norm(activity), rtol=1e-12)
    gradients = (
        np.einsum("ktu,tr,ur->kr", rest, found.courses, found.units),
        np.einsum("ktu,kr,ur->tr", rest, found.trials, found.units),
        np.einsum("ktu,kr,tr->ur", rest, found.trials, found.courses),
    )
    for gradient in gradients:
        assert_allclose(gradient, 0.0, atol=1e-5 * np.linalg.norm(activity))
    assert found.errors[0] == found.error
    assert (np.diff(found.errors) >= 0.0).all()
    assert_allclose(found.similarities[0], 1.0)


def test_similarity_tells_determined_components_from_arbitrary_ones(rng):
    determined = analysis.tensor_components(
        planted(rng)[1], 3, starts=5, tolerance=1e-13, iterations=5000, rng=0
    )
    good = determined.errors < 1e-6
    assert good.sum() >= 2
    assert_allclose(determined.similarities[good], 1.0, atol=1e-3)
    # two components of a matrix are any basis of its span
    matrix = np.einsum("tr,ur->tu", *planted(rng, 2)[0][1:])[None]
    arbitrary = analysis.tensor_components(matrix, 2, starts=5, rng=0)
    assert_allclose(arbitrary.errors, 0.0, atol=1e-7)
    assert arbitrary.similarities.min() < 0.9


def test_one_seed_gives_the_same_numbers(rng):
    activity = rng.standard_normal((4, 5, 6))
    first, second = (analysis.tensor_components(activity, 2, starts=2, rng=3) for _ in range(2))
    assert np.array_equal(first.units, second.units)
    assert not analysis.tensor_components(activity, 2, iterations=1, rng=3).converged


def test_bad_input(rng):
    activity = rng.standard_normal((2, 5, 3))
    with pytest.raises(ParameterError, match=r"count must be at most 6, .*\(2, 5, 3\) \(got 7\)"):
        analysis.tensor_components(activity, 7)
    with pytest.raises(ParameterError, match="activity must not be zero everywhere"):
        analysis.tensor_components(np.zeros((2, 5, 3)), 1)
    with pytest.raises(ParameterError, match=r"tolerance must be positive \(got 0\.0\)"):
        analysis.tensor_components(activity, 1, tolerance=0.0)
    with pytest.raises(ParameterError, match=r"starts must be at least 1 \(got 0\)"):
        analysis.tensor_components(activity, 1, starts=0)
