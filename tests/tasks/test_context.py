"""Evidence of two kinds and streams of noise, step by step and against what an ideal listener makes of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import ndtr

from neurosim.errors import ParameterError
from neurosim.tasks import ContextIntegration, MultisensoryIntegration, NoiseIntegration


def share_error(odds, count):
    return 4.5 * np.sqrt(odds * (1 - odds) / count) + 1e-12


def answered(evidence, trials):
    """Outputs that show the sign of the evidence at the very end."""
    outputs = np.zeros(trials.targets.shape)
    outputs[:, -1] = np.stack([evidence, -evidence], axis=1)
    return trials.accuracy(outputs)


@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_every_context_trial(dt):
    trials = ContextIntegration(noise=0.0, catch=0.2).trials(60, dt, rng=1)
    assert trials.steps * dt == 100 + 800 + 300
    start = dt * np.arange(trials.steps)
    seen, late, early = (start >= 100) & (start < 900), start >= 900, start < 100
    for k in range(60):
        context, evidence, choice, catch = (
            trials.conditions[n][k] for n in ("context", "evidence", "choice", "catch")
        )
        assert choice == (0 if evidence[context] > 0 else 1)
        motion, color = evidence
        values = [
            context == 0,
            context == 1,
            (1 + motion) / 2,
            (1 - motion) / 2,
            (1 + color) / 2,
            (1 - color) / 2,
        ]
        for channel, value in enumerate(values):
            assert_allclose(trials.inputs[k, :, channel], 0.2 + (0.0 if catch else value) * seen)
        assert_allclose(trials.targets[k, :, choice], np.where(late & (catch == 0), 1.0, 0.2))
        assert_allclose(trials.targets[k, :, 1 - choice], 0.2)
        assert_array_equal(trials.mask[k, :, 1], early | late | (catch == 1))


def test_motion_and_color_are_drawn_alone():
    drawn = ContextIntegration().trials(9000, 100.0, rng=2).conditions
    evidence = drawn["evidence"]
    for value in (-0.5, -0.15, -0.05, 0.05, 0.15, 0.5):
        assert (np.abs((evidence == value).mean(axis=0) - 1 / 6) < share_error(1 / 6, 9000)).all()
    assert abs(np.corrcoef(evidence.T)[0, 1]) < 4.5 / np.sqrt(9000)
    assert abs(drawn["context"].mean() - 0.5) < share_error(0.5, 9000)
    assert abs(drawn["catch"].mean() - 1 / 73) < share_error(1 / 73, 9000)


def test_the_choice_depends_on_what_counts_alone():
    task, noise, count = ContextIntegration(noise=3.0, catch=0.0), 3.0, 30_000
    trials = task.trials(count, 50.0, rng=3)
    seen = trials.during("stimulus")[..., 0]
    differences = [(seen * (trials.inputs[..., a] - trials.inputs[..., a + 1])).sum(axis=1) for a in (2, 4)]
    context = trials.conditions["context"]
    told = (seen * (trials.inputs[..., 1] - trials.inputs[..., 0])).sum(axis=1) > 0
    # the context channels carry the same noise: their sum is off by 1 with noise of density sqrt(2) sigma
    reading = ndtr(np.sqrt(800 / 2) / noise)
    assert abs(np.mean(told == (context == 1)) - reading) < share_error(reading, count)
    relevant, other = (np.where((context == 0) ^ swap, *differences) for swap in (False, True))
    for level in (0.05, 0.15, 0.5):
        chosen = np.abs(trials.conditions["evidence"][np.arange(count), context]) == level
        expected = ndtr(level * np.sqrt(800 / 2) / noise)
        assert abs(answered(relevant, trials)[chosen].mean() - expected) < share_error(expected, chosen.sum())
        assert abs(answered(other, trials)[chosen].mean() - 0.5) < share_error(0.5, chosen.sum())


@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_every_multisensory_trial(dt):
    trials = MultisensoryIntegration(noise=0.0, catch=0.1).trials(60, dt, rng=4)
    start = dt * np.arange(trials.steps)
    seen = (start >= 100) & (start < 900)
    kinds = set()
    for k in range(60):
        senses, coherence, choice, catch = (
            trials.conditions[n][k] for n in ("senses", "coherence", "choice", "catch")
        )
        kinds.add(tuple(bool(sense) for sense in senses))
        side = [(1 + coherence) / 2, (1 - coherence) / 2][:: 1 - 2 * choice]
        expected = np.outer(senses, side).ravel() * (1 - catch)
        assert_allclose(trials.inputs[k], 0.2 + np.outer(seen, expected))
        assert_allclose(trials.targets[k, :, choice], np.where((start >= 900) & (catch == 0), 1.0, 0.2))
    assert kinds == {(True, False), (False, True), (True, True)}


def test_two_senses_are_better_than_one_by_the_root_of_two():
    noise, count, level = 4.0, 30_000, 0.128
    trials = MultisensoryIntegration(noise=noise, coherences=(level,)).trials(count, 50.0, rng=5)
    senses = trials.conditions["senses"]
    seen = trials.during("stimulus")[..., 0]
    inputs = trials.inputs.reshape(count, -1, 2, 2)
    difference = (seen[..., None] * (inputs[..., 0] - inputs[..., 1])).sum(axis=1)
    scores = answered((difference * senses).sum(axis=1), trials)
    one = level * np.sqrt(800 / 2) / noise
    for given, sensitivity in [([1, 0], one), ([0, 1], one), ([1, 1], np.sqrt(2) * one)]:
        chosen = (senses == given).all(axis=1)
        assert abs(chosen.mean() - 1 / 3) < share_error(1 / 3, count)
        expected = ndtr(sensitivity)
        assert abs(scores[chosen].mean() - expected) < share_error(expected, chosen.sum())


@pytest.mark.parametrize("streams", [1, 3])
@pytest.mark.parametrize("dt", [0.04, 0.02])
def test_the_target_is_the_running_integral(streams, dt):
    trials = NoiseIntegration(streams=streams).trials(40, dt, rng=6)
    assert trials.steps * dt == pytest.approx(1.0)
    for k in range(40):
        context = trials.conditions["context"][k]
        total = 0.0
        for step in range(trials.steps):
            total += dt * trials.inputs[k, step, context]
            assert trials.targets[k, step, 0] == pytest.approx(25.0 * total)
        if streams > 1:
            assert_array_equal(
                trials.inputs[k, :, streams:], np.broadcast_to(np.eye(3)[context], (trials.steps, 3))
            )
    assert (trials.mask == 1.0).all()
    assert (trials.accuracy(trials.targets) == 1.0).all()
    assert (trials.accuracy(-trials.targets) == 0.0).all()


@pytest.mark.parametrize("dt", [0.04, 0.01])
def test_the_variance_of_the_integral_is_that_of_bias_and_noise(dt):
    # 25^2 (bias^2 T^2 + noise^2 T) at any dt
    targets = NoiseIntegration().trials(20_000, dt, rng=7).targets[..., 0]
    for share in (0.4, 1.0):
        values = targets[:, round(share / dt) - 1]
        expected = 25.0**2 * (0.02**2 * share**2 + 0.025**2 * share)
        assert abs(values.var() / expected - 1.0) < 4.5 * np.sqrt(2 / 20_000)
        assert abs(values.mean()) < 4.5 * np.sqrt(expected / 20_000)


def test_the_wrong_stream_is_right_by_chance():
    trials = NoiseIntegration(streams=2).trials(6000, 0.04, rng=8)
    other = np.take_along_axis(trials.inputs, 1 - trials.conditions["context"][:, None, None], axis=2)
    score = trials.accuracy(np.cumsum(other, axis=1)).mean()
    assert abs(score - 0.5) < share_error(0.5, 6000)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ContextIntegration(coherences=(5.0,)),
            "ContextIntegration.coherences must be .* from 0 to 1",
        ),
        (lambda: ContextIntegration(response=0.0), "ContextIntegration.response must be above 0"),
        (lambda: MultisensoryIntegration(coherences=()), "MultisensoryIntegration.coherences"),
        (
            lambda: MultisensoryIntegration().trials(3, 900.0),
            "fixation must last at least one step of dt = 900 .got 100",
        ),
        (lambda: NoiseIntegration(streams=0), r"NoiseIntegration.streams must be at least 1 \(got 0\)"),
        (lambda: NoiseIntegration(gain=0.0), r"NoiseIntegration.gain must be positive \(got 0.0\)"),
        (lambda: NoiseIntegration(bias=0.0, noise=0.0), "bias or noise must be above 0"),
        (lambda: NoiseIntegration(noise=-1.0), r"NoiseIntegration.noise must not be negative \(got -1.0\)"),
        (lambda: NoiseIntegration().trials(3, 2.0), "duration must last at least one step of dt = 2 .got 1"),
    ],
)
def test_invalid_arguments(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
