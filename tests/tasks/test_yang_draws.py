"""What is drawn for the twenty tasks: directions, strengths, rings, matches, noise, rules, at any dt."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from yang_table import COHERENCES, EPOCHS, NAMES

from neurosim.tasks import Uniform, Yang2019, yang2019

COUNT = 4000
every_rule = pytest.mark.parametrize("rule", NAMES)
DECISIONS = [rule for rule in NAMES if rule[-1] in "12" or "multi" in rule]


def conditions(rule, count=COUNT, seed=1, **fields):
    task = yang2019(rule, noise=0.0, **fields)
    # what is drawn does not depend on dt, so a coarse one will do
    return task.trials(count, 100.0, rng=seed).conditions


def assert_uniform(values, low, high):
    """Within the limits, with the mean and variance of a uniform distribution, to 4.5 standard errors."""
    assert low <= values.min() < values.max() <= high
    width, count = high - low, values.size
    assert abs(values.mean() - 0.5 * (low + high)) < 4.5 * width / np.sqrt(12 * count)
    # kurtosis of a uniform distribution is 9/5, so the variance of a sample variance is (4/5) var**2 / n
    assert abs(values.var() / (width**2 / 12) - 1.0) < 4.5 * np.sqrt(0.8 / count)


def assert_share(hits, odds):
    assert abs(np.mean(hits) - odds) < 4.5 * np.sqrt(odds * (1 - odds) / np.size(hits))


@every_rule
def test_directions_are_anywhere(rule):
    angles = conditions(rule)["directions"]
    if rule in ("dmc", "dnmc"):
        for stimulus in range(2):
            places, counts = np.unique(np.rint(angles[:, stimulus] / (0.1 * np.pi)), return_counts=True)
            assert_array_equal(places, np.arange(1, 20, 2))
            assert np.abs(counts - 0.1 * COUNT).max() < 4.5 * np.sqrt(0.09 * COUNT)
        assert abs(np.corrcoef(angles.T)[0, 1]) < 4.5 / np.sqrt(COUNT)
        return
    for column in angles.T:
        assert_uniform(column, 0.0, 2 * np.pi)


@pytest.mark.parametrize("rule", DECISIONS)
def test_two_stimuli_are_at_least_90_degrees_apart(rule):
    angles = conditions(rule)["directions"]
    assert_uniform((angles[:, 1] - angles[:, 0]) % (2 * np.pi), 0.5 * np.pi, 1.5 * np.pi)


@pytest.mark.parametrize(("variant", "without", "after"), [("paper", 1.0, 1.0), ("easy", 10.0, 2.0)])
@pytest.mark.parametrize("rule", DECISIONS)
def test_strengths_of_decisions(rule, variant, without, after):
    """Coherences of the easy variant are ten times as large, after a delay twice, as in the code of the authors."""
    strengths = conditions(rule, variant=variant)["strengths"]
    delayed = "delay" in rule
    known = (after if delayed else without) * np.array(COHERENCES["delay" if delayed else "dm"])
    rings = [int(rule[-1]) - 1] if rule.startswith(("dm", "delay")) else [0, 1]
    pairs = [strengths.mean(axis=2)] if "multi" in rule else [strengths[..., ring] for ring in rings]
    for first, second in (pair.T for pair in pairs):
        assert_uniform(0.5 * (first + second), 0.8, 1.2)
        half = 0.5 * (first - second)
        assert_share(half > 0, 0.5)
        for coherence in known:
            assert_share(np.isclose(np.abs(half), coherence, atol=1e-9), 1 / len(known))
    if len(rings) == 1:
        assert (strengths[..., 1 - rings[0]] == 0.0).all()
    elif "multi" in rule:
        # each stimulus on its own is stronger on one of the rings, by 20 to 80 % of its mean
        split = (strengths[..., 0] - strengths[..., 1]) / strengths.mean(axis=2)
        assert_uniform(np.abs(split), 0.2, 0.8)
        assert_share(split > 0, 0.5)
        assert abs(np.corrcoef(split.T)[0, 1]) < 4.5 / np.sqrt(COUNT)
    else:
        difference = strengths[:, 0] - strengths[:, 1]
        assert abs(np.corrcoef(difference.T)[0, 1]) < 4.5 / np.sqrt(COUNT)


@pytest.mark.parametrize("rule", [rule for rule in NAMES if rule not in DECISIONS])
def test_single_stimuli_have_strength_one_on_a_ring_of_the_batch(rule):
    drawn = []
    for seed in range(60):
        strengths = conditions(rule, count=3, seed=seed)["strengths"]
        assert_array_equal(strengths, np.broadcast_to(strengths[:1], strengths.shape))
        assert_array_equal(np.sort(strengths[0], axis=-1), np.broadcast_to([0, 1], strengths[0].shape))
        drawn.append(strengths[0, :, 0])
    drawn = np.array(drawn)
    for ring_1 in drawn.T:
        assert_share(ring_1, 0.5)
    if drawn.shape[1] == 2:
        # four pairs of rings; one is missing with odds 4 (3/4)^60
        assert len(np.unique(drawn, axis=0)) == 4


@pytest.mark.parametrize(("variant", "least"), [("paper", 10.0), ("code", 20.0)])
@pytest.mark.parametrize("rule", ["dms", "dnms"])
def test_half_of_the_samples_match(rule, variant, least):
    task = yang2019(rule, variant, noise=0.0)
    drawn = task.trials(COUNT, 100.0, rng=2).conditions
    apart = np.degrees(drawn["directions"][:, 1] - drawn["directions"][:, 0]) % 360.0
    match = apart == 0.0
    assert_share(match, 0.5)
    assert_uniform(apart[~match], least, 360.0 - least)
    assert_array_equal(drawn["respond"] == 1, match if rule == "dms" else ~match)


@pytest.mark.parametrize("rule", ["dmc", "dnmc"])
def test_half_of_the_categories_match(rule):
    assert_share(conditions(rule)["respond"], 0.5)


def test_input_noise_is_that_of_the_paper():
    task = yang2019("delay_go")
    for dt in (20.0, 10.0):
        noisy, quiet = (task.replace(noise=noise).trials(16, dt, rng=3) for noise in (task.noise, 0.0))
        noise = noisy.inputs - quiet.inputs
        # sigma_x sqrt(2 / alpha) with alpha = dt / tau
        expected = 0.01 * np.sqrt(2.0 * 100.0 / dt)
        by_channel = noise.std(axis=(0, 1))
        samples = noise[..., 0].size
        assert_allclose(noise.std(), expected, rtol=4.5 / np.sqrt(2 * noise.size))
        assert np.abs(by_channel / expected - 1.0).max() < 4.5 / np.sqrt(2 * samples)
        assert abs(noise.mean()) < 4.5 * expected / np.sqrt(noise.size)


@every_rule
def test_half_the_step_shows_the_same(rule):
    task = yang2019(rule, noise=0.0)
    for seed in range(3):
        coarse, fine = (task.trials(8, dt, rng=seed) for dt in (20.0, 10.0))
        for name, values in coarse.conditions.items():
            assert_array_equal(fine.conditions[name], values)
        for before, (name, limits) in enumerate(coarse.epochs.items(), start=1):
            # every epoch is rounded to the nearest step
            away = 10.0 * np.array(fine.epochs[name]) - 20.0 * np.array(limits)
            assert np.abs(away).max() <= 15.0 * before
        if all(isinstance(lasts, set) for _, lasts in EPOCHS[rule]):
            assert_array_equal(fine.targets[:, ::2], coarse.targets)
            assert_array_equal(fine.inputs[:, 1::2], coarse.inputs)
            assert_array_equal(fine.mask[:, ::2], coarse.mask)


def test_rules_of_a_mixture_come_as_often_as_published():
    task = Yang2019()
    odds = dict(zip(task.tasks, task.odds, strict=True))
    for rule in NAMES:
        assert_allclose(odds[rule], 5 / 28 if rule.startswith("context_dm") else 1 / 28)
    batches = 500
    drawn = [str(task.trials(1, 100.0, rng=seed).conditions["rule"][0]) for seed in range(batches)]
    for rule in NAMES:
        assert_share(np.array(drawn) == rule, odds[rule])


def test_driscoll_draws_continuous_durations_and_coherences():
    task = Yang2019(variant="driscoll")
    assert task.odds == pytest.approx(np.full(15, 1 / 15))
    one = task.tasks["delay_dm2"].replace(noise=0.0)
    strengths = one.trials(COUNT, 100.0, rng=1).conditions["strengths"][..., 1]
    assert_uniform(0.5 * np.abs(np.diff(strengths, axis=1))[:, 0], 0.005, 0.8)
    lasts = [np.diff(one.trials(1, 20.0, rng=seed).epochs["delay"], axis=0).item() for seed in range(200)]
    assert_uniform(20.0 * np.array(lasts), 200.0, 1600.0)
    both = task.tasks["dmc"].replace(noise=0.0).trials(COUNT, 100.0, rng=1).conditions["directions"]
    for column in both.T:
        assert_uniform(column, 0.0, 2 * np.pi)


def test_distributions_can_be_changed():
    drawn = conditions("dm1", coherence=Uniform(0.3, 0.5))["strengths"][..., 0]
    assert_uniform(0.5 * np.abs(np.diff(drawn, axis=1)), 0.3, 0.5)
