"""Go or not, weak or strong, relevant or not: step by step, and what ideal and random responders make of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ndtr

from neurosim.errors import ParameterError
from neurosim.tasks import ContextDiscrimination, GoNoGo, NoisyDetection


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count) + 1e-12


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_every_go_trial(dt):
    trials = GoNoGo().trials(30, dt, rng=1)
    start = dt * np.arange(trials.steps)
    assert trials.steps * dt == 40
    seen = (start >= 15) & (start < 25)
    for k, go in enumerate(trials.conditions["go"]):
        assert_array_equal(trials.inputs[k], np.stack([seen * go, seen * (1 - go)], axis=1))
        assert_allclose(trials.targets[k, :, 0], 1.104 * seen * go)
        assert_array_equal(trials.mask[k, :, 0], (start < 15) | ((start >= 20) & (start < 25)))
    assert 0 < trials.conditions["go"].mean() < 1


def test_who_repeats_the_go_input_is_right_and_who_guesses_is_half_of_the_time():
    trials = GoNoGo(noise=0.1).trials(2000, 0.5, rng=2)
    mean = trials.inputs[:, 30:50, 0].mean(axis=1)
    assert_array_equal(trials.accuracy(mean[:, None, None] * np.ones((1, trials.steps, 1))), np.ones(2000))
    guess = np.random.default_rng(0).integers(0, 2, (2000, 1, 1)) * np.ones((1, trials.steps, 1))
    assert abs(trials.accuracy(guess).mean() - 0.5) < share_error(0.5, 2000)


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_every_detection_trial(dt):
    trials = NoisyDetection(noise=0.0).trials(30, dt, rng=1)
    start = dt * np.arange(trials.steps)
    assert trials.steps * dt == 39
    for k, strength in enumerate(trials.conditions["strength"]):
        assert_allclose(trials.inputs[k], np.outer(start >= 17, [strength, 1.0]))
        assert_allclose(trials.targets[k], 0.4 if strength > 0.5 else -0.4)
        assert_array_equal(trials.mask[k, :, 0], start >= 29)
    assert set(trials.conditions["strength"]) == {0.2, 0.4, 0.6, 0.9}


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_the_best_detector_is_as_good_as_noise_of_this_density_allows(dt):
    count = 20_000
    trials = NoisyDetection(noise=1.0).trials(count, dt, rng=3)
    mean = trials.inputs[..., 0].sum(axis=1) * dt / 22.0
    outputs = np.broadcast_to((mean - 0.5)[:, None, None], trials.targets.shape)
    right = trials.accuracy(outputs)
    for strength in (0.2, 0.4, 0.6, 0.9):
        shown = trials.conditions["strength"] == strength
        expected = ndtr(abs(strength - 0.5) * np.sqrt(22.0))
        assert abs(right[shown].mean() - expected) < share_error(expected, shown.sum())
    assert abs(trials.accuracy(np.ones(trials.targets.shape)).mean() - 0.5) < share_error(0.5, count)


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_every_context_trial(dt):
    trials = ContextDiscrimination(noise=0.0).trials(40, dt, rng=1)
    start = dt * np.arange(trials.steps)
    assert trials.steps * dt == 110
    for k in range(40):
        context, strengths, respond = (trials.conditions[n][k] for n in ("context", "strengths", "respond"))
        assert respond == (strengths[context] > 0.6)
        told = [0.08, -0.14] if context == 0 else [-0.14, 0.08]
        expected = np.concatenate([np.outer(start >= 25, strengths), np.tile(told, (len(start), 1))], axis=1)
        assert_allclose(trials.inputs[k], expected)
        assert_allclose(trials.targets[k], 0.3 if respond else -0.3)
        assert_array_equal(trials.mask[k, :, 0], start >= 65)


def test_an_observer_of_the_context_is_right_more_often():
    trials = ContextDiscrimination().trials(4000, 0.5, rng=2)
    means = trials.inputs[:, 50:, :2].mean(axis=1)
    context = (trials.inputs[:, 0, 3] > trials.inputs[:, 0, 2]).astype(int)
    rows = np.arange(4000)

    def answered(evidence):
        return trials.accuracy(np.broadcast_to((evidence - 0.6)[:, None, None], trials.targets.shape))

    assert answered(means[rows, context]).mean() > 0.99
    # strong is one of three: the other stimulus agrees in 1/9 + 4/9 of the trials
    assert abs(answered(means[rows, 1 - context]).mean() - 5 / 9) < share_error(5 / 9, 4000)
    guess = np.random.default_rng(1).standard_normal(4000)
    assert abs(answered(guess + 0.6).mean() - 0.5) < share_error(0.5, 4000)


@pytest.mark.parametrize(
    ("task", "fields", "message"),
    [
        (GoNoGo, {"grace": 10.0}, "GoNoGo.grace must be at least 0 and below stimulus = 10"),
        (GoNoGo, {"height": 0.0}, r"GoNoGo.height must be positive \(got 0.0\)"),
        (NoisyDetection, {"threshold": 0.4}, "NoisyDetection.threshold must separate strengths .*got 0.4"),
        (NoisyDetection, {"threshold": 2.0}, "NoisyDetection.threshold must separate strengths .*got 2"),
        (NoisyDetection, {"strengths": (0.2, 0.2)}, "NoisyDetection.strengths must be one or more distinct"),
        (
            ContextDiscrimination,
            {"noise": -1.0},
            r"ContextDiscrimination.noise must not be negative \(got -1.0\)",
        ),
        (
            ContextDiscrimination,
            {"fixation": 0.0},
            r"ContextDiscrimination.fixation must be positive \(got 0.0\)",
        ),
    ],
)
def test_invalid_arguments(task, fields, message):
    with pytest.raises(ParameterError, match=message):
        task(**fields)


def test_a_step_that_is_too_long():
    with pytest.raises(ParameterError, match=r"stimulus must last at least one step of dt = 12 .got 10"):
        GoNoGo().trials(2, 12.0)
