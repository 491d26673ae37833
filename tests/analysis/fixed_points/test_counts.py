"""Counts of fixed points of several networks."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis.fixed_points.counts import FixedPointCounts
from neurosim.errors import ParameterError


def networks(gain, size=5, count=3):
    return [ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain), size, rng=k) for k in range(count)]


def test_one_unit_has_one_fixed_point_or_three():
    # x = w tanh x
    given = networks(3.0, 1, 8)
    found = ns.analysis.fixed_point_counts(given, 40, duration=20.0, rng=0, progress=False)
    expected = [3 if each.recurrent.dense()[0, 0] > 1.0 else 1 for each in given]
    assert found.counts.tolist() == expected
    assert found.estimates == pytest.approx(found.counts)
    assert found.complexity == pytest.approx(np.log(np.mean(expected)))
    # and rests at the stable ones
    assert (found.exponents < 0.0).all()


def test_counts_grow_with_the_gain():
    quiet, loud = (
        ns.analysis.fixed_point_counts(networks(gain), 400, duration=20.0, rng=0, progress=False)
        for gain in (0.6, 5.0)
    )
    assert quiet.counts.tolist() == [1, 1, 1]
    assert loud.counts.mean() > 1.0
    growth = [ns.theory.lyapunov_exponent(networks(g)[0], gain=g) for g in (1.5, 2.0)]
    complexities = [ns.theory.fixed_point_complexity(networks(g)[0], gain=g) for g in (1.5, 2.0)]
    ax = ns.plotting.fixed_point_counts([quiet, loud], (growth, complexities))
    assert ax.get_legend_handles_labels()[1] == ["theory, N → ∞", "simulation, N = 5"]


def test_points_that_were_reached_once_suggest_more():
    from neurosim.analysis.fixed_points.counts import _estimate

    assert _estimate(np.array([9, 4, 3])) == 3.0
    # Chao 1984, bias-corrected: 5 + 3 · 2 / (2 · (1 + 1))
    assert _estimate(np.array([9, 2, 1, 1, 1])) == 6.5


def test_a_list_that_is_proved_complete_needs_no_estimate():
    clipped = ns.LeakyCurrent(lambda x: np.clip(x, -1.0, 1.0))
    given = [ns.Network(clipped, ns.Gaussian(2.5), 6, rng=k) for k in range(4)]
    found = ns.analysis.fixed_point_counts(given, 1000, duration=20.0, rng=0, progress=False)
    # the number is odd, by the index theorem: the field points inwards far from the origin
    assert (found.counts % 2 == 1).all()
    assert found.counts.max() > 1
    np.testing.assert_array_equal(found.estimates, found.counts)


def test_what_cannot_be_counted():
    with pytest.raises(ParameterError, match=r"two or more of one size \(got 1 of the sizes \[5\]\)"):
        ns.analysis.fixed_point_counts(networks(1.0)[:1])
    with pytest.raises(ParameterError, match=r"sizes \[4, 5\]"):
        ns.analysis.fixed_point_counts([networks(1.0)[0], networks(1.0, 4)[0]])
    with pytest.raises(ParameterError, match="counts of one gain or more"):
        ns.plotting.fixed_point_counts([])
    assert FixedPointCounts(np.array([1, 3]), np.ones(2), np.zeros(2), 4).standard_error > 0.0
