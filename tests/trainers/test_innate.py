"""Innate training: the network's own trajectory becomes one that it returns to."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.randomness import seed_sequence
from neurosim.tasks import Interval, ScaledSequence
from neurosim.trainers import Innate
from neurosim.trainers.innate import _Learner


def chaotic(size, task, *, gain=1.8, rng=0):
    return ns.Network(
        ns.LeakyCurrent("tanh", tau=10.0),
        ns.Sparse(density=0.1, gain=gain, self_connections=False),
        size,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=rng,
    )


def two_noisy_trials(network, task, seed):
    """Trials that start differently and have noise: how far rates agree long after the cue, and accuracies.

    The cue makes any two trials agree at first; the correlation is that of the second half of what counts.
    """
    trials = task.trials(2, 1.0)
    noise = ns.WhiteNoise(0.001, target="input")
    run = ns.simulate(network, **trials.simulation, noise=noise, rng=seed)
    after = np.flatnonzero(trials.mask[0, :, 0])
    first, second = run.rates[:, 1:][:, after[len(after) // 2 :]]
    return np.corrcoef((first - first.mean(0)).ravel(), (second - second.mean(0)).ravel())[
        0, 1
    ], trials.accuracy(run)


@pytest.fixture(scope="module")
def trained():
    task = Interval(interval=500.0)
    return Innate(readout_trials=5).fit(chaotic(400, task, rng=1), task, rng=1)


def test_the_trajectory_repeats_itself(trained):
    before, blind = two_noisy_trials(trained.start, trained.task, 0)
    after, right = two_noisy_trials(trained.network, trained.task, 0)
    assert before < 0.5
    assert after > 0.98
    assert_array_equal(blind, 0.0)
    assert_array_equal(right, 1.0)


def test_history_says_what_each_trial_did(trained):
    history = trained.history
    assert history.length == 25
    # no readout yet: the error is the target
    counting = trained.task.trials(1, 1.0)
    assert_allclose(history["loss"][:20], counting.targets[counting.mask > 0.0].mean(), rtol=1e-12)
    assert (history["loss"][21:] < 0.02).all()
    assert (history["accuracy"][21:] == 1.0).all()
    assert history["deviation"][15:20].mean() < 0.7 * history["deviation"][:5].mean()
    assert history["change"][19] < 0.3 * history["change"][0]


def test_only_rows_of_plastic_units_change_and_no_weight_appears(trained):
    before, after = (network.recurrent.base for network in (trained.start, trained.network))
    assert_array_equal(after.indices, before.indices)
    assert_array_equal(after.indptr, before.indptr)
    changed = before.data != after.data
    assert changed[: before.indptr[240]].all()
    assert not changed[before.indptr[240] :].any()
    assert_array_equal(trained.network.input_weights, trained.start.input_weights)


@pytest.mark.parametrize("dense", [False, True])
def test_each_unit_solves_a_regression_of_its_own(dense):
    # with a correction at every step weights are those of a ridge regression, from the old weights on:
    # min sum (w r - target)² + alpha |w - w_0|², where the target is what w would have had to give
    task = Interval(fixation=5.0, stimulus=5.0, interval=20.0, rest=5.0)
    network = chaotic(30, task, rng=3).replace(initial_state=np.linspace(-1.0, 1.0, 30))
    if dense:
        network = network.replace(recurrent=ns.Operator(network.recurrent.dense()))
    trainer = Innate(
        trials=1, readout_trials=1, dt=1.0, every=1, regularization=0.5, noise_level=0.0, plastic=0.5
    )
    # without noise and from the same state, the network repeats itself: nothing to correct
    same = trainer.fit(network, task, rng=0)
    assert_allclose(same.network.recurrent.dense(), network.recurrent.dense(), atol=1e-12)
    assert same.history["deviation"][0] < 1e-12
    noisy = trainer.replace(noise_level=0.5).fit(network, task, rng=0)
    exact = in_plain_numpy(network, task, trainer.replace(noise_level=0.5), seed=0)
    assert_allclose(noisy.network.recurrent.dense(), exact, atol=1e-10)


def in_plain_numpy(network, task, trainer, seed):
    """Recurrent weights after the first trial, by the equations of the paper on full matrices."""
    from neurosim.randomness import child, seed_sequence, stream

    trials = task.trials(1, trainer.dt)
    weights, plastic = network.recurrent.dense(), round(trainer.plastic * network.size)
    drive = trials.inputs[0] @ network.input_weights.T
    x, innate = network.initial_state.copy(), []
    for current in drive:
        x = x + trainer.dt / 10.0 * (-x + weights @ np.tanh(x) + current)
        innate.append(np.tanh(x))
    noise = stream(child(seed_sequence(seed), "trial 0"), "noise").standard_normal(drive.shape)
    full = network.recurrent.kind_of_base == "dense"
    sources = [np.arange(network.size) if full else np.flatnonzero(row) for row in weights[:plastic]]
    inverses = [np.eye(len(source)) / trainer.regularization for source in sources]
    x = network.initial_state.copy()
    for k, current in enumerate(drive + trainer.noise_level * np.sqrt(10.0 / trainer.dt) * noise):
        x = x + trainer.dt / 10.0 * (-x + weights @ np.tanh(x) + current)
        if not trials.mask[0, k, 0]:
            continue
        for i, source in enumerate(sources):
            r = np.tanh(x)[source]
            gain = inverses[i] @ r / (1.0 + r @ inverses[i] @ r)
            inverses[i] -= np.outer(gain, r @ inverses[i])
            weights[i, source] -= (np.tanh(x)[i] - innate[k][i]) * gain
    return weights


def test_conditions_take_turns():
    task = ns.tasks.DelayedNonMatchToSample(sample=20.0, delay=10.0, test=20.0, wait=5.0, response=10.0)
    trainer = Innate(trials=4, readout_trials=2, conditions=2)
    history = trainer.fit(chaotic(40, task), task, rng=0).history
    assert history.length == 6


TWO_SPEEDS = ScaledSequence(
    fixation=5.0, cue=10.0, duration=120.0, rest=20.0, taps=(40.0, 90.0), width=10.0, speeds=(0.5, 2.0)
)


def learner(trainer, task, seed, **changes):
    return _Learner(trainer, chaotic(30, task).replace(**changes), task, seed_sequence(seed))


@pytest.mark.parametrize("seed", range(6))
def test_the_trials_that_take_turns_have_different_conditions(seed):
    """Two speeds that are drawn independently are the same in half of the cases: 6 seeds in 64."""
    made = learner(Innate(conditions=2), TWO_SPEEDS, seed)
    assert set(made.trials.conditions["speed"]) == {0.5, 2.0}


def test_slow_trials_learn_the_fast_trajectory_stretched_in_time_and_then_silence():
    made = learner(Innate(conditions=2, speed="speed", plastic=1.0), TWO_SPEEDS, 0)
    speeds = made.trials.conditions["speed"]
    fast, slow = (int(np.flatnonzero(speeds == speed)[0]) for speed in (2.0, 0.5))
    own = made._innate(fast)
    begin = int(made.trials.epochs["response"][0][fast])
    # the fast response lasts 60 steps, the slow one 240; row k holds the rates after step k
    assert_allclose(made.innate[fast][begin : begin + 60], own[begin : begin + 60], atol=1e-12)
    assert not made.innate[fast][begin + 60 :].any()
    each_fourth = made.innate[slow][begin + 3 : begin + 240 : 4]
    assert_allclose(each_fourth, own[begin : begin + 60], atol=1e-12)
    between = 0.5 * (own[begin : begin + 59] + own[begin + 1 : begin + 60])
    assert_allclose(made.innate[slow][begin + 5 : begin + 240 : 4], between, atol=1e-12)
    assert not made.innate[slow][begin + 240 :].any()


@pytest.mark.parametrize(
    ("trainer", "task", "message"),
    [
        (
            Innate(conditions=3),
            TWO_SPEEDS,
            r"Innate.conditions must be at most 2, the different .* \(got 3\)",
        ),
        (
            Innate(speed="tempo"),
            TWO_SPEEDS,
            r"Innate.speed must be a condition of ScaledSequence, one of speed",
        ),
        (Innate(speed="kind"), ns.tasks.And(), "Innate.speed must be a condition of And"),
    ],
)
def test_conditions_and_speeds_that_do_not_exist_are_named(trainer, task, message):
    with pytest.raises(ParameterError, match=message):
        trainer.replace(trials=1, readout_trials=1).fit(chaotic(20, task), task, rng=0)


@pytest.mark.slow
def test_intervals_of_seconds_at_the_size_of_the_paper():
    # Laje & Buonomano 2013: 800 units, 60 % plastic, 30 trials; a target of two seconds
    task, agreements = Interval(interval=2000.0), []
    for seed in range(2):
        training = Innate(trials=30).fit(chaotic(800, task, rng=seed), task, rng=seed + 10)
        before, _ = two_noisy_trials(training.start, task, seed)
        after, right = two_noisy_trials(training.network, task, seed)
        agreements.append((before, after))
        assert_array_equal(right, 1.0)
    before, after = np.transpose(agreements)
    assert (before < 0.5).all()
    assert (after > 0.95).all()
