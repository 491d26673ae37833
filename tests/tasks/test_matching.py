"""Matches with a delay, and a vibration to be remembered: step by step, by an observer, and by chance."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import (
    DelayedGo,
    DelayedMatchToCategory,
    DelayedMatchToSample,
    ParametricWorkingMemory,
    PopulationCode,
    Uniform,
)

EPOCHS = {
    DelayedMatchToSample: (300, 500, 1000, 500, 900),
    DelayedMatchToCategory: (500, 650, 1000, 650, 300),
}
both = pytest.mark.parametrize("cls", EPOCHS)


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count) + 1e-12


def belongs_together(cls, sample, test):
    if cls is DelayedMatchToSample:
        return sample == test
    # on the same side of a line at 45 degrees
    return (np.sin(sample - np.pi / 4) > 0) == (np.sin(test - np.pi / 4) > 0)


@both
@pytest.mark.parametrize("dt", [10.0, 5.0])
def test_every_trial(cls, dt):
    trials = cls(noise=0.0).trials(40, dt, rng=1)
    bounds = np.concatenate([[0], np.cumsum(EPOCHS[cls])])
    assert trials.steps * dt == bounds[-1]
    start = dt * np.arange(trials.steps)
    during = [(start >= on) & (start < off) for on, off in itertools.pairwise(bounds)]
    code = PopulationCode(units=32)
    for k in range(40):
        sample, test, choice = (trials.conditions[n][k] for n in ("sample", "test", "choice"))
        assert choice == (0 if belongs_together(cls, sample, test) else 1)
        assert_allclose(trials.inputs[k, :, 0], ~during[4])
        shown = np.outer(during[1], code.encode(sample)) + np.outer(during[3], code.encode(test))
        assert_allclose(trials.inputs[k, :, 1:], shown)
        assert_allclose(trials.targets[k, :, choice], during[4])
        assert_allclose(trials.targets[k, :, 1 - choice], 0.0)
        assert_array_equal(trials.mask[k, :, 0], during[0] | during[4])


@both
def test_directions_are_equally_likely_and_half_of_them_match(cls):
    drawn = cls(catch=0.25).trials(12_000, 100.0, rng=2).conditions
    offset = 0.0 if cls is DelayedMatchToSample else np.pi / 4 + np.pi / 12
    for name in ("sample", "test"):
        numbers = np.rint((drawn[name] - offset) / (np.pi / 6)) % 12
        assert_allclose(np.exp(1j * (numbers * np.pi / 6 + offset)), np.exp(1j * drawn[name]), atol=1e-9)
        shares = np.bincount(numbers.astype(int), minlength=12) / 12_000
        assert np.abs(shares - 1 / 12).max() < share_error(1 / 12, 12_000)
    assert abs(drawn["choice"].mean() - 0.5) < share_error(0.5, 12_000)
    assert abs(drawn["catch"].mean() - 0.25) < share_error(0.25, 12_000)
    # whether they match says nothing about either alone
    match = drawn["choice"] == 0
    for name in ("sample", "test"):
        assert abs(np.corrcoef(match, drawn[name])[0, 1]) < 4.5 / np.sqrt(12_000)


@both
def test_an_observer_of_the_noisy_inputs_is_right(cls):
    trials = cls(catch=0.1).trials(300, 10.0, rng=3)
    start = 10.0 * np.arange(trials.steps)
    bounds = np.cumsum(EPOCHS[cls])
    pictures = [
        trials.inputs[:, (start >= on) & (start < off), 1:].mean(axis=1)
        for on, off in ((bounds[0], bounds[1]), (bounds[2], bounds[3]))
    ]
    vectors = [picture @ np.exp(2j * np.pi * np.arange(32) / 32) for picture in pictures]
    sample, test = (np.angle(vector) for vector in vectors)
    if cls is DelayedMatchToSample:
        match = np.abs(np.angle(np.exp(1j * (sample - test)))) < np.pi / 12
    else:
        match = belongs_together(cls, sample, test)
    nothing = np.abs(vectors[0]) < 1.0
    outputs = np.zeros(trials.targets.shape)
    outputs[:, -1] = np.stack([match, ~match], axis=1) & ~nothing[:, None]
    assert (trials.accuracy(outputs) == 1.0).all()


@both
def test_a_guess_is_right_by_chance(cls):
    trials = cls(units=8).trials(5000, 100.0, rng=4)
    guess = np.random.default_rng(0).integers(0, 2, 5000)
    outputs = np.broadcast_to((guess[:, None] == np.arange(2))[:, None], trials.targets.shape).astype(float)
    assert abs(trials.accuracy(outputs).mean() - 0.5) < share_error(0.5, 5000)


def test_delays_of_their_own():
    trials = DelayedMatchToSample(delay=Uniform(100.0, 1000.0), noise=0.0).trials(500, 50.0, rng=5)
    assert trials.steps * 50 == 300 + 500 + 1000 + 500 + 900
    on, off = trials.epochs["delay"]
    assert (50 * (off - on)).max() >= 900
    assert_array_equal(trials.inputs[..., 0].sum(axis=1), trials.epochs["response"][0])
    assert DelayedMatchToSample(delay=0.0).trials(2, 50.0, rng=0).steps * 50 == 2200


@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_every_vibration(dt):
    task = ParametricWorkingMemory(noise=0.0, catch=0.2)
    trials = task.trials(60, dt, rng=6)
    assert trials.steps * dt == 100 + 500 + 3500 + 500 + 300
    start = dt * np.arange(trials.steps)
    found = set()
    for k in range(60):
        (first, second), choice, catch = (trials.conditions[n][k] for n in ("frequencies", "choice", "catch"))
        found.add((first, second))
        assert choice == (0 if first > second else 1)
        on = dt * trials.epochs["second"][0][k]
        assert 600 + 2500 - dt / 2 <= on <= 600 + 3500 + dt / 2
        rising, falling = np.full(start.size, 0.2), np.full(start.size, 0.2)
        for frequency, begins in ((first, 100), (second, on)):
            here = (start >= begins) & (start < begins + 500)
            rising[here] += 0.0 if catch else 0.4 + 0.8 * (frequency - 10) / 24
            falling[here] += 0.0 if catch else 0.4 + 0.8 * (34 - frequency) / 24
        assert_allclose(trials.inputs[k], np.stack([rising, falling], axis=1))
        due = start >= on + 500
        assert_allclose(trials.targets[k, :, choice], np.where(due & (catch == 0), 1.0, 0.2))
        assert_allclose(trials.targets[k, :, 1 - choice], 0.2)
        assert_array_equal(trials.mask[k, :, 0], (start < 100) | due | (catch == 1))
    pairs = {(18, 10), (22, 14), (26, 18), (30, 22), (34, 26)}
    assert found == pairs | {(b, a) for a, b in pairs}


def test_pairs_and_orders_are_equally_likely():
    drawn = ParametricWorkingMemory().trials(8000, 100.0, rng=7).conditions
    assert abs(drawn["choice"].mean() - 0.5) < share_error(0.5, 8000)
    for high in (18, 22, 26, 30, 34):
        share = np.mean(drawn["frequencies"].max(axis=1) == high)
        assert abs(share - 0.2) < share_error(0.2, 8000)
    # one frequency alone does not tell, but for the lowest and the highest
    middle = np.isin(drawn["frequencies"][:, 0], [18, 22, 26])
    assert abs(drawn["choice"][middle].mean() - 0.5) < share_error(0.5, middle.sum())


def test_an_observer_of_vibrations_is_right():
    trials = ParametricWorkingMemory(catch=0.0).trials(300, 20.0, rng=8)
    felt = [(trials.during(epoch) * trials.inputs).sum(axis=1) @ [1.0, -1.0] for epoch in ("first", "second")]
    outputs = np.zeros(trials.targets.shape)
    outputs[:, -1, 0] = felt[0] - felt[1]
    outputs[:, -1, 1] = felt[1] - felt[0]
    assert (trials.accuracy(outputs) == 1.0).all()


@pytest.mark.parametrize("dt", [25.0, 12.5])
def test_every_delayed_go(dt):
    trials = DelayedGo(noise=0.0).trials(40, dt, rng=10)
    assert trials.steps * dt == 750 + 500 + 3000 + 500
    start, code = dt * np.arange(trials.steps), PopulationCode(units=32)
    for k in range(40):
        go = dt * trials.epochs["response"][0][k]
        assert 1250 + 1500 - dt / 2 <= go <= 1250 + 3000 + dt / 2
        bump = code.encode(trials.conditions["direction"][k])
        assert_allclose(trials.inputs[k, :, 0], start < go)
        assert_allclose(trials.inputs[k, :, 1:], np.outer((start >= 750) & (start < 1250), bump))
        assert_allclose(trials.targets[k, :, 0], np.where(start < go, 0.8, 0.05))
        assert_allclose(trials.targets[k, :, 1:], 0.05 + np.outer(start >= go, bump))
        assert_array_equal(trials.mask[k, :, 0], (start < go) | (start >= go + 100))


def test_an_observer_of_the_light_is_right_and_a_guess_is_by_chance():
    trials = DelayedGo().trials(4000, 50.0, rng=11)
    eighths = np.rint(trials.conditions["direction"] / (np.pi / 4)).astype(int)
    assert np.abs(np.bincount(eighths, minlength=8) / 4000 - 1 / 8).max() < share_error(1 / 8, 4000)
    outputs = np.zeros(trials.targets.shape)
    outputs[:, -1, 1:] = (trials.during("cue") * trials.inputs).sum(axis=1)[:, 1:]
    assert (trials.accuracy(outputs) == 1.0).all()
    outputs[:, -1, 0] = 0.51
    assert (trials.accuracy(outputs) == 0.0).all()
    guess = np.zeros(trials.targets.shape)
    guess[:, -1, 1:] = PopulationCode().encode(np.random.default_rng(0).uniform(0, 2 * np.pi, 4000))
    assert abs(trials.accuracy(guess).mean() - 1 / 8) < share_error(1 / 8, 4000)


def test_fixation_may_be_left_out_of_what_counts():
    trials = ParametricWorkingMemory(early=0.0, catch=0.0).trials(5, 20.0, rng=9)
    assert_array_equal(trials.mask[..., :1] == 1.0, trials.during("response"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: DelayedMatchToSample(directions=1),
            r"DelayedMatchToSample.directions must be at least 2 \(got 1\)",
        ),
        (lambda: DelayedMatchToSample(units=9), "units must be even"),
        (lambda: DelayedMatchToSample(test=0.0), "DelayedMatchToSample.test must be above 0"),
        (lambda: DelayedMatchToCategory(directions=7), "DelayedMatchToCategory.directions must be even"),
        (
            lambda: DelayedMatchToCategory(boundary=np.nan),
            r"DelayedMatchToCategory.boundary must be finite \(got nan\)",
        ),
        (
            lambda: DelayedMatchToCategory().trials(2, 400.0),
            "response must last at least one step of dt = 400 .got 300",
        ),
        (
            lambda: ParametricWorkingMemory(pairs=((18.0, 18.0),)),
            "must be one or more pairs of different frequencies",
        ),
        (
            lambda: ParametricWorkingMemory(pairs=(18.0, 10.0)),
            "must be one or more pairs of different frequencies",
        ),
        (lambda: ParametricWorkingMemory(pairs=()), "must be one or more pairs of different frequencies"),
        (
            lambda: ParametricWorkingMemory(delay=-5.0),
            r"ParametricWorkingMemory.delay must not be negative \(got -5.0\)",
        ),
    ],
)
def test_invalid_arguments(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
