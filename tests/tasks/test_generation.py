"""Tasks of timing and generation, step by step, and what ideal and random responders make of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError, UnknownKeywordError
from neurosim.tasks import Choice, Reaching, ReadySetGo, ScaledSequence, SineGenerator


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count) + 1e-12


def noise_like(trials, seed=0):
    return np.random.default_rng(seed).standard_normal(trials.targets.shape)


def test_the_published_levels_and_frequencies():
    task = SineGenerator()
    assert len(task.frequencies) == 51
    k = np.arange(1, 52)
    assert_allclose(task.frequencies, 0.1 + 0.05 * k / 51)
    assert_allclose(task.levels, k / 51 + 0.25)
    drawn = task.trials(20_000, 4.0, rng=0).conditions["frequency"]
    counts = np.array([(drawn == value).mean() for value in task.frequencies])
    assert (np.abs(counts - 1 / 51) < share_error(1 / 51, 20_000)).all()


@pytest.mark.parametrize("dt", [0.1, 0.05])
def test_every_step_of_the_sine(dt):
    trials = SineGenerator().trials(20, dt, rng=1)
    assert trials.steps == round(80 / dt)
    time = dt * np.arange(trials.steps)
    for k in range(20):
        frequency, level = trials.conditions["frequency"][k], trials.conditions["level"][k]
        assert_allclose(level, 0.25 + (frequency - 0.1) / 0.05)
        assert_allclose(trials.targets[k, :, 0], np.sin(frequency * (time + dt)), atol=1e-12)
        added = np.where(time < 40 - 1e-9, np.sin(frequency * (time + 0.5 * dt)), 0.0)
        assert_allclose(trials.inputs[k, :, 0], level + added, atol=1e-12)
    assert (trials.mask == 1).all()


def test_the_level_determines_the_sine():
    trials = SineGenerator(noise=0.05).trials(40, 0.1, rng=2)
    level = trials.inputs[:, 400:, 0].mean(axis=1)
    # the mean of noise of density 0.05 over 40 is off by 0.008, hence the phase by 0.05 * 0.008 * 80 = 0.03
    sine = np.sin((0.1 + 0.05 * (level - 0.25))[:, None] * trials.times)[..., None]
    assert trials.accuracy(sine).min() > 0.98
    assert_array_equal(trials.accuracy(noise_like(trials)), np.zeros(40))
    assert_array_equal(trials.accuracy(np.zeros(trials.targets.shape)), np.zeros(40))
    # the other end of the frequencies is another wave
    other = np.sin((0.25 - trials.conditions["frequency"])[:, None] * trials.times)[..., None]
    far = np.abs(trials.conditions["frequency"] - 0.125) > 0.015
    assert trials.accuracy(other)[far].max() < 0.7


def test_other_sines():
    flipped = SineGenerator(frequencies=SineGenerator().frequencies[::-1]).trials(30, 0.1, rng=1)
    assert np.corrcoef(flipped.conditions["level"], flipped.conditions["frequency"])[0, 1] < -0.99
    alone = SineGenerator(forcing=0.0).trials(3, 0.1, rng=1)
    assert (alone.inputs == alone.conditions["level"][:, None, None]).all()


@pytest.mark.parametrize("dt", [5.0, 2.5])
def test_every_step_of_the_sequence(dt):
    trials = ScaledSequence().trials(6, dt, rng=1)
    assert trials.steps * dt == 500 + 250 + 8000 + 500
    start = dt * np.arange(trials.steps)
    assert set(trials.conditions["speed"]) == {0.5, 2.0}
    for k, speed in enumerate(trials.conditions["speed"]):
        over = 750 + 4000 / speed
        assert_allclose(trials.inputs[k, :, 0], 5.0 * ((start >= 500) & (start < 750)))
        # published: 0.3 at twice the speed, 0.075 at half of it
        held = {2.0: 0.3, 0.5: 0.075}[speed]
        assert_allclose(trials.inputs[k, :, 1], held * ((start >= 500) & (start < over)))
        # published times of the taps at twice the speed: 163, 513, 750, 1200, 1750 ms, with widths of 50 ms
        taps = np.array([162.5, 512.5, 750.0, 1200.0, 1750.0]) * 2 / speed
        bumps = np.exp(-((start[:, None] + dt - 750 - taps) ** 2) / (2 * (100 / speed) ** 2)).sum(axis=1)
        assert_allclose(trials.targets[k, :, 0], bumps, atol=1e-12)
    assert_array_equal(trials.mask[0, :, 0], start >= 750)


def test_taps_scale_with_the_speed_that_the_input_tells():
    task = ScaledSequence(speeds=(0.5, 2 / 3, 1.0, 1.5, 2.0))
    trials = task.trials(30, 5.0, rng=2)
    told = trials.inputs[:, 140, 1] / 0.15
    bumps = np.zeros(trials.targets.shape)
    for tap in task.taps:
        bumps[..., 0] += np.exp(-((told[:, None] * (trials.times - 750.0) - tap) ** 2) / (2 * 50.0**2))
    assert_array_equal(trials.accuracy(bumps), np.ones(30))
    assert_allclose(
        task.tap_times(trials, bumps) * told[:, None], np.tile(task.taps, (30, 1)), atol=2.5 * told.max()
    )
    # who ignores the speed is in time at that speed alone
    slow = np.exp(-((trials.times[:, None] - 750.0 - np.array(task.taps)) ** 2) / 5000.0).sum(axis=1)
    constant = np.tile(slow[:, None], (30, 1, 1))
    assert_array_equal(trials.accuracy(constant)[trials.conditions["speed"] == 1.0], 1.0)
    assert trials.accuracy(constant)[trials.conditions["speed"] == 2.0].max() < 0.5
    silent = trials.accuracy(np.zeros(trials.targets.shape))
    assert_array_equal(silent, np.zeros(30))
    assert np.isnan(task.tap_times(trials, np.zeros(trials.targets.shape))).all()


def test_random_taps_are_right_by_chance():
    task = ScaledSequence(noise=0.0)
    trials = task.trials(600, 10.0, rng=3)
    # the highest of equal numbers is anywhere between the middles to the neighbors
    taps = np.array(task.taps)
    edges = np.array([0.0, *(0.5 * (taps[1:] + taps[:-1])), 4000.0])
    near = np.minimum(taps + 100, edges[1:]) - np.maximum(taps - 100, edges[:-1])
    chance = (near / np.diff(edges)).mean()
    guessed = trials.accuracy(1.0 + np.random.default_rng(1).random(trials.targets.shape))
    # five taps a trial; at twice the speed steps of 20 out of 200 are lost at the edges
    assert abs(guessed.mean() - chance) < share_error(chance, 3000) + 0.1 * chance


@pytest.mark.parametrize("dt", [10.0, 5.0])
def test_every_step_of_ready_set_go(dt):
    task = ReadySetGo(fixation=300.0, interval=Choice((500.0, 700.0, 1000.0)))
    trials = task.trials(40, dt, rng=1)
    assert trials.steps * dt == 300 + 1000 * 2.5 + 200
    start = dt * np.arange(trials.steps)
    seen = set()
    for k in range(40):
        interval, gain, due = (trials.conditions[n][k] for n in ("interval", "gain", "due"))
        assert due == gain * interval
        seen.add((interval, gain))
        go = 300 + interval
        lit = ((start >= 300) & (start < 400)) | ((start >= go) & (start < go + 100))
        assert_array_equal(trials.inputs[k, :, 0], lit)
        assert (trials.inputs[k, :, 1] == gain).all()
        share = np.clip((start + dt - go) / due, 0, 1)
        assert_allclose(
            trials.targets[k, :, 0], (np.exp(share / 2.8) - 1) / (np.exp(1 / 2.8) - 1), atol=1e-12
        )
        assert_array_equal(trials.mask[k, :, 0], (start >= 300) & (start < go + due + 200))
    assert len(seen) == 6


def ramp(trials, due):
    since = trials.times - trials.epochs["produce"][0][:, None] * trials.dt
    return (np.expm1(np.clip(since / due[:, None], 0, None) / 2.8) / np.expm1(1 / 2.8))[..., None]


def test_the_interval_times_the_gain_is_the_time_of_go():
    task = ReadySetGo()
    trials = task.trials(200, 10.0, rng=2)
    # two onsets of flashes, and the level of the gain, are all that the input says
    rises = [np.flatnonzero(np.diff(flash, prepend=0.0) > 0.5) for flash in trials.inputs[..., 0]]
    measured = np.array([set_ - ready for ready, set_ in rises]) * trials.dt
    assert_allclose(measured, trials.conditions["interval"], atol=5.01)
    due = measured * trials.inputs[:, 0, 1]
    assert_allclose(task.produced_intervals(trials, ramp(trials, due)), due, atol=12.0)
    assert_array_equal(trials.accuracy(ramp(trials, due)), np.ones(200))
    # 19 % late is in time, 25 % is not; who ignores the gain is late or early by a half
    assert_array_equal(trials.accuracy(ramp(trials, 1.17 * due)), np.ones(200))
    assert_array_equal(trials.accuracy(ramp(trials, 1.25 * due)), np.zeros(200))
    assert_array_equal(trials.accuracy(ramp(trials, measured)), trials.conditions["gain"] == 1.0)
    assert np.isnan(task.produced_intervals(trials, np.zeros(trials.targets.shape))).all()


def test_a_fixed_interval_is_right_by_chance():
    trials = ReadySetGo(gains=(1.0,)).trials(4000, 20.0, rng=3)
    guess = trials.accuracy(ramp(trials, np.full(4000, 800.0)))
    # 0.8 T < 800 < 1.2 T for T in 667 ... 1000, of intervals from 500 to 1000
    assert abs(guess.mean() - 2 / 3) < share_error(2 / 3, 4000) + 20.0 / 500.0
    assert trials.accuracy(noise_like(trials)).mean() < 0.01


@pytest.mark.parametrize("dt", [10.0, 5.0])
def test_every_step_of_reaching(dt):
    task = Reaching(delay=500.0)
    trials = task.trials(30, dt, rng=1)
    assert len(task.inputs) == 16
    assert trials.steps * dt == 300 + 500 + 1000
    start = dt * np.arange(trials.steps)
    for k, reach in enumerate(trials.conditions["reach"]):
        planned = ((start >= 300) & (start < 800))[:, None] * task.plan(reach)
        assert_allclose(trials.inputs[k, :, :15], planned, atol=1e-12)
        middle = start + 0.5 * dt - 800
        cue = np.where((middle > 0) & (middle < 100), np.sin(np.pi * middle / 100) ** 2, 0.0)
        assert_allclose(trials.inputs[k, :, 15], cue, atol=1e-12)
        first, last = (
            2 * np.pi / 9 * (reach // 3) + np.array([[0, 0], [1, -1], [-1, 1]])[reach % 3] * np.pi / 4
        )
        time = start + dt - 800
        for muscle in range(8):
            bursts = [
                (1.0, 130.0, 45.0, first),
                (-0.8, 260.0, 55.0, first),
                (0.5, 430.0, 90.0, last),
            ]
            z = sum(
                strength
                * np.cos(direction - number * 2 * np.pi * muscle / 8)
                * np.exp(-((time - peak) ** 2) / (2 * width**2))
                for number, (strength, peak, width, direction) in enumerate(bursts, start=1)
            )
            assert_allclose(trials.targets[k, :, muscle], np.where(start >= 800, z, 0.0), atol=1e-12)


def test_27_reaches_of_few_dimensions():
    task = Reaching()
    reaches, times = np.arange(27), np.arange(0.0, 1000.0, 5.0)
    activity = task.activity(reaches, np.tile(times, (27, 1)))
    assert activity.shape == (27, 200, 8)
    apart = np.linalg.norm((activity[:, None] - activity[None]).reshape(27, 27, -1), axis=2)
    assert (apart[~np.eye(27, dtype=bool)] > 1.0).all()
    for axis, rank in ((2, 6), (1, 3)):
        matrix = np.moveaxis(activity, axis, 0).reshape(activity.shape[axis], -1)
        values = np.linalg.svd(matrix, compute_uv=False)
        assert (values > 1e-10 * values[0]).sum() == rank
    # smooth: next to nothing at the cue and at the end, and no faster than its narrowest burst
    assert np.abs(activity[:, [0, -1]]).max() < 0.03
    assert np.abs(np.diff(activity, axis=1)).max() < 5.0 / 45.0 * 1.3
    # plans are isometric to directions
    plans, both = task.plan(reaches), task.directions(reaches)
    features = np.concatenate([np.cos(both), np.sin(both)], axis=1)
    assert_allclose(plans @ plans.T, features @ features.T, atol=1e-12)


def test_the_plan_determines_the_reach():
    task = Reaching(noise=0.5)
    trials = task.trials(60, 10.0, rng=2)
    planned = trials.during("delay")
    seen = (planned * trials.inputs[..., :15]).sum(axis=1) / planned.sum(axis=1)
    distance = np.linalg.norm(seen[:, None] - task.plan(np.arange(27)), axis=2)
    assert_array_equal(distance.argmin(axis=1), trials.conditions["reach"])
    begun = trials.inputs[..., 15].argmax(axis=1)
    assert begun.size == 60
    since = trials.times - trials.epochs["movement"][0][:, None] * trials.dt
    outputs = trials.during("movement") * task.activity(distance.argmin(axis=1), since)
    assert_allclose(trials.accuracy(outputs), 1.0)
    assert_array_equal(trials.accuracy(noise_like(trials)), np.zeros(60))
    # the activity of any reach, drawn by chance
    guess = np.random.default_rng(0).integers(0, 27, 60)
    guessed = trials.during("movement") * task.activity(guess, since)
    assert trials.accuracy(guessed).mean() < 0.25


def test_some_reaches_can_be_left_out():
    trials = Reaching(conditions=(0, 4, 8)).trials(60, 20.0, rng=0)
    assert set(trials.conditions["reach"]) == {0, 4, 8}
    drawn = Reaching().trials(5400, 100.0, rng=1).conditions["reach"]
    shares = np.bincount(drawn, minlength=27) / 5400
    assert (np.abs(shares - 1 / 27) < share_error(1 / 27, 5400)).all()


WRONG = [
    (SineGenerator, {"frequencies": (0.1, 0.1)}, "must be one or more different numbers above 0"),
    (SineGenerator, {"frequencies": (-0.1,)}, "must be one or more different numbers above 0"),
    (SineGenerator, {"forcing": -1.0}, r"SineGenerator.forcing must not be negative \(got -1.0\)"),
    (SineGenerator, {"response": 0.0}, r"SineGenerator.response must be positive \(got 0.0\)"),
    (
        ScaledSequence,
        {"taps": (500.0, 400.0)},
        "ScaledSequence.taps must be numbers above 0 in increasing order",
    ),
    (ScaledSequence, {"speeds": ()}, "ScaledSequence.speeds must be numbers above 0 in increasing order"),
    (ScaledSequence, {"duration": 3000.0}, "duration must be longer than the last tap, 3500"),
    (ReadySetGo, {"gains": (1.0, 1.0)}, "ReadySetGo.gains must be one or more different numbers above 0"),
    (ReadySetGo, {"threshold": 1.0}, "ReadySetGo.threshold must be above 0 and below 1"),
    (ReadySetGo, {"flash": 600.0}, "flash must be shorter than the shortest interval, 500"),
    (ReadySetGo, {"interval": -3.0}, r"ReadySetGo.interval must not be negative \(got -3.0\)"),
    (Reaching, {"conditions": (27,)}, "Reaching.conditions must be different numbers from 0 to 26"),
    (Reaching, {"conditions": ()}, "Reaching.conditions must be different numbers from 0 to 26"),
    (Reaching, {"plans": 3}, r"Reaching.plans must be at least 4 \(got 3\)"),
    (Reaching, {"muscles": 1}, r"Reaching.muscles must be at least 2 \(got 1\)"),
    (Reaching, {"movement": 0.0}, "Reaching.movement must be above 0"),
]


@pytest.mark.parametrize(("task", "fields", "message"), WRONG)
def test_invalid_arguments(task, fields, message):
    with pytest.raises(ParameterError, match=message):
        task(**fields)


@pytest.mark.parametrize(
    ("task", "dt", "message"),
    [
        (SineGenerator(), 15.0, "dt must be at most a quarter of the shortest period"),
        (SineGenerator(forcing=5.0), 6.0, "forcing must last at least one step of dt = 6 .got 5"),
        (ScaledSequence(), 60.0, "width must last at least one step of dt = 60 .got 50"),
        (ReadySetGo(), 150.0, "flash must last at least one step of dt = 150 .got 100"),
        (Reaching(), 200.0, "cue must last at least one step of dt = 200 .got 100"),
    ],
)
def test_steps_that_are_too_long(task, dt, message):
    with pytest.raises(ParameterError, match=message):
        task.trials(2, dt)


def test_an_unknown_option():
    with pytest.raises(UnknownKeywordError, match=r"takes no keyword 'tap'\. Did you mean 'taps'"):
        ScaledSequence(tap=(1.0,))
