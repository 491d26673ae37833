"""Decisions of two kinds, step by step, against the psychometric curve of who adds up everything, and by chance."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ndtr

from neurosim.errors import ParameterError
from neurosim.tasks import PerceptualDecision, ReactionTimeDecision, TruncatedExponential, Uniform

QUIET = PerceptualDecision(noise=0.0)


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count) + 1e-12


@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_every_trial(dt):
    trials = QUIET.trials(60, dt, rng=1)
    assert trials.steps * dt == 100 + 800 + 300
    start = dt * np.arange(trials.steps)
    seen, late, early = (start >= 100) & (start < 900), start >= 900, start < 100
    assert {int(k) for k in trials.conditions["catch"]} == {0, 1}
    for k in range(60):
        coherence, choice, catch = (trials.conditions[n][k] for n in ("coherence", "choice", "catch"))
        strong, weak = (1 + coherence) / 2, (1 - coherence) / 2
        if catch:
            strong = weak = 0.0
        assert_allclose(trials.inputs[k, :, choice], 0.2 + strong * seen)
        assert_allclose(trials.inputs[k, :, 1 - choice], 0.2 + weak * seen)
        assert_allclose(trials.targets[k, :, choice], 0.2 if catch else np.where(late, 1.0, 0.2))
        assert_allclose(trials.targets[k, :, 1 - choice], 0.2)
        assert_array_equal(trials.mask[k, :, 0], np.ones(trials.steps) if catch else early | late)


def test_what_is_drawn():
    drawn = QUIET.trials(8000, 100.0, rng=2).conditions
    for coherence in (0.032, 0.064, 0.128, 0.256, 0.512):
        assert abs(np.mean(drawn["coherence"] == coherence) - 0.2) < share_error(0.2, 8000)
    assert abs(drawn["choice"].mean() - 0.5) < share_error(0.5, 8000)
    assert abs(drawn["catch"].mean() - 1 / 11) < share_error(1 / 11, 8000)
    assert abs(np.corrcoef(drawn["choice"], drawn["catch"])[0, 1]) < 4.5 / np.sqrt(8000)


@pytest.mark.parametrize("dt", [50.0, 25.0])
@pytest.mark.parametrize("duration", [200.0, 800.0])
def test_who_adds_up_the_evidence_is_right_as_often_as_theory_says(duration, dt):
    # the difference of both channels has the mean c and noise of density sqrt(2) sigma
    coherences, noise, count = (0.0, 0.064, 0.128, 0.256, 0.512), 4.0, 30_000
    task = PerceptualDecision(stimulus=duration, coherences=coherences, noise=noise, catch=0.0)
    trials = task.trials(count, dt, rng=3)
    seen = trials.during("stimulus")
    evidence = (seen[..., 0] * (trials.inputs[..., 0] - trials.inputs[..., 1])).sum(axis=1)
    outputs = np.zeros(trials.targets.shape)
    outputs[:, -1] = np.stack([evidence, -evidence], axis=1)
    scores = trials.accuracy(outputs)
    curve = []
    for coherence in coherences:
        chosen = trials.conditions["coherence"] == coherence
        expected = ndtr(coherence * np.sqrt(duration / 2) / noise)
        assert abs(scores[chosen].mean() - expected) < share_error(expected, chosen.sum())
        curve.append(expected)
    assert (np.diff(curve) > 0).all()
    # four times the time halves the threshold: 0.128 over 800 is 0.256 over 200
    if duration == 200.0:
        assert_allclose(curve[4], ndtr(0.256 * np.sqrt(800 / 2) / noise))


def test_chance_and_catch_trials():
    trials = QUIET.trials(6000, 100.0, rng=4)
    rng = np.random.default_rng(0)
    catch_trial = trials.conditions["catch"] == 1
    loud = rng.permuted(np.broadcast_to([0.9, 0.1], (6000, 2)), axis=1)
    outputs = np.broadcast_to(loud[:, None], trials.targets.shape)
    scores = trials.accuracy(outputs)
    assert (scores[catch_trial] == 0.0).all()
    assert abs(scores[~catch_trial].mean() - 0.5) < share_error(0.5, (~catch_trial).sum())
    # silence is right where nothing was shown
    assert (trials.accuracy(0.6 * outputs)[catch_trial] == 1.0).all()


def test_variable_durations():
    task = PerceptualDecision(stimulus=TruncatedExponential(330.0, 80.0, 1500.0), noise=0.0, catch=0.0)
    trials = task.trials(4000, 20.0, rng=5)
    assert trials.steps * 20 == 100 + 1500 + 300
    on, off = trials.epochs["stimulus"]
    lasts = 20.0 * (off - on)
    assert 80 <= lasts.min() < 120 < 1400 < lasts.max() <= 1500
    # mean of an exponential that is cut off: low + scale - width / (exp(width / scale) - 1)
    width = 1420.0
    expected = 80 + 330 - width / np.expm1(width / 330)
    assert abs(lasts.mean() - expected) < 4.5 * 330 / np.sqrt(4000)
    assert_array_equal((trials.inputs[..., 0] > 0.3).sum(axis=1), off - on)
    assert_array_equal((trials.targets.max(axis=2) == 1.0).argmax(axis=1), off)


@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_reaction_time_version(dt):
    trials = ReactionTimeDecision(noise=0.0, catch=0.2).trials(80, dt, rng=6)
    assert trials.steps * dt == 500 + 1500
    time = dt * np.arange(trials.steps)
    for k in range(80):
        onset = dt * trials.epochs["response"][0][k]
        assert 100 - dt / 2 <= onset <= 500 + dt / 2
        coherence, choice, catch = (trials.conditions[n][k] for n in ("coherence", "choice", "catch"))
        shown = np.where(time >= onset, (1 + coherence) / 2, 0.0) * (1 - catch)
        assert_allclose(trials.inputs[k, :, choice], 0.2 + shown)
        assert_allclose(trials.targets[k, :, choice], np.where((time >= onset) & (catch == 0), 1.0, 0.2))
        assert_allclose(trials.targets[k, :, 1 - choice], 0.2)
        counts = (time < onset) | (time >= onset + 300) | (catch == 1)
        assert_array_equal(trials.mask[k, :, 0], counts)


def test_reaction_times_are_read_from_the_first_crossing():
    task = ReactionTimeDecision(catch=0.3)
    trials = task.trials(200, 20.0, rng=7)
    onset, choice = trials.epochs["response"][0], trials.conditions["choice"]
    catch_trial = trials.conditions["catch"] == 1
    after = np.random.default_rng(1).integers(0, 40, 200)
    outputs = np.full(trials.targets.shape, 0.59)
    rows = np.arange(200)
    outputs[rows, onset + after, choice] = 0.61
    # who thinks better of it later has answered already, and before the onset nothing is asked
    outputs[rows, -1, 1 - choice] = 0.9
    outputs[rows, 0, 1 - choice] = 0.9
    assert_array_equal(trials.accuracy(outputs), 1.0 - catch_trial)
    assert_allclose(task.reaction_times(trials, outputs), 20.0 * (after + 1))
    outputs[rows, onset + after, 1 - choice] = 0.62
    assert_array_equal(trials.accuracy(outputs), np.zeros(200))
    silence = np.full(trials.targets.shape, 0.59)
    assert_array_equal(trials.accuracy(silence), catch_trial)
    assert np.isnan(task.reaction_times(trials, silence)).all()


def test_who_waits_for_a_bound_is_slower_and_better_the_weaker_the_evidence():
    """Drift to a bound (Ratcliff 1978): P = 1 / (1 + exp(-2 v B / s^2)), <T> = (B / v) tanh(v B / s^2)."""
    noise, bound, dt = 1.0, 30.0, 5.0
    task = ReactionTimeDecision(
        coherences=(0.128, 0.256), noise=noise, catch=0.0, fixation=100.0, response=6000.0, grace=0.0
    )
    trials = task.trials(2000, dt, rng=8)
    seen = trials.during("response")[..., 0]
    evidence = np.cumsum(seen * (trials.inputs[..., 0] - trials.inputs[..., 1]) * dt, axis=1)
    outputs = np.stack([evidence > bound, evidence < -bound], axis=2).astype(float)
    scores, times = trials.accuracy(outputs), task.reaction_times(trials, outputs)
    for coherence in (0.128, 0.256):
        chosen = trials.conditions["coherence"] == coherence
        variance = 2.0 * noise**2
        # steps overshoot the bound by 0.583 standard deviations of a step (Siegmund 1979)
        reached = bound + 0.583 * np.sqrt(variance * dt)
        right = 1.0 / (1.0 + np.exp(-2.0 * coherence * reached / variance))
        mean = reached / coherence * np.tanh(coherence * reached / variance)
        assert not np.isnan(times[chosen]).any()
        assert abs(scores[chosen].mean() - right) < share_error(right, chosen.sum())
        assert abs(times[chosen].mean() - mean) < 4.5 * times[chosen].std() / np.sqrt(chosen.sum())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: PerceptualDecision(coherences=()),
            r"coherences must be one or more distinct numbers from 0 to 1",
        ),
        (
            lambda: PerceptualDecision(coherences=(3.2, 6.4)),
            "must be one or more distinct numbers from 0 to 1",
        ),
        (lambda: PerceptualDecision(coherences=(0.1, 0.1)), "must be one or more distinct numbers"),
        (
            lambda: PerceptualDecision(coherences="strong"),
            "PerceptualDecision.coherences must be an array of numbers",
        ),
        (lambda: PerceptualDecision(catch=1.0), "PerceptualDecision.catch must be at least 0 and below 1"),
        (lambda: PerceptualDecision(low=1.0), "PerceptualDecision.low must be below high = 1"),
        (lambda: PerceptualDecision(stimulus=0.0), "PerceptualDecision.stimulus must be above 0"),
        (
            lambda: PerceptualDecision(stimulus=Uniform(0.0, 9.0)),
            "PerceptualDecision.stimulus must be above 0",
        ),
        (
            lambda: PerceptualDecision(fixation=-1.0),
            r"PerceptualDecision.fixation must not be negative \(got -1.0\)",
        ),
        (
            lambda: PerceptualDecision(early=-1.0),
            r"PerceptualDecision.early must not be negative \(got -1.0\)",
        ),
        (
            lambda: PerceptualDecision().trials(2, 150.0),
            "fixation must last at least one step of dt = 150 .got 100",
        ),
        (lambda: PerceptualDecision().trials(2.0, 10.0), r"count must be a whole number \(got 2.0\)"),
        (
            lambda: ReactionTimeDecision(grace=1500.0),
            "grace must be at least 0 and below the shortest response, 1500",
        ),
    ],
)
def test_invalid_arguments(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
