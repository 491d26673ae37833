"""Invariant manifolds against curves that are known, and against basins."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis import System, invariant_manifold


def saddle():
    """x' = x, y' = -y + x²: the unstable manifold of the origin is y = x² / 3, the stable one x = 0."""
    system = System(
        lambda s: np.array([s[0], -s[1] + s[0] ** 2]),
        lambda s: np.array([[1.0, 0.0], [2.0 * s[0], -1.0]]),
        size=2,
    )
    return ns.analysis.fixed_points(system, starts=np.array([[0.1, 0.1]]))


def switch(tau=1.0, activation="tanh"):
    weights = np.array([[0.0, -2.0], [-2.0, 0.0]])
    network = ns.Network(ns.LeakyCurrent(activation, tau=tau), ns.Explicit(weights), size=2, rng=0)
    return ns.analysis.fixed_points(
        network.replace(bias=np.array([0.2, 0.0])), starts=np.random.default_rng(0).standard_normal((50, 2))
    )


def test_unstable_manifold_is_the_parabola():
    found = invariant_manifold(saddle(), 0, 3.0)
    assert found.dimension == 1
    assert found.status == ("length", "length")
    for branch in found.states:
        # the beginning is on the tangent: an error of (3e-4)² / 3, which decays along the branch
        np.testing.assert_allclose(branch[:, 1], branch[:, 0] ** 2 / 3.0, atol=4e-8)
        # chords are shorter than the arc by a relative step² / 24
        length = np.linalg.norm(np.diff(branch, axis=0), axis=1).sum()
        assert length == pytest.approx(3.0, rel=1e-6)
    np.testing.assert_allclose(found.lengths, 3.0)


def test_steps_are_of_fourth_order():
    errors = []
    for steps in (10, 20):
        (branch, _) = invariant_manifold(saddle(), 0, 3.0, steps=steps).states
        errors.append(np.abs(branch[-1, 1] - branch[-1, 0] ** 2 / 3.0))
    # 16 in the limit of small steps
    assert 8.0 < errors[0] / errors[1] < 40.0


def test_stable_manifold_is_the_axis():
    found = invariant_manifold(saddle(), 0, 3.0, "stable")
    np.testing.assert_allclose(found.states[..., 0], 0.0, atol=1e-12)
    np.testing.assert_allclose(np.sort(found.states[:, -1, 1]), [-3.0, 3.0], rtol=1e-12)


def test_unstable_manifold_ends_at_the_memories():
    points = switch()
    found = invariant_manifold(points, 2, 6.0)
    assert found.status == ("fixed point", "fixed point")
    assert sorted(found.reached.tolist()) == [0, 1]
    for branch, end, length in zip(found.states, found.reached, found.lengths, strict=True):
        last = branch[np.isfinite(branch).all(axis=1)][-1]
        # within two steps
        assert np.linalg.norm(last - points.states[end]) < 2.0 * 6.0 / 1000
        assert length < 6.0


def test_stable_manifold_separates_the_basins():
    points = switch()
    found = invariant_manifold(points, 2, 2.0, "stable")
    ends = found.states[:, -1]
    for side, memory in ((1.0, points.states[:, 0].argmax()), (-1.0, points.states[:, 0].argmin())):
        starts = ends + side * np.array([0.01, -0.01])
        run = ns.simulate(points.network, 40.0, 0.05, "rk4", initial_state=starts, trials=2, progress=False)
        np.testing.assert_allclose(run.states[:, -1], np.tile(points.states[memory], (2, 1)), atol=1e-4)


def test_linear_pieces_have_straight_manifolds_up_to_the_kink():
    """Between its kinks the clipped switch is linear, with growing mode (1, -1)."""
    points = switch(activation=lambda x: np.clip(x, -1.0, 1.0))
    assert points.complete
    saddle_point = int(np.flatnonzero(points.unstable_dimensions == 1)[0])
    found = invariant_manifold(points, saddle_point, 6.0)
    origin = points.states[saddle_point]
    for branch in found.states:
        inside = branch[np.abs(branch).max(axis=1) < 1.0] - origin
        np.testing.assert_allclose(inside @ [1.0, 1.0], 0.0, atol=1e-9)
    assert (found.reached >= 0).all()


def test_sample_of_a_manifold_of_two_dimensions():
    """A linear node in the plane, stable in a third direction: branches stay in the plane, in all directions."""
    matrix = np.diag([1.0, 1.0, -1.0])
    system = System(lambda s: matrix @ s, lambda _: matrix, size=3)
    points = ns.analysis.fixed_points(system, starts=np.array([[0.1, 0.1, 0.1]]))
    found = invariant_manifold(points, 0, 2.0, branches=60, steps=50, rng=0)
    assert found.dimension == 2
    assert len(found) == 60
    np.testing.assert_allclose(found.states[..., 2], 0.0, atol=1e-12)
    angles = np.arctan2(found.states[:, -1, 1], found.states[:, -1, 0])
    # uniform: the mean of 60 unit vectors has a length of about 0.13, rarely twice that
    assert np.abs(np.exp(1j * angles).mean()) < 0.35
    again = invariant_manifold(points, 0, 2.0, branches=60, steps=50, rng=0)
    assert np.array_equal(found.states, again.states)


def test_a_focus_has_a_plane_for_its_pair_of_modes():
    matrix = np.array([[0.2, -1.0, 0.0], [1.0, 0.2, 0.0], [0.0, 0.0, -1.0]])
    points = ns.analysis.fixed_points(
        System(lambda s: matrix @ s, lambda _: matrix, size=3), starts=np.array([[0.1, 0.1, 0.1]])
    )
    assert invariant_manifold(points, 0, 1.0, branches=3, rng=0).dimension == 2
    stable = invariant_manifold(points, 0, 1.0, "stable")
    np.testing.assert_allclose(np.abs(stable.states[:, -1]), [[0.0, 0.0, 1.0]] * 2, atol=1e-12)


def test_bad_input():
    points = switch()
    with pytest.raises(ns.errors.ParameterError, match="point must have a growing mode"):
        invariant_manifold(points, 0, 1.0)
    with pytest.raises(ns.errors.ParameterError, match="length must be positive"):
        invariant_manifold(points, 2, 0.0)
    with pytest.raises(ns.errors.UnknownNameError, match="kind = 'center' is unknown"):
        invariant_manifold(points, 2, 1.0, "center")
    with pytest.raises(ns.errors.ParameterError, match="point must be from 0 to 2"):
        invariant_manifold(points, 7, 1.0)
    stepped = points.network.replace(stepping=ns.Stepping(dt=0.5, scheme="euler"))
    with pytest.raises(ns.errors.ParameterError, match="points must be those of a flow"):
        invariant_manifold(ns.analysis.fixed_points(stepped, starts=0.1 * np.eye(2)), 0, 1.0)
