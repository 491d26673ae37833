"""Smooth pulses and oscillations against discrete convolutions and closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import Oscillation, TimeReproduction


def box(start, stop, steps):
    times = (np.arange(steps) + 0.5) / FINE
    return ((times >= start) & (times < stop)).astype(float)


FINE = 50
"""Steps in a unit of time for the convolutions that stand beside the closed forms."""


def shown_and_not(task, dt=1.0):
    trials = task.trials(40, dt, rng=0)
    shown = trials.conditions["pulse"] == 1
    assert 0 < shown.sum() < 40
    return trials, shown


def test_the_pulse_is_a_box_convolved_with_a_gaussian():
    task = TimeReproduction(noise=0.0, fixation=40.0)
    trials, shown = shown_and_not(task)
    lags = np.arange(-10.0, 10.0, 1.0 / FINE) + 0.5 / FINE
    kernel = 0.04 * np.exp(-(lags**2) / (2.0 * 12.0**2)) / FINE
    smooth = np.convolve(box(40.0, 60.0, 110 * FINE), kernel, mode="same")
    # the published height 0.72 is the maximum of this convolution to two digits
    assert abs(smooth.max() - task.height) < 1e-3
    middles = (np.arange(110) + 0.5) * FINE
    expected = np.interp(middles, np.arange(110 * FINE), smooth)
    # midpoint rule with steps of 1 / 50
    assert_allclose(trials.inputs[shown, :, 0], np.broadcast_to(expected, (shown.sum(), 110)), atol=2e-3)
    assert (trials.inputs[~shown] == 0.0).all()


def test_the_target_is_the_same_pulse_later():
    task = TimeReproduction(noise=0.0, delay=50.0)
    trials, shown = shown_and_not(task)
    targets = trials.targets[..., 0] - 0.01
    assert_allclose(trials.times[targets[shown].argmax(axis=1)], 30.0 + 20.0 + 50.0 + 10.0)
    assert_allclose(targets[shown].max(axis=1), 0.716, rtol=1e-12)
    assert_allclose(targets[~shown], 0.0, atol=1e-15)
    # reaches half a stimulus beyond its epoch, on both sides
    assert_array_equal(trials.times[targets[shown][0] > 1e-9][[0, -1]], [91.0, 129.0])


def test_defaults_of_the_paper():
    trials, _ = shown_and_not(TimeReproduction(noise=0.0))
    assert trials.steps == 100
    limits = {name: (start[0], stop[0]) for name, (start, stop) in trials.epochs.items()}
    assert (limits["stimulus"], limits["response"]) == ((30, 50), (70, 90))
    trials, _ = shown_and_not(Oscillation(noise=0.0))
    assert trials.steps == 340
    limits = {name: (start[0], stop[0]) for name, (start, stop) in trials.epochs.items()}
    assert (limits["stimulus"], limits["response"]) == ((100, 120), (140, 320))
    figures = Oscillation(stimulus=40.0, response=220.0, rest=40.0, period=35.0, amplitude=1.74)
    trials = figures.trials(2, 1.0)
    assert trials.steps == 420
    assert_array_equal(trials.epochs["response"], [[160, 160], [380, 380]])


def test_a_late_a_low_and_a_false_response_are_wrong():
    trials, shown = shown_and_not(TimeReproduction(noise=0.0))
    late = np.roll(trials.targets, 12, axis=1)
    assert_array_equal(trials.accuracy(late), np.where(shown, 0.0, 1.0))
    assert_array_equal(trials.accuracy(np.roll(trials.targets, 8, axis=1)), np.ones(40))
    low = 0.4 * trials.targets
    assert_array_equal(trials.accuracy(low), np.where(shown, 0.0, 1.0))
    false = np.broadcast_to(trials.targets[shown][:1], trials.targets.shape)
    assert_array_equal(trials.accuracy(false), np.where(shown, 1.0, 0.0))


@pytest.mark.parametrize("task", [TimeReproduction(), Oscillation()], ids=repr)
def test_half_of_the_trials_have_a_pulse_and_a_guess_is_right_by_chance(task):
    trials = task.trials(2000, 4.0, rng=1)
    shown = trials.conditions["pulse"]
    assert abs(shown.mean() - 0.5) < 4.5 * 0.5 / np.sqrt(2000)
    response, none = trials.targets[shown == 1][0], trials.targets[shown == 0][0]
    guesses = np.random.default_rng(0).integers(0, 2, (2000, 1, 1))
    score = trials.accuracy(np.where(guesses == 1, response, none)).mean()
    assert abs(score - 0.5) < 4.5 * 0.5 / np.sqrt(2000)


@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_the_oscillation_is_a_sine_that_sets_in_smoothly(dt):
    trials, shown = shown_and_not(Oscillation(noise=0.0), dt)
    fine = np.arange(180 * FINE) / FINE
    sine = np.sin(2.0 * np.pi * 12.0 / 340.0 * fine)
    averaged = np.convolve(sine, np.ones(10 * FINE))[: fine.size]
    averaged *= 2.43 / averaged[20 * FINE :].max()
    wave = np.interp(trials.times - 140.0, fine, averaged)
    inside = (trials.times > 140.0) & (trials.times <= 320.0)
    expected = np.where(inside, shown[:, None] * wave, 0.003)
    # sums of steps of 1 / 50 at slopes of up to 0.5
    assert_allclose(trials.targets[..., 0], expected, atol=0.02)
    steady = (trials.times >= 150.0) & inside
    closed = 2.43 * np.sin(2.0 * np.pi * 12.0 / 340.0 * (trials.times - 145.0))
    assert_allclose(trials.targets[shown][0, steady, 0], closed[steady], atol=1e-12)


def test_the_edges_of_the_trigger_are_smoothed_by_a_hann_kernel():
    trials, shown = shown_and_not(Oscillation(noise=0.0))
    lags = np.arange(-5.0, 5.0, 1.0 / FINE) + 0.5 / FINE
    kernel = (1.0 + np.cos(2.0 * np.pi * lags / 10.0)) / 10.0 / FINE
    smooth = np.convolve(box(100.0, 120.0, 340 * FINE), kernel, mode="same")
    expected = np.interp((np.arange(340) + 0.5) * FINE, np.arange(340 * FINE), smooth)
    assert_allclose(trials.inputs[shown][0, :, 0], expected, atol=3e-3)
    assert_allclose(trials.inputs[shown].max(), 1.0, rtol=1e-12)
    assert (trials.inputs[~shown] == 0.0).all()


def test_wrong_amplitudes_phases_and_frequencies_are_wrong():
    task = Oscillation(noise=0.0)
    trials, shown = shown_and_not(task)
    silent = np.where(shown, 0.0, 1.0)
    assert_array_equal(trials.accuracy(0.45 * trials.targets), silent)
    assert_array_equal(trials.accuracy(0.6 * trials.targets + 1.0), np.ones(40))
    # a shift of 4 of 28.3 steps is 51 degrees: 2 sin(25 degrees) = 0.86 amplitudes away
    assert_array_equal(trials.accuracy(np.roll(trials.targets, 4, axis=1)), silent)
    other = task.replace(period=35.0).trials(40, 1.0, rng=0)
    assert_array_equal(trials.accuracy(other.targets), silent)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TimeReproduction(height=0.0), r"TimeReproduction.height must be positive \(got 0.0\)"),
        (lambda: TimeReproduction(delay=-3.0), r"TimeReproduction.delay must not be negative \(got -3.0\)"),
        (lambda: TimeReproduction(delay=0.5).trials(2, 1.0), "delay must last at least one step .*got 0.5"),
        (lambda: Oscillation(period=181.0), "period must be at most response = 180"),
        (lambda: Oscillation(smoothing=15.0), "smoothing must be at most half a period"),
        (lambda: Oscillation(smoothing=0.0), r"Oscillation.smoothing must be positive \(got 0.0\)"),
        (
            lambda: Oscillation(period=3.0, smoothing=1.0).trials(2, 1.0),
            "dt must be at most a quarter of the period",
        ),
        (lambda: Oscillation(amplitude=-1.0), r"Oscillation.amplitude must be positive \(got -1.0\)"),
        (lambda: Oscillation(noise=-1.0), r"Oscillation.noise must not be negative \(got -1.0\)"),
    ],
)
def test_invalid_arguments(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    "task", [TimeReproduction(delay=0.0, rest=0.0), Oscillation(delay=0.0, rest=0.0)], ids=repr
)
def test_waits_may_be_left_out(task):
    trials = task.trials(16, 1.0, rng=0)
    assert (trials.accuracy(trials.targets) == 1.0).all()
    assert trials.epochs["delay"][0][0] == trials.epochs["delay"][1][0]
