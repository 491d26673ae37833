"""Figures of similarity show the distances of their result."""

import numpy as np
import pytest

from neurosim import plotting
from neurosim.analysis import Similarity
from neurosim.errors import ShapeError
from neurosim.plotting.style import GREY

PLACES = np.array([0.0, 10.0, 0.1, 10.3, 5.0])
RESULT = Similarity(tuple("abcde"), np.abs(PLACES[:, None] - PLACES), "dynamics", None)


def test_distances_are_in_the_order_of_the_tree():
    ax = plotting.distance_matrix(RESULT)
    order = RESULT.order()
    assert np.array_equal(ax.images[0].get_array(), RESULT.distances[np.ix_(order, order)])
    assert [text.get_text() for text in ax.get_xticklabels()] == [RESULT.labels[k] for k in order]
    assert ax.images[0].colorbar.ax.get_ylabel() == "distance (radians)"


def test_solutions_join_at_their_mean_distance():
    ax = plotting.dendrogram(RESULT, groups=["low", "high", "low", "high", "middle"])
    heights = sorted(line.get_ydata().max() for line in ax.lines if line.get_color() == GREY)
    assert heights == pytest.approx(np.sort(RESULT.linkage()[:, 2]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["low", "high", "middle"]
    leaves = {line.get_label(): line.get_xdata() for line in ax.lines if line.get_marker() == "o"}
    assert {name: len(points) for name, points in leaves.items()} == {"low": 2, "high": 2, "middle": 1}
    # members of a group are neighbors
    assert np.ptp(leaves["low"]) == np.ptp(leaves["high"]) == 10.0


def test_points_are_as_far_apart_as_solutions():
    ax = plotting.similarity_map(RESULT, groups=[0, 1, 0, 1, 2])
    points = np.concatenate([np.stack(line.get_data(), axis=-1) for line in ax.lines])
    places = PLACES[[0, 2, 1, 3, 4]]
    # all on one line, in which scaling is exact
    assert np.abs(points[:, 0, None] - points[:, 0]) == pytest.approx(
        np.abs(places[:, None] - places), abs=1e-9
    )
    assert points[:, 1] == pytest.approx(np.zeros(5), abs=1e-6)
    assert plotting.similarity_map(RESULT).get_legend() is None


def test_many_solutions_have_no_names():
    places = np.arange(40.0)
    many = Similarity(tuple(map(str, range(40))), np.abs(places[:, None] - places), "attractors", None)
    assert not plotting.distance_matrix(many).get_xticklabels()
    assert not any(text.get_text() for text in plotting.dendrogram(many).get_xticklabels())


def test_groups_fit_the_solutions():
    for figure in (plotting.dendrogram, plotting.similarity_map):
        with pytest.raises(ShapeError, match=r"groups must be one for each of 5 solutions \(got 2\)"):
            figure(RESULT, groups=[0, 1])
