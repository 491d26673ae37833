"""The search for zeros of a vector field, before any of them is certified."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import fixed_points
from neurosim.analysis.fixed_points import certification
from neurosim.analysis.fixed_points import search as search_module
from neurosim.analysis.fixed_points.fixed_points import search_settings
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.search import distinct, newton, search
from neurosim.time_constants import TimeConstants


def unit(gain, tau=1.0):
    return ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Explicit(np.array([[gain]])), size=1, rng=0)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_speeds_are_counted_in_time_constants(scale):
    settings = search_settings(TimeConstants(fastest=scale, slowest=10.0 * scale))
    assert settings.tolerance == pytest.approx(1e-12 / scale)
    assert settings.slow_speed == pytest.approx(1e-4 / scale)
    assert search_settings(TimeConstants(scale, scale), tolerance=1e-9).tolerance == 1e-9


def test_newton_converges_quadratically_to_a_simple_zero():
    """x = 2 tanh x: from 0.1 away the error is squared in each step, five suffice."""
    field, starts = as_field(unit(2.0)), np.array([[[2.0]]])
    ends = newton(field, starts, search_settings(TimeConstants(1.0, 1.0), iterations=5))
    assert ends.found.all()
    assert_allclose(2.0 * np.tanh(ends.states), ends.states, atol=1e-13)


def test_distinct_states_are_represented_by_the_slowest():
    states = np.array([[[0.0], [1e-8], [1.0], [1.0 + 1e-8], [1.0]]])
    representatives, groups = distinct(states, np.array([3.0, 1.0, 2.0, 5.0, 4.0]), 1e-6)
    assert representatives.tolist() == [1, 2]
    assert groups.tolist() == [0, 0, 1, 1, 1]


def test_singular_values_are_computed_once_for_each_point(monkeypatch):
    """Three points are found from forty starts; the certification takes their singular values from the search."""
    calls = []

    def counted(field, states):
        calls.append(states.shape[1])
        return original(field, states)

    original = search_module.smallest_singular_values
    # the certification computes those that are missing
    for module in (search_module, certification):
        monkeypatch.setattr(module, "smallest_singular_values", counted)
    found = fixed_points(unit(2.0), starts=np.linspace(-3.0, 3.0, 40)[:, None])
    assert len(found) == 3
    assert found.certified.all()
    assert calls == [3]


def test_starts_without_a_zero_end_at_the_minimum_of_the_speed():
    """x = 2 tanh(x) + y just past its fold: the speed is least where the slope of 2 tanh is one."""
    network = unit(2.0).replace(bias=np.array([0.5328399753535535 + 1e-3]))
    field = as_field(network)
    ends = search(field, np.array([[[-0.9]]]), search_settings(TimeConstants(1.0, 1.0)))
    assert not ends.found[0]
    assert_allclose(ends.states[0, 0], -np.arctanh(np.sqrt(0.5)), atol=1e-3)
    assert ends.speeds[0] == pytest.approx(1e-3, rel=1e-3)
