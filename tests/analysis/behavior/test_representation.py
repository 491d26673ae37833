"""Units, tasks and groups of units: variances, clusters and task vectors of constructed populations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.analysis import clusters, silhouettes, task_variance, task_vectors
from neurosim.errors import ParameterError, ShapeError, UnknownNameError


def rates(depths, conditions=4, samples=5):
    """Units whose rates are a depth times a condition of variance 1."""
    condition = np.arange(conditions) - (conditions - 1) / 2
    condition /= condition.std()
    return (
        np.broadcast_to(condition[:, None, None] * np.asarray(depths), (conditions, samples, len(depths)))
        + 3.0
    )


def test_variance_is_over_conditions_and_averaged_over_time():
    activity = rates([2.0, 0.5, 0.0])
    assert_allclose(task_variance({"A": activity}).values[:, 0], [4.0, 0.25, 0.0], atol=1e-12)
    # a course in time that all conditions share does not count as task variance
    shared = activity + np.linspace(0.0, 9.0, 5)[None, :, None]
    assert_allclose(task_variance({"A": shared}).values[:, 0], [4.0, 0.25, 0.0], atol=1e-12)
    # the first two of five samples without a condition: three fifths are left, or all of what is kept
    late = activity.copy()
    late[:, :2] = 3.0
    assert_allclose(task_variance({"A": late}).values[0, 0], 4.0 * 3 / 5)
    assert_allclose(task_variance({"A": late}, discard=2).values[0, 0], 4.0)


def test_fractional_variance_of_known_populations():
    found = task_variance({"A": rates([1.0, 0.0, 2.0, 1.0, 0.0]), "B": rates([0.0, 3.0, 2.0, 0.5, 0.0])})
    expected = [1.0, -1.0, 0.0, (1.0 - 0.25) / (1.0 + 0.25), np.nan]
    assert_allclose(found.fractional("A", "B"), expected, atol=1e-12)
    assert_allclose(found.fractional("B", "A"), -np.array(expected), atol=1e-12)
    assert found.active.tolist() == [True, True, True, True, False]
    assert_allclose(found.normalized, [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.25]], atol=1e-12)


def test_silhouettes_agree_with_a_hand_computation():
    # distances by hand: a = 1, b = mean(4, 6) = 5 for the point 0; a = 1, b = mean(3, 5) = 4 for the point 1
    expected = [(5 - 1) / 5, (4 - 1) / 4, (3.5 - 2) / 3.5, (5.5 - 2) / 5.5]
    assert_allclose(silhouettes(np.array([[0.0], [1.0], [4.0], [6.0]]), np.array([7, 7, 2, 2])), expected)


def test_silhouettes_agree_with_loops(rng):
    points, labels = rng.standard_normal((40, 3)), rng.integers(0, 4, 40)
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    for k, value in enumerate(silhouettes(points, labels)):
        others = (labels == labels[k]) & (np.arange(40) != k)
        own = distance[k, others].mean()
        nearest = min(distance[k, labels == group].mean() for group in set(labels) - {labels[k]})
        assert value == pytest.approx((nearest - own) / max(own, nearest))


def test_units_of_one_task_each_are_clustered_by_task(rng):
    """Twelve units for each of four tasks, in random order, with small noise."""
    task_of = rng.permutation(np.repeat(np.arange(4), 12))
    features = np.eye(4)[task_of] + 0.05 * rng.standard_normal((48, 4))
    found = clusters(features, rng=1)
    assert found.count == 4
    # clusters come in the order of the task that they prefer
    assert (found.labels == task_of).all()
    assert found.members(2).tolist() == np.flatnonzero(task_of == 2).tolist()
    assert found.scores[4] == max(found.scores.values()) == pytest.approx(found.silhouettes.mean())
    again = clusters(features, rng=1)
    assert (again.labels == found.labels).all()


def test_points_without_groups_have_a_low_score(rng):
    assert max(clusters(rng.standard_normal((200, 6)), range(2, 8), rng=0).scores.values()) < 0.25


def test_task_vectors_are_means_over_trials_at_one_sample(rng):
    activities = {"A": rng.standard_normal((6, 9, 4)), "B": rng.standard_normal((3, 7, 4))}
    found = task_vectors(activities, {"A": 8, "B": 2})
    assert_allclose(found["A"], activities["A"][:, 8].mean(axis=0))
    assert_allclose(found.difference("A", "B"), found["A"] - found["B"])


def test_tasks_that_add_up_are_parallel(rng):
    base, anti, delay, other = rng.standard_normal((4, 30))
    places = {
        "go": base,
        "anti": base + anti,
        "delay_go": base + delay,
        "delay_anti": base + anti + delay,
        "x": other,
    }
    found = task_vectors({name: np.tile(place, (2, 3, 1)) for name, place in places.items()}, -1)
    assert found.parallel(("delay_go", "go"), ("delay_anti", "anti")) == pytest.approx(1.0)
    assert found.parallel(("delay_go", "go"), ("anti", "delay_anti")) == pytest.approx(-1.0)
    assert_allclose(found.combine({"delay_go": 1, "go": -1, "anti": 1}), places["delay_anti"])
    cosine = anti @ delay / np.linalg.norm(anti) / np.linalg.norm(delay)
    assert found.parallel(("delay_go", "go"), ("anti", "go")) == pytest.approx(cosine)


def test_planes_of_rotated_networks_are_the_same(rng):
    # a parallelogram in the plane of two units, then in a random plane and mirrored
    corners = {"A": [0.0, 0.0], "B": [3.0, 0.0], "C": [0.0, 1.0], "D": [3.0, 1.2]}
    frame = np.linalg.qr(rng.standard_normal((20, 2)))[0][:, ::-1]
    flat = task_vectors({n: np.tile(p, (1, 1, 1)) for n, p in corners.items()}, 0)
    tilted = task_vectors({n: np.tile(frame @ p, (1, 1, 1)) for n, p in corners.items()}, 0)
    assert_allclose(flat.plane()[0], tilted.plane()[0], atol=1e-12)
    places, directions = tilted.plane()
    assert places[0, 0] > 0.0
    assert places[0, 1] == pytest.approx(0.0, abs=1e-12)
    assert places[1, 1] > 0.0
    assert_allclose(directions.T @ directions, np.eye(2), atol=1e-12)
    assert_allclose((tilted.vectors - tilted.vectors.mean(axis=0)) @ directions, places, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (
            lambda: task_variance({}),
            ParameterError,
            r"activities must hold the rates of at least one task by name\.",
        ),
        (
            lambda: task_variance({"A": np.ones((1, 5, 2))}),
            ParameterError,
            r"activities\['A'\] must have two trials or more, one for each condition, and more samples",
        ),
        (
            lambda: task_variance({"A": np.ones((2, 5, 2))}, discard=5),
            ParameterError,
            "more samples than discard = 5",
        ),
        (
            lambda: task_variance({"A": np.ones((2, 5))}),
            ShapeError,
            r"activities\['A'\] must have the shape \(trials, samples, units\), none of them 0 \(got \(2, 5\)\)",
        ),
        (
            lambda: task_variance({"A": "run"}),
            ParameterError,
            r"activities\['A'\] must be a run or an array \(got str\)",
        ),
        (
            lambda: task_variance({"A": rates([1, 1]), "B": rates([1])}),
            ShapeError,
            r"activities\['B'\] must have 2 units, as the others \(got 1\)",
        ),
        (
            lambda: task_variance({"A": rates([1])}).fractional("A", "C"),
            UnknownNameError,
            "task = 'C' is unknown",
        ),
        (lambda: silhouettes(np.eye(3), np.zeros(3)), ShapeError, "number of clusters 1"),
        (
            lambda: clusters(np.ones((5, 2))),
            ParameterError,
            r"counts must hold a number from 2 to the number of distinct samples minus one \(got 1",
        ),
        (lambda: clusters(np.eye(2)), ShapeError, "three samples or more"),
        (lambda: clusters(np.eye(5), [1]), ParameterError, r"counts must be at least 2 \(got 1\)"),
        (
            lambda: task_vectors({}, 0),
            ParameterError,
            r"activities must hold the rates of at least one task by name\.",
        ),
        (
            lambda: task_vectors({"A": np.ones((1, 3, 2))}, 3),
            ParameterError,
            r"samples must be an index into the 3 samples of 'A' \(got 3\)",
        ),
        (
            lambda: task_vectors({"A": np.ones((1, 3, 2))}, {"B": 0}),
            UnknownNameError,
            "samples = 'A' is unknown",
        ),
        (
            lambda: task_vectors({"A": rates([1.0])}, 0).plane(),
            ParameterError,
            r"a plane needs three tasks or more \(got 1\)",
        ),
        (
            lambda: task_vectors({"A": rates([1.0]), "B": rates([1.0])}, 0).parallel(("A", "B"), ("B", "A")),
            ParameterError,
            r"tasks of a difference must have different vectors \(got equal ones of 'A' and 'B'\)",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call()
