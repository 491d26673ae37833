"""Phase portraits project on the directions that were asked for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import plotting
from neurosim.errors import ParameterError, ShapeError


@pytest.fixture
def activity():
    """Two trials around an ellipse with axes 3 and 1 in a random plane of 6 units, off the origin."""
    plane = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 2)))[0]
    angle = 2.0 * np.pi * np.arange(200)[None] / 200 + np.array([[0.0], [0.7]])
    return np.stack([3.0 * np.cos(angle), np.sin(angle)], axis=-1) @ plane.T + 5.0


def trajectories(ax):
    return [np.array(line.get_data()) for line in ax.lines if line.get_label().startswith("trial")]


def test_units_as_directions(activity):
    ax = plotting.phase_portrait(activity, directions=(4, 1))
    for trial, drawn in enumerate(trajectories(ax)):
        assert_allclose(drawn, [activity[trial, :, 4], activity[trial, :, 1]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("unit 4", "unit 1")


def test_vectors_as_directions_are_scaled_to_norm_one(activity):
    first, second = np.arange(6.0), np.ones(6)
    ax = plotting.phase_portrait(activity, directions=(first, second), discard=50.0)
    expected = [activity[1, 50:] @ first / np.sqrt(55.0), activity[1, 50:] @ second / np.sqrt(6.0)]
    assert_allclose(trajectories(ax)[1], expected)
    assert ax.get_ylabel() == "direction 2"


def test_the_default_plane_holds_the_principal_components(activity):
    ax = plotting.phase_portrait(activity)
    for x, y in trajectories(ax):
        assert_allclose(x**2 / 9.0 + y**2, 1.0, rtol=1e-9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "principal component 1 (90 %)",
        "principal component 2 (10 %)",
    )


def test_start_and_end_are_marked(activity):
    ax = plotting.phase_portrait(activity, directions=(0, 1))
    marks = [line.get_xydata()[0] for line in ax.lines if len(line.get_xdata()) == 1]
    assert_allclose(marks, [activity[0, 0, :2], activity[0, -1, :2], activity[1, 0, :2], activity[1, -1, :2]])


@pytest.mark.parametrize(
    ("directions", "error", "message"),
    [
        ((0,), ParameterError, r"directions must be two units or two vectors \(got 1 entries\)"),
        ((0, 6), ParameterError, r"directions must name units from 0 to 5, those recorded \(got 6\)"),
        ((0, np.ones(5)), ShapeError, r"directions must have shape .*\(got \(5,\)\)"),
        ((0, np.zeros(6)), ParameterError, "directions must not be zero vectors"),
    ],
)
def test_bad_directions(activity, directions, error, message):
    with pytest.raises(error, match=message):
        plotting.phase_portrait(activity, directions)


def test_activity_without_a_plane():
    with pytest.raises(ParameterError, match="activity must have two units or more"):
        plotting.phase_portrait(np.zeros((1, 5, 1)))
    with pytest.raises(ParameterError, match="activity must change"):
        plotting.phase_portrait(np.ones((1, 5, 3)))
