"""Principal components colored by an angle, all weights as an image, and strong ones as a graph."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting
from neurosim.errors import ParameterError, ShapeError


@pytest.fixture
def circle():
    """Eight trials that go outwards, each in a direction of its own, in a plane among four units."""
    angles = np.arange(8) * (np.pi / 4.0)
    plane = np.stack([3.0 * np.cos(angles), np.sin(angles), 0.0 * angles, 0.0 * angles], axis=1)
    return angles, np.linspace(0.1, 1.0, 6)[None, :, None] * plane[:, None] + 2.0


def test_a_line_for_each_trial_runs_along_the_components(circle):
    angles, values = circle
    ax = plotting.components(analysis.principal_components(values), values, angles=angles)
    assert len(ax.lines) == 8
    # the first component is the first unit, the second one the second, up to their sign, which is positive
    for line, trial in zip(ax.lines, values, strict=True):
        assert_allclose(np.transpose(line.get_data()), trial[:, :2] - 2.0, atol=1e-12)
    assert ax.get_xlabel() == "PC 1 (90 %)"
    assert len({tuple(line.get_color()) for line in ax.lines}) == 8


def test_a_dot_for_each_sample_in_three_dimensions(circle):
    angles, values = circle
    found = analysis.principal_components(values, 3)
    ax = plt.figure().add_subplot(projection="3d")
    plotting.components(found, values[None, :, -1], ax, angles=angles[None])
    assert len(ax.collections[0].get_offsets()) == 8
    assert ax.get_zlabel() == "PC 3 (0 %)"


def test_an_angle_and_the_same_after_a_turn_have_one_color(circle):
    angles, values = circle
    found = analysis.principal_components(values)
    first, turned = (plotting.components(found, values, angles=angles + turn) for turn in (0.0, 2.0 * np.pi))
    for one, other in zip(first.lines, turned.lines, strict=True):
        # there are 256 colors, and rounding may take the next one
        assert_allclose(one.get_color(), other.get_color(), atol=0.03)


def test_the_bar_shows_a_turn(circle):
    angles, values = circle
    ax = plotting.components(analysis.principal_components(values), values, angles=angles)
    plotting.angle_bar([ax])
    bar = ax.figure.axes[-1]
    assert bar.get_ylabel() == "direction"
    assert [tick.get_text() for tick in bar.get_yticklabels()] == ["0°", "90°", "180°", "270°", "360°"]


def test_shapes_that_do_not_fit(circle):
    angles, values = circle
    found = analysis.principal_components(values, 2)
    with pytest.raises(
        ShapeError,
        match=r"angles \(trials,\) or \(trials, samples\) \(got .* and \(3,\)\)",
    ):
        plotting.components(found, values, angles=angles[:3])
    with pytest.raises(ShapeError, match=r"\(got \(6, 4\) and \(8,\)\)"):
        plotting.components(found, values[0], angles=angles)
    with pytest.raises(ShapeError, match=r"result must have 3 components for these axes \(got 2\)"):
        plotting.components(found, values, plt.figure().add_subplot(projection="3d"), angles=angles)


@pytest.fixture
def network():
    return ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(1.0), size=5, inputs=3, outputs=2, rng=0)


def test_the_image_has_all_weights_where_they_belong(network):
    shown = np.ma.filled(plotting.connectivity(network).images[0].get_array(), np.nan)
    assert_allclose(shown[:5, :5], network.recurrent.dense())
    assert_allclose(shown[:5, 5:], network.input_weights)
    assert_allclose(shown[5:, :5], network.readout_weights)
    assert np.isnan(shown[5:, 5:]).all()


def test_the_graph_has_the_strong_connections(network):
    weights = np.zeros((5, 5))
    weights[1, 0], weights[3, 2], weights[4, 4], weights[2, 4] = 0.9, -0.8, 2.0, 0.3
    values = np.arange(5.0)
    ax = plotting.weight_graph(network.replace(recurrent=ns.Operator(weights)), values, 0.5)
    edges, units = ax.collections
    places = units.get_offsets()
    # from its source to its target; weights to itself and weak ones are left out
    lines = edges.get_segments()
    assert_allclose(lines[0], places[[0, 1]])
    assert_allclose(lines[1], places[[2, 3]])
    assert len(lines) == 2
    assert_allclose(units.get_array(), values)


def test_an_invalid_graph(network):
    with pytest.raises(ShapeError, match="values"):
        plotting.weight_graph(network, np.zeros(4), 0.5)
    with pytest.raises(ParameterError, match="threshold"):
        plotting.weight_graph(network, np.zeros(5), 0.0)


def test_trajectories_are_colored_by_condition():
    draw = np.random.default_rng(0)
    choices = np.array([0, 1, 1, 0, 1])
    values = draw.standard_normal((5, 40, 6)).cumsum(axis=1) + 5.0 * choices[:, None, None]
    found = analysis.principal_components(values, 2)
    ax = plotting.trajectories(found, values, choices)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]
    # two and three trials, two means, and a mark at each end of the means
    assert len(ax.lines) == 5 + 2 + 4
    means = {line.get_label(): np.transpose(line.get_data()) for line in ax.lines if line.get_label() in "01"}
    for choice, mean in means.items():
        assert_allclose(mean, found.project(values)[choices == int(choice)].mean(axis=0), atol=1e-12)
    colors = {line.get_label(): line.get_color() for line in ax.lines if line.get_label() in "01"}
    assert colors["0"] != colors["1"]


def test_more_conditions_than_colors_are_told_apart_and_words_are_labels():
    values = np.random.default_rng(0).standard_normal((9, 20, 4))
    ax = plotting.trajectories(analysis.principal_components(values, 2), values, [f"c{k}" for k in range(9)])
    lines = [line for line in ax.lines if line.get_label().startswith("c")]
    assert len({tuple(np.round(line.get_color(), 6)) for line in lines}) == 9
    with pytest.raises(
        ShapeError, match=r"conditions must have the shape \(9,\), one for each trial \(got \(2,\)\)"
    ):
        plotting.trajectories(analysis.principal_components(values, 2), values, ["a", "b"])
