"""Graphs of attractors: a memory of one bit that pulses set, toggle or leave."""

from __future__ import annotations

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis.similarity.attractor_graphs import AttractorGraph, attractor_graph, graph_distance
from neurosim.errors import ShapeError

POINT, CYCLE = "fixed point", "limit cycle"


def graph(kinds, *pulses):
    return AttractorGraph(tuple(kinds), np.array(pulses, dtype=int).reshape(len(pulses), len(kinds)))


def test_kinds_and_numbers_are_compared():
    assert graph_distance(graph([POINT]), graph([POINT])) == 0.0
    assert graph_distance(graph([POINT]), graph([CYCLE])) == 1.0
    # one of three is common
    assert graph_distance(graph([POINT, CYCLE]), graph([POINT, POINT])) == pytest.approx(2.0 / 3.0)
    assert graph_distance(graph([POINT] * 4), graph([POINT] * 2)) == pytest.approx(0.5)


def test_names_of_attractors_do_not_matter():
    first = graph([POINT, CYCLE, POINT], [1, 1, 0], [2, 0, 2])
    order = np.array([2, 0, 1])
    place = np.argsort(order)
    second = graph(np.array(first.kinds)[order], *(place[row[order]] for row in first.targets))
    assert graph_distance(first, second, rounds=5) == 0.0


def test_transitions_are_compared():
    setting, toggling = graph([POINT, CYCLE], [0, 0]), graph([POINT, CYCLE], [1, 0])
    assert graph_distance(setting, toggling, rounds=0) == 0.0
    # after one pulse the cycle goes to the point in both, the point does so in one: 3 of 5 labels are common
    assert graph_distance(setting, toggling, rounds=1) == pytest.approx(0.4)
    assert graph_distance(setting, toggling, rounds=2) > 0.4


def test_is_a_metric():
    draw = np.random.default_rng(0)
    graphs = [graph(draw.choice([POINT, CYCLE], n), *draw.integers(0, n, (2, n))) for n in (1, 2, 2, 3, 4, 4)]
    distances = np.array([[graph_distance(a, b) for a in graphs] for b in graphs])
    assert distances == pytest.approx(distances.T)
    assert np.diag(distances) == pytest.approx(np.zeros(6))
    assert np.all(distances[:, None, :] <= distances[:, :, None] + distances[None, :, :] + 1e-12)


@pytest.fixture(scope="module")
def switch():
    """One unit of two stable states, r = tanh(2 r), which strong pulses choose."""
    return ns.Network(ns.LeakyRate("tanh"), ns.Explicit([[2.0]]), 1, inputs=1, input_weights=[[1.0]], rng=0)


def test_pulses_set_the_switch(switch):
    found = attractor_graph(switch, np.array([[3.0], [-3.0], [0.1]]), starts=10, rng=1)
    assert found.kinds == (POINT, POINT)
    up, down, weak = found.targets
    assert up[0] == up[1] != down[0] == down[1]
    # below the fold at 0.53, nothing happens
    assert weak.tolist() == [0, 1]


def test_attractors_that_only_pulses_reach_are_found(switch):
    """All starts are in one basin; the other state is found by the pulse."""
    found = attractor_graph(switch, np.array([[-3.0]]), starts=np.array([[0.5], [1.0]]), rng=1)
    assert found.kinds == (POINT, POINT)
    assert -1 not in found.targets


def test_bad_input(switch):
    with pytest.raises(ShapeError, match=r"pulses must have shape \(1, 1\) \(got \(1, 2\)\)"):
        attractor_graph(switch, np.ones((1, 2)))
    with pytest.raises(ShapeError, match=r"second must have the pulses of first \(got 0 and 1\)"):
        graph_distance(graph([POINT], [0]), graph([POINT]))
    with pytest.raises(ShapeError, match=r"targets must be between -1 and 0 \(got \[\[3\]\]\)"):
        graph([POINT], [3])
    with pytest.raises(ShapeError, match=r"targets must be \(pulses, 2\)"):
        AttractorGraph((POINT, CYCLE), np.zeros((1, 3), dtype=int))
