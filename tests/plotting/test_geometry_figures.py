"""Figures of the geometry of activity show the numbers of their results."""

import pytest
from numpy.testing import assert_allclose

from neurosim import analysis, plotting
from neurosim.errors import ParameterError


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
