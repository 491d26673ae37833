"""Observers of nothing but noisy inputs, who know the task, solve it, and who guesses is right by chance."""

import numpy as np
import pytest

from neurosim.registry import plugins
from neurosim.tasks import (
    And,
    ContextIntegration,
    DelayedNonMatchToSample,
    FlipFlop,
    Interval,
    LogicMultitask,
    MultisensoryIntegration,
    NoiseIntegration,
    Not,
    Or,
    Oscillation,
    PeriodicPattern,
    ReactionTimeDecision,
    SetReset,
    TimeReproduction,
    Xor,
)

# those that the tests of a family observe
ELSEWHERE = {
    "test_checkerboard": ("Checkerboard",),
    "test_decision": ("PerceptualDecision", "ReactionTimeDecision"),
    "test_matching": (
        "DelayedGo",
        "DelayedMatchToCategory",
        "DelayedMatchToSample",
        "ParametricWorkingMemory",
    ),
    "test_generation": ("Reaching", "ReadySetGo", "ScaledSequence", "SineGenerator"),
    "test_switching": ("ContextDiscrimination", "GoNoGo", "NoisyDetection"),
}


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count)


def throughout(values, trials):
    """Outputs that are the same at all times, from one value (trials,) or several (trials, outputs)."""
    columns = np.asarray(values, float).reshape(len(trials), 1, -1)
    return np.broadcast_to(columns, trials.targets.shape)


def mean_during(trials, epoch):
    seen = trials.during(epoch)
    return (seen * trials.inputs).sum(axis=1) / seen.sum(axis=1)


def gate(trials):
    pulses = mean_during(trials, "stimulus") > 0.5
    table = {"And": pulses.all(1), "Or": pulses.any(1), "Xor": pulses.sum(1) == 1, "Not": ~pulses.any(1)}
    return throughout(table[type(trials.task).__name__], trials)


def gates(trials):
    context = np.rint(mean_during(trials, "context")[:, 2])
    # pulses last 20; they come at times that differ
    pulses = trials.inputs[..., :2].sum(axis=1) * trials.dt / 20.0 > 0.5
    answers = {1: pulses.all(axis=1), -1: pulses.any(axis=1), 0: pulses.sum(axis=1) == 1}
    return throughout(np.choose(context.astype(int) + 1, [answers[-1], answers[0], answers[1]]), trials)


def lately(trials, time=20.0):
    """Mean of the inputs over the time before the end of each step."""
    window = round(time / trials.dt)
    total = np.cumsum(trials.inputs, axis=1)
    total[:, window:] -= total[:, :-window].copy()
    return total / window


def latest_signs(trials):
    state, outputs = np.zeros(trials.inputs[:, 0].shape), np.empty(trials.targets.shape)
    for step, mean in enumerate(np.moveaxis(lately(trials), 1, 0)):
        state = np.where(np.abs(mean) > 0.5, np.sign(mean), state)
        outputs[:, step] = state
    return outputs


def latest_channel(trials):
    means = lately(trials)
    state, outputs = np.zeros(len(trials)), np.empty(trials.targets.shape)
    for step in range(trials.steps):
        reset, set_ = means[:, step].T > 0.5
        state = np.where(set_, 1.0, np.where(reset, 0.0, state))
        outputs[:, step, 0] = state
    return outputs


def answer_to_a_pulse(trials):
    clean = trials.task.replace(noise=0.0).trials(40, trials.dt, rng=0)
    with_pulse, without = (clean.targets[clean.conditions["pulse"] == shown][0] for shown in (1, 0))
    seen = mean_during(trials, "stimulus") > 0.5 * mean_during(clean, "stimulus").max()
    return np.where(seen[..., None], with_pulse, without)


def peak_after_cue(trials):
    # the mean of the last 20 falls to half of the cue 10 after its end
    over = trials.steps - 1 - (lately(trials)[:, ::-1, 0] > 2.5).argmax(axis=1)
    late = (np.arange(trials.steps) - over[:, None]) * trials.dt + 10.0
    return -np.abs(late - 1000.0)[..., None]


def known_pattern(trials):
    waves = np.sin(2 * np.pi / 120 * np.outer(trials.times, [1, 2, 3, 4]))
    return np.tile((1.3 * waves @ [1 / 1.5, 1 / 3, 1 / 9, 1 / 4.5])[:, None], (len(trials), 1, 1))


def differ(trials):
    first, second = (mean_during(trials, epoch).argmax(axis=1) for epoch in ("sample", "test"))
    return throughout(np.where(first != second, 1.0, -1.0), trials)


def chosen(evidence, nothing, trials):
    """High output on the side of the evidence, none where nothing was shown."""
    high = np.stack([evidence > 0, evidence <= 0], axis=1)
    return throughout(np.where(nothing[:, None], 0.0, high), trials)


