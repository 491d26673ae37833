"""Principal angles of subspaces that were built with known angles, and activity in the epochs of a task."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError


def within(basis, draw, samples=400, trials=2):
    """Activity of decreasing variance along the columns of a basis."""
    strengths = 1.0 / np.arange(1, basis.shape[1] + 1)
    return (draw.standard_normal((trials, samples, basis.shape[1])) * strengths) @ basis.T


def tilted_by(angles, units, draw):
    """Two orthonormal bases with these principal angles."""
    frame = np.linalg.qr(draw.standard_normal((units, 2 * len(angles))))[0]
    first, rest = frame[:, : len(angles)], frame[:, len(angles) :]
    return first, first * np.cos(angles) + rest * np.sin(angles)


@pytest.mark.parametrize("angles", [[0.0, 0.3, 1.2], [1e-7, 0.5, np.pi / 2], [0.2, 0.2, 0.2]])
def test_subspaces_have_the_angles_that_they_were_built_with(angles, rng):
    first, second = tilted_by(np.array(angles), 20, rng)
    found = ns.analysis.principal_angles({"a": within(first, rng), "b": within(second, rng)}, count=3)
    assert_allclose(found.angles[0, 1], angles, atol=1e-9)
    assert_allclose(found.angles[1, 0], angles, atol=1e-9)
    assert_allclose(found.angles[[0, 1], [0, 1]], 0.0)
    assert found.overlap[0, 1] == pytest.approx(np.mean(np.cos(angles) ** 2))
    # each activity lies in its subspace entirely, and so do its halves
    assert_allclose(found.shares, 1.0)
    assert_allclose(found.own, 0.0, atol=1e-7)
    assert found.chance == pytest.approx(3 / 20)


def test_captured_variance_of_planes_at_right_angles_and_of_the_same_plane(rng):
    frame = np.linalg.qr(rng.standard_normal((10, 6)))[0]
    same = within(frame[:, :2], rng)
    found = ns.analysis.principal_angles(
        {"plane": same, "same": same @ (np.eye(10)), "other": within(frame[:, 2:4], rng)}, count=2
    )
    assert_allclose(found.captured, [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-12)
    assert_allclose(found.overlap, [[1, 1, 0], [1, 1, 0], [0, 0, 1]], atol=1e-12)


def test_random_subspaces_overlap_by_chance(rng):
    found = [
        ns.analysis.principal_angles({name: rng.standard_normal((40, 15)) for name in "ab"}, count=3)
        for _ in range(100)
    ]
    overlaps = [each.overlap[0, 1] for each in found]
    assert np.mean(overlaps) == pytest.approx(3 / 15, abs=4 * np.std(overlaps) / 10)
    # noise: two halves are as far apart as two recordings
    own = [np.mean(np.cos(each.own[0]) ** 2) for each in found]
    assert np.mean(own) == pytest.approx(3 / 15, abs=4 * np.std(own) / 10)


def test_a_single_trial_is_halved_in_time(rng):
    basis = np.linalg.qr(rng.standard_normal((8, 4)))[0]
    turning = np.vstack([within(basis[:, :2], rng, 300, 1)[0], within(basis[:, 2:], rng, 300, 1)[0]])
    steady = within(basis[:, :2], rng, 600, 1)
    found = ns.analysis.principal_angles({"turning": turning, "steady": steady}, count=2)
    assert_allclose(found.own, [[np.pi / 2, np.pi / 2], [0.0, 0.0]], atol=1e-7)


@pytest.mark.parametrize(
    ("activities", "count", "error", "message"),
    [
        ({"a": (50, 4)}, 2, ParameterError, r"activities must hold two or more recordings by name \(got 1\)"),
        (
            {"a": (50, 4), "b": (50, 5)},
            2,
            ShapeError,
            r"activities must be recordings of the same units \(got \{'a': 4, 'b': 5\}\)",
        ),
        (
            {"a": (50, 4), "b": (3, 4)},
            4,
            ParameterError,
            r"count must be at most 3, the dimension of activity 'b' with 4 units at 3 samples \(got 4\)",
        ),
        ({"a": (50, 4), "b": (50, 4)}, 0, ParameterError, r"count must be at least 1 \(got 0\)"),
    ],
)
def test_bad_activities(activities, count, error, message, rng):
    with pytest.raises(error, match=message):
        ns.analysis.principal_angles(
            {name: rng.standard_normal(shape) for name, shape in activities.items()}, count
        )


def test_activity_of_too_few_dimensions(rng):
    line = rng.standard_normal((50, 1)) * np.ones(4)
    with pytest.raises(
        ParameterError,
        match=r"count must be at most the dimension of each activity \(got count = 2; activity 'line'",
    ):
        ns.analysis.principal_angles({"line": line, "all": rng.standard_normal((50, 4))}, count=2)
    with pytest.raises(
        ParameterError,
        match=r"activity must change in time or between trials \(got a constant, which has no principal",
    ):
        ns.analysis.principal_angles(
            {"still": np.ones((50, 4)), "all": rng.standard_normal((50, 4))}, count=2
        )


@pytest.fixture
def trials():
    return ns.tasks.Xor().trials(6, dt=1.0, rng=0)


def test_activity_during_an_epoch_is_aligned_with_the_targets(trials):
    steps = np.broadcast_to(np.arange(trials.steps + 1.0)[:, None], (6, trials.steps + 1, 3))
    for epoch, (start, stop) in trials.epochs.items():
        lengths = stop - start
        found = ns.analysis.during(steps, trials, epoch)
        # step k leads to sample k + 1
        expected = np.concatenate([np.arange(a + 1.0, b + 1.0) for a, b in zip(start, stop, strict=True)])
        assert_allclose(found[..., 0].ravel(), expected)
        assert found.shape[0] == (6 if (lengths == lengths[0]).all() else 1)
        without_start = ns.analysis.during(steps[:, 1:], trials, epoch)
        assert_allclose(without_start, found)


def test_bad_epochs(trials):
    activity = np.zeros((6, trials.steps + 1, 3))
    with pytest.raises(UnknownNameError, match="epoch 'dellay' is unknown"):
        ns.analysis.during(activity, trials, "dellay")
    with pytest.raises(
        ShapeError, match=rf"= \(6, {trials.steps + 1}\), as these trials \(got \(5, {trials.steps + 1}\)\)"
    ):
        ns.analysis.during(activity[:5], trials, next(iter(trials.epochs)))
