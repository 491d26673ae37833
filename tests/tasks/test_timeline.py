"""Epochs in whole steps, and noise that does not depend on the step."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.tasks import Timeline, white_noise, whole_steps, within


@pytest.mark.parametrize(
    ("duration", "dt", "steps"),
    [
        (20.0, 1.0, 20),
        (20.0, 0.1, 200),
        (0.3, 0.1, 3),
        (1.0, 0.3, 3),
        (1.0, 0.4, 2),
        (0.1 * 3, 0.3, 1),
        (0.0, 1.0, 0),
    ],
)
def test_durations_are_rounded_to_whole_steps(duration, dt, steps):
    assert whole_steps("delay", duration, dt) == steps


def test_arrays_of_durations():
    assert_array_equal(whole_steps("delay", [1.0, 2.6, 0.0], 1.0), [1, 3, 0])


def test_steps_within_limits_are_those_of_a_slice():
    inside = within(6, np.array([[0, 2], [5, 3]]), np.array([[6, 4], [9, 3]]))
    for index, (start, stop) in {(0, 0): (0, 6), (0, 1): (2, 4), (1, 0): (5, 9), (1, 1): (3, 3)}.items():
        expected = np.zeros(6, bool)
        expected[start:stop] = True
        assert_array_equal(inside[index], expected)


def test_epochs_follow_each_other():
    timeline = Timeline.consecutive(3, 0.5, fixation=2.0, delay=[1.0, 3.0, 0.0], response=4.0)
    assert timeline.steps == 18
    assert_array_equal(timeline.epochs["fixation"], [[0, 0, 0], [4, 4, 4]])
    assert_array_equal(timeline.epochs["delay"], [[4, 4, 4], [6, 10, 4]])
    assert_array_equal(timeline.epochs["response"], [[6, 10, 4], [18, 18, 18]])
    covered = sum(timeline.during(name) for name in timeline.epochs)
    assert_array_equal(covered, np.ones((3, 18, 1)))
    assert_allclose(timeline.starts, 0.5 * np.arange(18))
    assert_allclose(timeline.ends - timeline.starts, 0.5)


def test_a_total_makes_batches_of_one_length():
    for delay in ([1.0, 3.0], [2.0, 2.5]):
        timeline = Timeline.consecutive(2, 0.5, 9.0, delay=delay, response=4.0)
        assert timeline.steps == 18
        assert_array_equal(timeline.epochs["response"][1], [18, 18])


@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_noise_integrates_to_the_same_at_any_step(dt, rng):
    steps = round(16 / dt)
    noise = white_noise((4000, steps, 2), 0.3, dt, rng)
    means = noise.mean(axis=1).ravel()
    # the relative error of a standard deviation of 8000 numbers is 1 / sqrt(16000) = 0.8 %
    assert_allclose(means.std(), 0.3 / 4.0, rtol=0.035)
    assert_allclose(noise.std(), 0.3 / np.sqrt(dt), rtol=0.02)


def test_no_noise_draws_nothing(rng):
    before = rng.bit_generator.state
    assert white_noise((5, 5), 0.0, 1.0, rng) == 0.0
    assert rng.bit_generator.state == before


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"delay": 0.5}, ParameterError, "delay must last at least one step of dt = 1 .got 0.5"),
        ({"delay": [2.0, 0.5]}, ParameterError, "delay must last at least one step .*got 0.5"),
        ({"delay": -1.0}, ParameterError, "delay must not be negative .got -1"),
        ({"delay": np.nan}, ParameterError, r"delay must be finite \(got nan\)"),
        (
            {"delay": [1.0, 2.0, 3.0]},
            ShapeError,
            r"delay must be one number, or one per trial .*got \(3,\)",
        ),
        ({"delay": 0.0}, ParameterError, "durations must give at least one step"),
        ({}, ParameterError, "durations must give at least one step"),
        (
            {"delay": 5.0, "response": 1.0, "total": 4.0},
            ParameterError,
            "total must be at least .*the start of response",
        ),
    ],
)
def test_impossible_durations(keywords, error, message):
    with pytest.raises(error, match=message):
        Timeline.consecutive(2, 1.0, **keywords)


@pytest.mark.parametrize(
    ("count", "dt", "message"),
    [
        (0, 1.0, r"count must be at least 1 \(got 0\)"),
        (2, 0.0, r"dt must be positive \(got 0.0\)"),
        (2, "1s", "dt must be a real number"),
    ],
)
def test_impossible_batches(count, dt, message):
    with pytest.raises(ParameterError, match=message):
        Timeline.consecutive(count, dt, delay=2.0)


def test_an_unknown_epoch_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match=r"epoch 'dely' is unknown\. Did you mean 'delay'"):
        Timeline.consecutive(2, 1.0, delay=2.0).during("dely")


def test_what_is_held_changes_with_the_epochs():
    timeline = Timeline.consecutive(3, 0.5, 4.0, first=[1.0, 2.0, 1.0], delay=[0.0, 0.5, 1.0], last=1.0)
    levels = np.random.default_rng(0).standard_normal((3, 3, 2))
    expected = sum(
        timeline.during(name) * levels[:, number, None, :] for number, name in enumerate(timeline.epochs)
    )
    assert_array_equal(timeline.hold(levels), expected)


def test_noise_on_what_is_held_is_white_noise(rng):
    timeline = Timeline.consecutive(50, 0.25, first=1.0, last=24.0)
    levels = rng.standard_normal((50, 2, 3))
    first, again = (timeline.hold(levels, 0.3, np.random.default_rng(5)) for _ in range(2))
    assert_array_equal(first, again)
    noise = first - timeline.hold(levels)
    # 15000 numbers: the relative error of their standard deviation is 1 / sqrt(30000) = 0.6 %
    assert_allclose(noise.std(), 0.3 / np.sqrt(0.25), rtol=0.025)
    assert abs(noise.mean()) < 4.5 * 0.6 / np.sqrt(noise.size)


def test_noise_without_a_generator():
    timeline = Timeline.consecutive(2, 1.0, delay=2.0)
    with pytest.raises(ParameterError, match=r"rng must be a Generator where there is noise .*; try stream"):
        timeline.hold(np.zeros((2, 1, 1)), 0.1)
