"""Distances that were computed before Ctrl-C survive it, and the others follow; settings that are found are numbers."""

from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from neurosim.analysis import similarity
from neurosim.analysis.similarity import measures
from neurosim.errors import InterruptionWarning, ParameterError

quiet = partial(similarity, progress=False)


@pytest.fixture
def activities(rng):
    """Rotations in noise, three planes of 12 units, shape (samples, units) each."""
    times = np.arange(200.0)[:, None]
    found = []
    for k in range(5):
        angles = times * (0.05 + 0.02 * k) * np.arange(1, 4)
        waves = np.hstack([np.cos(angles), np.sin(angles)])
        plane = np.linalg.qr(rng.normal(size=(12, 6)))[0]
        found.append(waves @ plane.T + 0.01 * rng.normal(size=(200, 12)))
    return found


def stop_after(monkeypatch, owner, name, calls):
    """Let a function be called some times, and then press Ctrl-C."""
    original, count = getattr(owner, name), [0]

    def stopped(*args):
        count[0] += 1
        if count[0] > calls:
            raise KeyboardInterrupt
        return original(*args)

    monkeypatch.setattr(owner, name, stopped)
    return count


@pytest.mark.parametrize(
    ("kind", "function", "calls"),
    [("dynamics_eigenvalues", "matching_cost", 4), ("dynamics", "procrustes_distances", 2)],
)
def test_distances_before_ctrl_c_are_kept_and_the_rest_is_resumed(
    activities, monkeypatch, kind, function, calls
):
    monkeypatch.setattr(measures, "PAIRS", 2)
    settings = {"delays": 4, "rank": 6}
    whole = quiet(activities, kind, **settings)
    with monkeypatch.context() as patch:
        stop_after(patch, measures, function, calls)
        with pytest.warns(
            InterruptionWarning, match="stopped by Ctrl-C with 4 of 10 distances; give resume="
        ):
            partial_result = quiet(activities, kind, **settings)
    known = ~np.isnan(partial_result.distances)
    assert known.sum() == 5 + 2 * 4
    assert_array_equal(partial_result.distances[known], whole.distances[known])
    with monkeypatch.context() as patch:
        count = stop_after(patch, measures, function, 100)
        resumed = quiet(activities, kind, **settings, resume=partial_result)
    assert count[0] == (6 if kind == "dynamics_eigenvalues" else 3)
    assert_array_equal(resumed.distances, whole.distances)
    for method in (partial_result.linkage, partial_result.coordinates, partial_result.clusters):
        with pytest.raises(
            ParameterError, match=r"distances must be complete \(6 are missing since Ctrl-C\)"
        ):
            method()


def test_what_is_resumed_must_be_the_same_question(activities):
    found = quiet(activities[:2], "dynamics", delays=4, rank=6)
    for changes, message in (
        ({"kind": "cka", "delays": None, "rank": None}, "the same kind"),
        ({"rank": 5}, "the same settings"),
        ({"labels": ["a", "b"]}, "the same labels"),
    ):
        options = {"kind": "dynamics", "delays": 4, "rank": 6, **changes}
        options = {name: value for name, value in options.items() if value is not None}
        with pytest.raises(ParameterError, match=f"resume must be from a call with {message}"):
            quiet(activities[:2], **options, resume=found)
    with pytest.raises(ParameterError, match=r"resume must be a Similarity \(got 3\)"):
        quiet(activities[:2], resume=3)


@pytest.mark.parametrize("kind", ["dynamics", "dynamics_eigenvalues"])
def test_rank_and_delays_are_found_from_the_activity(activities, kind):
    found = quiet(activities, kind, delays="auto", rank="auto")
    # three rotations have six dimensions: 20 + 36 / 20 delays
    assert (found.measure.delays, found.measure.rank) == (22, 6)
    assert_array_equal(found.distances, quiet(activities, kind, delays=22, rank=6).distances)


def test_delays_that_are_found_leave_as_many_windows(activities):
    short = [activity[:25] for activity in activities]
    assert quiet(short, "dynamics_eigenvalues", delays="auto", rank=3).measure.delays == 13


@pytest.mark.parametrize("name", ["delays", "rank"])
def test_other_words_are_refused(activities, name):
    with pytest.raises(ParameterError, match=rf"{name} must be a whole number or 'auto' \(got 'svht'\)"):
        quiet(activities, "dynamics", **{name: "svht"})
