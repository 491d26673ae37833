"""Figures of the geometry of activity show the numbers of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis, plotting
from neurosim.errors import ParameterError, ShapeError, UnknownNameError


@pytest.fixture
def activity(rng):
    return rng.standard_normal((6, 40, 8)).cumsum(axis=1)


def test_tangling_over_time(activity):
    result = analysis.tangling(activity, dt=0.5)
    ax = plotting.tangling(result)
    assert len(ax.lines) == 6 + 1
    assert_allclose(ax.lines[2].get_ydata(), result.values[2])
    assert_allclose(ax.lines[2].get_xdata(), result.times)
    assert_allclose(ax.lines[-1].get_ydata(), result.percentile(90))


def test_rotations_in_a_plane(activity):
    result = analysis.jpca(activity)
    places = result.project(activity)
    ax = plotting.rotations(result, activity, plane=1)
    assert_allclose(ax.lines[0].get_xdata(), places[0, :, 2])
    assert_allclose(ax.lines[0].get_ydata(), places[0, :, 3])
    assert_allclose(ax.lines[1].get_xdata(), places[0, :1, 2])
    assert ax.get_xlabel() == "jPC 3"
    with pytest.raises(ParameterError, match=r"plane must be below 3.*got 3"):
        plotting.rotations(result, activity, plane=3)


def test_rotations_that_start_in_one_place_are_colored_where_they_differ():
    turns = np.linspace(0.0, 1.5, 40)[:, None]
    radii = np.arange(4.0)[:, None, None]
    planes = np.concatenate([np.sin(turns), 1.0 - np.cos(turns)], axis=1)
    ax = plotting.rotations(analysis.jpca(radii * planes, 2), radii * planes)
    assert len({tuple(line.get_color()) for line in ax.lines[:8:2]}) == 4
    places = [line.get_xdata() for line in ax.lines[:8:2]]
    brightness = [sum(line.get_color()[:3]) for line in ax.lines[:8:2]]
    latest = np.argmax(np.std(places, axis=0))
    # brightness of this map of colors rises along it
    assert np.argsort([place[latest] for place in places]).tolist() == np.argsort(brightness).tolist()


CONDITIONS = {"stimulus": np.array([0, 0, 1, 1, 2, 2]), "choice": np.array([-1, 1, -1, 1, -1, 1])}


def test_demixed_components_by_condition(activity):
    result = analysis.demixed_components(activity, CONDITIONS, count=2)
    ax = plotting.demixed_components(result, name="choice", component=1)
    assert_allclose([line.get_ydata() for line in ax.lines], result.courses[2, 1])
    assert [line.get_label() for line in ax.lines] == list(result.conditions)
    assert plotting.demixed_components(result).get_ylabel() == "component 1 of stimulus"
    with pytest.raises(ParameterError, match=r"component must be below 2.*got 2"):
        plotting.demixed_components(result, component=2)


def test_demixed_variances_are_stacked(activity):
    result = analysis.demixed_components(activity, CONDITIONS, count=2)
    ax = plotting.demixed_variances(result)
    heights = np.array([[bar.get_height() for bar in bars] for bars in ax.containers])
    assert_allclose(heights.sum(axis=0), result.shares.ravel())
    assert_allclose(heights[1], (result.shares * result.composition[..., 1]).ravel())


def test_targeted_trajectories_are_means(activity):
    result = analysis.targeted_axes(activity, CONDITIONS)
    ax = plotting.targeted_trajectories(result, activity, CONDITIONS["choice"])
    mean = result.project(activity)[CONDITIONS["choice"] == 1].mean(axis=0)
    assert_allclose(ax.lines[2].get_xydata(), mean)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["-1", "1"]
    assert ax.get_ylabel() == "axis of choice"
    with pytest.raises(ShapeError, match=r"values must have the shape \(6,\).*got \(2,\)"):
        plotting.targeted_trajectories(result, activity, [1.0, 2.0])
    one = analysis.targeted_axes(activity, {"choice": CONDITIONS["choice"]})
    with pytest.raises(ParameterError, match=r"result must have two variables or more \(got 1\)"):
        plotting.targeted_trajectories(one, activity, CONDITIONS["choice"])


def test_communication_scores_by_rank(activity):
    result = analysis.communication_subspace(activity[..., :5], activity[..., 5:], folds=3)
    ax = plotting.communication_scores(result)
    assert_allclose(ax.lines[0].get_ydata(), result.scores)
    bars = ax.collections[0].get_segments()
    assert_allclose([bar[1, 1] - bar[0, 1] for bar in bars], 2.0 * result.standard_errors, atol=1e-12)
    assert_allclose(ax.lines[-1].get_xdata(), result.dimension)


def test_readout_alignment_is_cumulative(activity):
    result = analysis.readout_alignment(activity, np.ones((1, 8)))
    ax = plotting.readout_alignment(result)
    shown = [line.get_ydata() for line in ax.lines[:3]]
    expected = (result.activity_shares, result.output_shares, result.weight_shares)
    assert_allclose(shown, [np.cumsum(each) for each in expected])
    assert f"{result.correlation:.3g}" in ax.get_title()


def test_tensor_factors(activity):
    result = analysis.tensor_components(activity, 2, starts=2, dt=0.5, rng=0)
    courses, trials = plotting.tensor_factors(result), plotting.tensor_factors(result, factor="trials")
    assert_allclose(courses.lines[1].get_xydata(), np.stack([result.times, result.courses[:, 1]], axis=1))
    assert_allclose(trials.lines[0].get_ydata(), result.weights[0] * result.trials[:, 0])
    with pytest.raises(UnknownNameError, match="factor = 'unit' is unknown"):
        plotting.tensor_factors(result, factor="unit")


def test_canonical_correlations(activity):
    result = analysis.canonical_alignment(activity[..., :4], activity[..., 4:], count=3)
    assert_allclose(plotting.canonical_correlations(result).lines[0].get_ydata(), result.correlations)


def test_aligned_trajectories(activity):
    first, second = activity[..., :4], activity[..., 4:]
    result = analysis.procrustes_alignment(first, second)
    ax = plotting.aligned_trajectories(result, first, second)
    components = analysis.principal_components(first, count=2)
    assert_allclose(ax.lines[1].get_xydata(), components.project(first)[1])
    assert_allclose(ax.lines[6 + 2].get_xydata(), components.project(result.transform(second))[2])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["first", "second, aligned"]
