"""Flip-flops against a memory that is stepped through time, one pulse after the other."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import FlipFlop, SetReset


def remembered(inputs, wait, start):
    """Target of one channel: what a listener writes down `wait` steps after the end of each pulse."""
    state, scheduled, written = start, {}, []
    for k in range(len(inputs) + 1):
        before, now = inputs[k - 1] if k else 0.0, inputs[k] if k < len(inputs) else 0.0
        if before != 0.0 and now == 0.0:
            scheduled[k + wait] = before
        state = scheduled.get(k, state)
        written.append(state)
    return written[: len(inputs)]


@pytest.mark.parametrize("bits", [1, 3])
@pytest.mark.parametrize(("dt", "wait"), [(1.0, 20), (0.5, 40)])
def test_targets_follow_the_pulses_of_their_own_channel(bits, dt, wait):
    trials = FlipFlop(bits=bits, noise=0.0).trials(12, dt, rng=1)
    assert trials.steps * dt == 340.0
    for k in range(12):
        for bit in range(bits):
            expected = remembered(trials.inputs[k, :, bit], wait, 0.0)
            assert_array_equal(trials.targets[k, :, bit], expected)


def test_pulses_last_twenty_and_start_as_in_the_paper():
    task = FlipFlop(noise=0.0, duration=400.0)
    trials = task.trials(3000, 1.0, rng=2)
    values, onsets = trials.conditions["values"], trials.conditions["onsets"]
    gaps = np.diff(onsets, axis=-1, prepend=0)
    for pulse, (first, last) in enumerate([(10, 99), (71, 120), (101, 150)]):
        drawn, counts = np.unique(gaps[..., pulse], return_counts=True)
        assert_array_equal(drawn, np.arange(first, last + 1))
        mean = 9000 / drawn.size
        # largest of up to 90 counts that are nearly Poisson
        assert np.abs(counts - mean).max() < 4.5 * np.sqrt(mean)
    assert_array_equal(np.abs(trials.inputs).sum(axis=(1, 2)), 20.0 * np.abs(values).sum(axis=(1, 2)))
    for sign in (-1.0, 0.0, 1.0):
        assert abs(np.mean(values[..., 0] == sign) - 1 / 3) < 4.5 * np.sqrt(2 / 9 / 9000)
    assert abs(np.mean(values[..., 1:] == 1.0) - 0.5) < 4.5 * 0.5 / np.sqrt(18000)
    assert set(np.unique(values[..., 1:])) == {-1.0, 1.0}


def test_channels_are_independent():
    values = FlipFlop().trials(4000, 10.0, rng=3).conditions["values"]
    correlation = np.corrcoef(values.reshape(4000, -1).T) - np.eye(9)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(4000)


def test_epochs_begin_with_the_first_pulse_of_any_channel():
    trials = FlipFlop(noise=0.0).trials(50, 1.0, rng=4)
    first = trials.conditions["onsets"][..., 0].min(axis=1)
    assert_array_equal(trials.epochs["fixation"][1], first)
    assert_array_equal(trials.epochs["response"][0], first)
    assert (trials.inputs * trials.during("fixation") == 0.0).all()


def test_accuracy_counts_the_bits_that_are_held():
    trials = FlipFlop(bits=2).trials(200, 1.0, rng=5)
    one_wrong = np.array(trials.targets)
    one_wrong[:, :, 1] += 0.6
    onsets, changes = trials.conditions["onsets"], trials.conditions["changes"]
    answered = (changes < 340).sum(axis=2)
    assert answered.min() >= 2
    np.testing.assert_allclose(trials.accuracy(one_wrong), answered[:, 0] / answered.sum(axis=1))
    # forgetting in the last step matters where no other pulse came before
    forgotten = np.array(trials.targets)
    forgotten[:, -1] = 5.0
    until_the_end = (
        (changes < 340) & (np.append(onsets[..., 1:], np.full((200, 2, 1), 999), axis=2) >= 340)
    ).sum(axis=(1, 2))
    assert 0 < until_the_end.mean() < 2
    np.testing.assert_allclose(trials.accuracy(forgotten), 1.0 - until_the_end / answered.sum(axis=1))


def test_a_guess_of_signs_is_right_by_chance():
    trials = FlipFlop(bits=1, intervals=()).trials(6000, 10.0, rng=6)
    guesses = np.random.default_rng(0).integers(-1, 2, (6000, 1, 1)).astype(float)
    score = trials.accuracy(np.broadcast_to(guesses, trials.targets.shape)).mean()
    assert abs(score - 1 / 3) < 4.5 * np.sqrt(2 / 9 / 6000)


@pytest.mark.parametrize(("dt", "wait"), [(1.0, 20), (0.5, 40)])
def test_set_and_reset(dt, wait):
    trials = SetReset(noise=0.0).trials(6, dt, rng=7)
    times = dt * np.arange(trials.steps)
    assert trials.steps * dt == 1010.0
    on = ((times - 50.0) % 120.0 < 20.0) & (times >= 50.0)
    for k in range(6):
        reset, set_ = trials.inputs[k].T
        assert_array_equal(reset + set_, on)
        # a pulse on "reset" is written down as 2, which stands for 0
        expected = np.array(remembered(set_ + 2.0 * reset, wait, 0.01))
        assert_array_equal(trials.targets[k, :, 0], np.where(expected == 2.0, 0.0, expected))
        turns = trials.conditions["values"][k]
        assert_array_equal(set_[times == np.floor(times)].sum(), 20.0 * turns.sum())
    assert trials.task.inputs == ("reset", "set")
    assert list(trials.epochs)[:3] == ["fixation", "turn_0", "turn_1"]
    assert_array_equal(trials.epochs["turn_7"][1], np.full(6, trials.steps))


def test_accuracy_of_turns():
    trials = SetReset().trials(300, 1.0, rng=8)
    values = trials.conditions["values"]
    always = np.ones_like(trials.targets)
    np.testing.assert_allclose(trials.accuracy(always), values.mean(axis=1))
    assert abs(values.mean() - 0.5) < 4.5 * 0.5 / np.sqrt(values.size)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FlipFlop(bits=0), r"FlipFlop.bits must be at least 1 \(got 0\)"),
        (lambda: FlipFlop(bits=2.0), r"FlipFlop.bits must be a whole number \(got 2.0\)"),
        (lambda: FlipFlop(intervals=(40.0,)), r"intervals must be longer than .*, 40 \(got \(40.0,\)\)"),
        (lambda: FlipFlop(intervals=("long",)), "FlipFlop.intervals must be an array of numbers"),
        (lambda: FlipFlop(duration=140.0), "duration = 140 is over before .* more than 140"),
        (lambda: FlipFlop(noise=-1.0), r"FlipFlop.noise must not be negative \(got -1.0\)"),
        (lambda: FlipFlop(stimulus=0.5).trials(2, 1.0), "stimulus must last at least one step .*got 0.5"),
        (lambda: FlipFlop().trials(2.5, 1.0), r"count must be a whole number \(got 2.5\)"),
        (lambda: FlipFlop().trials(2, np.nan), r"dt must be finite \(got nan\)"),
        (lambda: SetReset(delay=100.0), r"delay must be less than gap = 100 \(got 100\)"),
        (lambda: SetReset(turns=0), r"SetReset.turns must be at least 1 \(got 0\)"),
        (lambda: SetReset().trials(2, 30.0), "stimulus must last at least one step of dt = 30 .got 20"),
    ],
)
def test_invalid_arguments(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