def relevant(trials):
    motion, color, right, left, red, green = mean_during(trials, "stimulus").T
    evidence = np.where(motion > color, right - left, red - green)
    return chosen(evidence, motion + color < 0.9, trials)


def both_senses(trials):
    right, left, also_right, also_left = mean_during(trials, "stimulus").T
    evidence = right - left + also_right - also_left
    return chosen(evidence, right + left + also_right + also_left < 1.3, trials)


def running_sum(trials):
    streams = trials.task.streams
    which = trials.inputs[:, :, streams:].mean(axis=1).argmax(axis=1)
    return np.cumsum(trials.inputs[np.arange(len(trials)), :, which], axis=1)[..., None]


OBSERVERS = [
    (And(), 1.0, gate),
    (Or(), 1.0, gate),
    (Xor(), 1.0, gate),
    (Not(), 1.0, gate),
    (LogicMultitask(gates=("and", "or", "xor"), jitter=50.0, noise=0.1), 1.0, gates),
    (FlipFlop(), 1.0, latest_signs),
    (SetReset(), 1.0, latest_channel),
    (TimeReproduction(), 1.0, answer_to_a_pulse),
    (Oscillation(), 1.0, answer_to_a_pulse),
    (Interval(noise=0.5), 1.0, peak_after_cue),
    (PeriodicPattern(), 1.0, known_pattern),
    (DelayedNonMatchToSample(noise=1.0), 10.0, differ),
    (ContextIntegration(), 20.0, relevant),
    (MultisensoryIntegration(), 20.0, both_senses),
    (NoiseIntegration(streams=3), 0.04, running_sum),
]


@pytest.mark.parametrize(
    ("task", "dt", "observer"), OBSERVERS, ids=lambda value: getattr(value, "__name__", repr(value))
)
@pytest.mark.parametrize("finer", [1, 2])
def test_an_observer_of_the_inputs_is_right(task, dt, observer, finer):
    # noise makes at most one trial in a thousand ambiguous: pulses are 4.5 standard errors high, or more
    trials = task.trials(300, dt / finer, rng=1)
    assert trials.accuracy(observer(trials)).mean() > 0.995


GUESSES = [
    # task, step, values that are said throughout with equal odds, odds to be right
    (And(), 5.0, (0.0, 1.0), 1 / 2),
    (Or(), 5.0, (0.0, 1.0), 1 / 2),
    (Not(), 5.0, (0.0, 1.0), 1 / 2),
    (LogicMultitask(), 5.0, (0.0, 1.0), 1 / 2),
    (SetReset(), 5.0, (0.0, 1.0), 1 / 2),
    (DelayedNonMatchToSample(), 20.0, (-1.0, 1.0), 1 / 2),
    (ContextIntegration(catch=0.0), 50.0, ((0.2, 1.0), (1.0, 0.2)), 1 / 2),
    (MultisensoryIntegration(catch=0.0), 50.0, ((0.2, 1.0), (1.0, 0.2)), 1 / 2),
    (ReactionTimeDecision(catch=0.0), 50.0, ((0.2, 1.0), (1.0, 0.2)), 1 / 2),
    (NoiseIntegration(), 0.04, (-1.0, 1.0), 1 / 2),
]


@pytest.mark.parametrize(("task", "dt", "values", "odds"), GUESSES, ids=lambda value: repr(value)[:30])
def test_a_guess_is_right_by_chance(task, dt, values, odds):
    count = 2000
    trials = task.trials(count, dt, rng=2)
    guesses = np.array(values)[np.random.default_rng(3).integers(0, len(values), count)]
    assert abs(trials.accuracy(throughout(guesses, trials)).mean() - odds) < share_error(odds, count)


def test_a_random_peak_is_in_time_by_chance():
    trials = Interval().trials(3000, 1.0, rng=0)
    # less than 30 off in either direction: 59 of the 1150 steps after the cue
    odds = 59 / 1150
    guess = np.random.default_rng(0).random(trials.targets.shape)
    assert abs(trials.accuracy(guess).mean() - odds) < share_error(odds, 3000)


def test_noise_explains_nothing_of_a_pattern():
    trials = PeriodicPattern().trials(20, 1.0)
    assert (trials.accuracy(np.random.default_rng(0).standard_normal(trials.targets.shape)) == 0.0).all()


def test_every_task_is_observed():
    built_in = {plugin.name for plugin in plugins() if plugin.kind == "tasks" and plugin.origin == "built in"}
    here = {type(task).__name__ for task, _, _ in OBSERVERS}
    elsewhere = {name for named in ELSEWHERE.values() for name in named}
    # those of Yang et al. in test_yang_observer
    assert {name for name in built_in if not name.startswith("Yang")} == here | elsewhere
