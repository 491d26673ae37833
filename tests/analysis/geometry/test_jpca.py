"""jPCA against planted rotations, least squares over a basis of antisymmetric matrices, and a linear network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import expm
from scipy.stats import ortho_group

from neurosim import analysis
from neurosim.analysis.geometry import jpca as module
from neurosim.errors import ParameterError, ShapeError

FREQUENCIES = np.array([1.5, 0.4])


def rotations(rng, trials=8, samples=50, dt=0.05, units=10):
    """Two planes that rotate in a space of ten units, a mean that all trials share, and the planes."""
    frame = ortho_group.rvs(units, random_state=0)[:, :4]
    generator = np.zeros((4, 4))
    for k, frequency in enumerate(FREQUENCIES):
        generator[2 * k + 1, 2 * k] = 2.0 * np.pi * frequency
        generator[2 * k, 2 * k + 1] = -2.0 * np.pi * frequency
    start = rng.standard_normal((trials, 4))
    places = np.stack([start @ expm(dt * k * generator).T for k in range(samples)], axis=1)
    return places @ frame.T + rng.standard_normal((samples, units)), frame


def test_planted_planes_and_frequencies_are_recovered(rng):
    activity, frame = rotations(rng)
    found = analysis.jpca(activity, count=4, dt=0.05)
    # a step of 0.05 turns the fast plane by 27 degrees: exact all the same
    assert_allclose(found.frequencies, FREQUENCIES, rtol=1e-9)
    assert_allclose([found.r_squared, found.r_squared_linear, found.rotational_share], 1.0, rtol=1e-12)
    assert_allclose(found.shares.sum(), 1.0)
    for k in range(2):
        planted, plane = frame[:, 2 * k : 2 * k + 2], found.vectors[:, 2 * k : 2 * k + 2]
        assert_allclose(np.linalg.svd(planted.T @ plane, compute_uv=False), 1.0, rtol=1e-9)
        # from the first axis to the second, as planted
        assert_allclose(np.linalg.det(planted.T @ plane), 1.0, rtol=1e-9)


def test_first_axis_has_the_variance_of_initial_states(rng):
    activity, _ = rotations(rng)
    found = analysis.jpca(activity, count=4, dt=0.05)
    initial = found.project(activity)[:, 0]
    assert_allclose(initial[:, 0] @ initial[:, 1], 0.0, atol=1e-9)
    assert np.sum(initial[:, 0] ** 2) > np.sum(initial[:, 1] ** 2)
    assert_allclose(found.vectors.T @ found.vectors, np.eye(4), atol=1e-12)


def test_fit_equals_least_squares_over_a_basis_of_antisymmetric_matrices(rng):
    states, derivatives = rng.standard_normal((2, 60, 5))
    rows, columns = np.triu_indices(5, 1)
    basis = np.zeros((len(rows), 5, 5))
    basis[np.arange(len(rows)), rows, columns] = 1.0
    basis -= basis.swapaxes(1, 2)
    design = np.stack([(states @ each.T).ravel() for each in basis], axis=1)
    weights = np.linalg.lstsq(design, derivatives.ravel(), rcond=None)[0]
    expected = np.tensordot(weights, basis, axes=1)
    assert_allclose(module._fit_antisymmetric(states, derivatives), expected, rtol=1e-9, atol=1e-12)


def test_decay_without_rotation_is_not_explained(rng):
    times = 0.1 * np.arange(30)
    rates = np.array([0.5, 1.0, 1.5, 2.0])
    activity = rng.standard_normal((6, 1, 4)) * np.exp(-times[:, None] * rates)
    found = analysis.jpca(activity, count=4, dt=0.1)
    assert_allclose(found.r_squared_linear, 1.0, rtol=1e-9)
    assert found.rotational_share < 0.5


def test_a_single_trial_keeps_its_rotation():
    phase = 2.0 * np.pi * np.arange(80) / 20
    found = analysis.jpca(np.stack([np.cos(phase), np.sin(phase)], axis=-1) + 3.0, count=2)
    assert_allclose(found.frequencies, 0.05, rtol=1e-12)
    assert_allclose(found.mean, 3.0)


def test_planes_that_stand_still_complete_the_frame():
    matrix = np.zeros((6, 6))
    matrix[0, 3], matrix[3, 0] = -2.0, 2.0
    axes, rates = module._planes(matrix)
    assert_allclose(rates, [2.0, 0.0, 0.0])
    assert_allclose(axes.T @ axes, np.eye(6), atol=1e-14)
    assert_allclose(axes[:, 1], matrix @ axes[:, 0] / 2.0, atol=1e-14)
    assert_allclose(module._planes(np.zeros((4, 4)))[1], 0.0)


def test_bad_input(rng):
    activity = rng.standard_normal((3, 20, 8))
    with pytest.raises(ParameterError, match=r"count must be even.*got 3"):
        analysis.jpca(activity, count=3)
    with pytest.raises(ParameterError, match=r"count must be at most 8.*got 10"):
        analysis.jpca(activity, count=10)
    with pytest.raises(ParameterError, match=r"count must be at most 0"):
        analysis.jpca(np.ones((3, 20, 4)))
    with pytest.raises(ParameterError, match=r"activity must change in time \(got constant trials"):
        analysis.jpca(np.repeat(rng.standard_normal((4, 1, 5)), 10, axis=1), count=2)
    with pytest.raises(ShapeError, match=r"\(samples, units\) = \(20, 8\).*got \(19, 8\)"):
        analysis.jpca(activity).project(activity[:, 1:])
