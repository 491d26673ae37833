"""Targeted dimensionality reduction against planted axes and ordinary least squares."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ortho_group

from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError

SAMPLES, UNITS = 20, 8
TIMES = np.linspace(0.0, 1.0, SAMPLES)


def variables():
    levels = np.array(list(itertools.product([-1.0, 1.0], [-0.5, -0.1, 0.2, 0.5])))
    return {"choice": levels[:, 0], "coherence": levels[:, 1]}


def planted(directions, courses):
    strengths = np.stack([*variables().values(), np.ones(8)], axis=1)
    return np.einsum("kv,vt,vu->ktu", strengths, courses, directions)


def test_planted_axes_coefficients_and_peaks():
    directions = np.random.default_rng(0).standard_normal((3, UNITS))
    courses = np.stack([np.sin(2.5 * TIMES), TIMES, 1.0 + TIMES])
    found = analysis.targeted_axes(planted(directions, courses), variables(), dt=0.1)
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert_allclose(found.vectors.T, units[:2], atol=1e-12)
    assert_allclose(found.coefficients, np.einsum("vt,vu->vtu", courses, directions)[:2], atol=1e-12)
    assert_allclose(found.peaks, 0.1 * np.argmax(courses[:2], axis=1))
    assert_allclose(found.r_squared, 1.0)
    # Gram and Schmidt: the second without what it shares with the first
    second = units[1] - (units[1] @ units[0]) * units[0]
    assert_allclose(found.axes.T, [units[0], second / np.linalg.norm(second)], atol=1e-12)
    assert_allclose(np.cos(found.angles[0, 1]), units[0] @ units[1], atol=1e-12)


def test_projections_separate_orthogonal_variables():
    directions = ortho_group.rvs(UNITS, random_state=1)[:3]
    courses = np.stack([TIMES, TIMES**2, np.cos(TIMES)])
    activity = planted(directions, courses)
    found = analysis.targeted_axes(activity, variables())
    places = found.project(activity)
    for k, values in enumerate(variables().values()):
        expected = (values - values.mean())[:, None] * courses[k] + values.mean() * (
            courses[k] - courses[k].mean()
        )
        assert_allclose(places[..., k], expected, atol=1e-12)


def test_coefficients_are_least_squares_and_noise_is_removed_by_components(rng):
    activity = rng.standard_normal((8, SAMPLES, UNITS))
    full = analysis.targeted_axes(activity, variables(), count=UNITS)
    design = np.stack([*variables().values(), np.ones(8)], axis=1)
    expected = np.linalg.solve(design.T @ design, design.T @ activity.reshape(8, -1))
    assert_allclose(full.coefficients.reshape(2, -1), expected[:2], atol=1e-10)
    assert 0.0 < full.r_squared < 1.0
    # every condition has one trial, so that the components are those of the activity
    basis = analysis.principal_components(activity, count=3).vectors
    few = analysis.targeted_axes(activity, variables(), count=3)
    assert_allclose(few.coefficients, full.coefficients @ basis @ basis.T, atol=1e-10)


def test_repeated_trials_change_nothing_but_the_explained_share(rng):
    activity = rng.standard_normal((8, SAMPLES, UNITS))
    noise = rng.standard_normal(activity.shape)
    twice = {name: np.tile(values, 2) for name, values in variables().items()}
    one = analysis.targeted_axes(activity, variables(), count=3)
    two = analysis.targeted_axes(np.concatenate([activity + noise, activity - noise]), twice, count=3)
    assert_allclose(two.axes, one.axes, atol=1e-9)
    assert two.r_squared < one.r_squared


def test_bad_input(rng):
    activity, choice = rng.standard_normal((8, SAMPLES, UNITS)), variables()["choice"]
    with pytest.raises(ShapeError, match=r"variables\['choice'\] must have the shape \(8,\).*got \(3,\)"):
        analysis.targeted_axes(activity, {"choice": [1.0, 2.0, 3.0]})
    with pytest.raises(
        ParameterError, match=r"linearly independent.*got choice, double of rank 1 in 8 trials"
    ):
        analysis.targeted_axes(activity, {"choice": choice, "double": 2.0 * choice})
    with pytest.raises(ParameterError, match=r"linearly independent.*got context of rank 0"):
        analysis.targeted_axes(activity, {"context": np.ones(8)})
    with pytest.raises(ParameterError, match="variables must name at least one"):
        analysis.targeted_axes(activity, {})
    with pytest.raises(ParameterError, match=r"count must be at least 2.*at most 8.*got 1"):
        analysis.targeted_axes(activity, variables(), count=1)
    with pytest.raises(ParameterError, match=r"activity must differ between trials"):
        analysis.targeted_axes(np.repeat(activity[:1], 8, axis=0), variables())
    with pytest.raises(ShapeError, match=r"activity must have 8 units"):
        analysis.targeted_axes(activity, variables()).project(activity[..., 1:])
