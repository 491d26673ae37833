"""Tangling against closed forms on circles and on a figure of eight, a direct loop, and its invariances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ortho_group

from neurosim import analysis
from neurosim.analysis.geometry import tangling as module
from neurosim.errors import ParameterError

DT = 0.01


def curve(x, y):
    return np.stack([x, y], axis=-1)


def turn(samples, frequency=1.0):
    return 2.0 * np.pi * frequency * DT * np.arange(samples)


def test_circle_has_the_same_tangling_everywhere():
    """The opposite point has the opposite velocity: Q = (2 v)² / ((2 r)² + ε), at midpoints of radius r < 1."""
    phase = turn(101)[:-1]
    found = analysis.tangling(curve(np.cos(phase), np.sin(phase)), dt=DT)
    half = np.pi * DT
    radius, speed = np.cos(half), 2.0 * np.sin(half) / DT
    expected = (2.0 * speed) ** 2 / ((2.0 * radius) ** 2 + 0.1)
    # the first and the last of 100 points are not joined, so that one of 99 midpoints has no opposite
    assert_allclose(np.sort(found.values.ravel())[1:], expected, rtol=1e-12)
    assert_allclose(found.softening, 0.1, rtol=1e-12)
    assert_allclose(found.times[[0, -1]], [0.005, 0.985])


def test_crossing_of_a_figure_of_eight():
    """Where the curve crosses itself the distance is 0, so that Q is the squared difference of velocities over ε."""
    phase = turn(2001, 0.1)  # two turns in time 20
    found = analysis.tangling(curve(np.sin(phase), np.sin(2.0 * phase)), dt=DT)
    # velocities at the crossing: ω (±1, 2), mean squared distance 1; samples near it err by (ω dt)² / ε = 4e-4
    omega = 0.2 * np.pi
    assert_allclose(found.values.max(), 4.0 * omega**2 / 0.1, rtol=1e-3)


def test_equals_a_loop_over_pairs(rng, monkeypatch):
    activity = rng.standard_normal((3, 20, 5)).cumsum(axis=1)
    monkeypatch.setattr(module, "BLOCK", 100)  # several blocks of one row
    found = analysis.tangling(activity, count=5, dt=0.5)
    states = 0.5 * (activity[:, 1:] + activity[:, :-1]).reshape(-1, 5)
    slopes = (np.diff(activity, axis=1) / 0.5).reshape(-1, 5)
    epsilon = 0.1 * activity.reshape(-1, 5).var(axis=0).sum()
    expected = [
        max(
            np.sum((a - c) ** 2) / (np.sum((x - y) ** 2) + epsilon)
            for y, c in zip(states, slopes, strict=True)
        )
        for x, a in zip(states, slopes, strict=True)
    ]
    assert_allclose(found.values.ravel(), expected, rtol=1e-10)
    assert_allclose(found.share, 1.0)


def test_rotations_shifts_and_scales_change_nothing(rng):
    activity = rng.standard_normal((4, 30, 6)).cumsum(axis=1)
    moved = 7.0 * activity @ ortho_group.rvs(6, random_state=1) + rng.standard_normal(6)
    first, second = (analysis.tangling(each, count=3) for each in (activity, moved))
    assert_allclose(second.values, first.values, rtol=1e-9)
    # half the time between samples: four times the tangling
    assert_allclose(analysis.tangling(activity, count=3, dt=0.5).values, 4.0 * first.values, rtol=1e-12)
    assert 0.0 < first.share < 1.0
    assert first.percentile(100) == first.values.max()


def test_bad_input(rng):
    activity = rng.standard_normal((2, 10, 4))
    with pytest.raises(ParameterError, match=r"count must be at most 4.*got 5"):
        analysis.tangling(activity, count=5)
    with pytest.raises(ParameterError, match=r"softening must be positive \(got 0\.0\)"):
        analysis.tangling(activity, softening=0.0)
    with pytest.raises(ParameterError, match="activity must change in time"):
        analysis.tangling(np.ones((2, 10, 4)))
