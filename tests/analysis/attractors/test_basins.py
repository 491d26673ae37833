"""Shares of basins against areas that are known, with their intervals."""

import numpy as np
import pytest

import neurosim as ns


def units(bias=0.0):
    """Two independent units of self-excitation 2: signs of both states are kept without bias, four basins."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(2.0 * np.eye(2)), size=2, rng=0)
    return network.replace(bias=np.full(2, bias))


def test_shares_are_the_areas_of_the_quadrants():
    """Of the box from (-1, -3) to (3, 1) a share of 3/4 · 1/4 is in the quadrant of both signs positive."""
    found = ns.analysis.basins(units(), [-1.0, -3.0], [3.0, 1.0], samples=400, rng=0)
    assert len(found) == 4
    assert found.shares.sum() == pytest.approx(1.0)
    for each, low, high in zip(found.attractors.found, found.low, found.high, strict=True):
        area = np.prod(np.where(each.mean > 0.0, [0.75, 0.25], [0.25, 0.75]))
        # all four 95 % intervals hold their areas, at this seed
        assert low < area < high
    signs = np.sign(found.starts)
    means = np.array([found.attractors[k].mean for k in found.attractors.labels])
    assert np.array_equal(np.sign(means), signs)


def test_interval_is_that_of_wilson():
    found = ns.analysis.basins(units(), -2.0, 2.0, samples=50, rng=1)
    share, z = found.shares[0], 1.959963984540054
    center = (share + z**2 / 100.0) / (1.0 + z**2 / 50.0)
    half = z / (1.0 + z**2 / 50.0) * np.sqrt(share * (1.0 - share) / 50.0 + z**2 / 10000.0)
    assert found.low[0] == pytest.approx(center - half)
    assert found.high[0] == pytest.approx(center + half)


def test_same_seed_same_shares_and_starts_in_the_box():
    one, two = (ns.analysis.basins(units(0.1), -1.0, [1.0, 2.0], samples=20, rng=3) for _ in range(2))
    assert np.array_equal(one.starts, two.starts)
    assert np.array_equal(one.shares, two.shares)
    assert (one.starts >= -1.0).all()
    assert (one.starts <= [1.0, 2.0]).all()


def test_bad_input():
    with pytest.raises(ns.errors.ParameterError, match="high must be above low everywhere"):
        ns.analysis.basins(units(), 1.0, -1.0)
    with pytest.raises(ns.errors.ParameterError, match="low must be a number, or have the shape of a state"):
        ns.analysis.basins(units(), np.zeros(3), 1.0)
    with pytest.raises(ns.errors.ParameterError, match="level must be below 1"):
        ns.analysis.basins(units(), -1.0, 1.0, level=1.5)
    with pytest.raises(ns.errors.ParameterError, match="samples must be at least 1"):
        ns.analysis.basins(units(), -1.0, 1.0, samples=0)
