"""Figures of manifolds and basins hold the numbers of the results."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import plotting


@pytest.fixture(scope="module")
def points():
    weights = np.array([[0.0, -2.0], [-2.0, 0.0]])
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=2, rng=0)
    return ns.analysis.fixed_points(network, starts=30, rng=1)


def test_branches_end_at_the_points(points):
    found = ns.analysis.invariant_manifold(points, 2, 6.0)
    ax = plotting.invariant_manifold(found, directions=(0, 1))
    lines = [line for line in ax.lines if line.get_marker() == "None"]
    assert len(lines) == 2
    ends = np.sort([line.get_xdata()[-1] for line in lines])
    # a branch ends within two of its thousand steps
    np.testing.assert_allclose(ends, np.sort(points.states[:2, 0]), atol=0.012)
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose([line.get_xdata()[0] for line in marks], points.states[:, 0])
    assert [line.get_markerfacecolor() == "white" for line in marks] == [False, False, True]


def test_basins_show_every_start_and_the_intervals(points):
    found = ns.analysis.basins(points.network, -2.0, 2.0, samples=40, rng=0)
    ax = plotting.basins(found, directions=(0, 1))
    dots = [line for line in ax.lines if line.get_marker() == "."]
    assert sum(len(line.get_xdata()) for line in dots) == 40
    label = ax.get_legend().get_texts()[0].get_text()
    assert f"{100 * found.shares[0]:.0f} % ({100 * found.low[0]:.0f}–{100 * found.high[0]:.0f} %)" in label
