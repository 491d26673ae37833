"""Every trial of the twenty tasks, step by step, against what is written down in yang_table."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from yang_table import CODE_ORDER, EPOCHS, NAMES, written_down

from neurosim.tasks import RULES, yang2019

every_rule = pytest.mark.parametrize("rule", NAMES)


def limits_of(trials, k):
    return {name: (int(start[k]), int(stop[k])) for name, (start, stop) in trials.epochs.items()}


def assert_as_written(trials, rule, k):
    shown = trials.conditions["directions"][k], trials.conditions["strengths"][k]
    inputs, targets, mask = written_down(rule, trials.dt, limits_of(trials, k), *shown)
    assert_allclose(trials.inputs[k], inputs, atol=1e-12)
    assert_allclose(trials.targets[k], targets, atol=1e-12)
    assert_array_equal(trials.mask[k], mask)


@every_rule
@pytest.mark.parametrize("dt", [20.0, 10.0])
def test_random_trials(rule, dt):
    for seed in range(3):
        trials = yang2019(rule, noise=0.0).trials(4, dt, rng=seed)
        for k in range(4):
            assert_as_written(trials, rule, k)


@every_rule
def test_epochs_last_as_published(rule):
    task = yang2019(rule, noise=0.0)
    batches = [task.trials(1, 20.0, rng=seed) for seed in range(100)]
    for name, lasts in EPOCHS[rule]:
        drawn = np.array([20.0 * np.diff(trials.epochs[name], axis=0).item() for trials in batches])
        if isinstance(lasts, set):
            # the rarest of four values is missed with odds (3/4)^100 = 3e-13
            assert set(drawn) == {float(value) for value in lasts}
        else:
            low, high = lasts
            assert low - 10 <= drawn.min() < drawn.max() <= high + 10
            # standard error of the mean of 100 uniform numbers
            assert abs(drawn.mean() - 0.5 * (low + high)) < 4.5 * (high - low) / np.sqrt(12 * 100)
    for trials in batches:
        assert list(trials.epochs) == [name for name, _ in EPOCHS[rule]]
        ends = np.concatenate(list(trials.epochs.values())).ravel()
        assert_array_equal(ends[1:-1:2], ends[2::2])
        assert (ends[0], ends[-1]) == (0, trials.steps)


@every_rule
def test_all_trials_of_a_batch_share_their_timing(rule):
    trials = yang2019(rule).trials(16, 20.0, rng=3)
    for limits in trials.epochs.values():
        assert np.ptp(limits, axis=1).max() == 0


def test_channels():
    task = yang2019("go")
    assert tuple(NAMES) == RULES
    assert task.inputs[:2] == ("fixation", "ring_1_0")
    assert (task.inputs[32], task.inputs[33], task.inputs[64]) == ("ring_1_31", "ring_2_0", "ring_2_31")
    assert task.inputs[65:] == tuple(f"rule_{rule}" for rule in NAMES)
    assert task.outputs == ("fixation", *(f"ring_{unit}" for unit in range(32)))
    for code, name in CODE_ORDER:
        assert yang2019(code) == yang2019(name)
        assert yang2019(code).rule == name


# rule: directions and strengths of the stimuli, epochs in ms
TEST_TRIALS = {
    "go": ([20, 2], [500, 1000, 500]),
    "rt_go": ([20, 2], [2000, 500]),
    "delay_go": ([20, 2], [500, 500, 1000, 500]),
    "dm": ([20, 5], [500, 1500, 500]),
    "both_dm": ([20, 5, 5], [500, 1000, 500]),
    "delay_dm": ([20, 5], [500, 500, 1000, 500, 200, 300]),
    "both_delay_dm": ([20, 5, 5], [500, 500, 1000, 500, 500, 500]),
    "match": ([20, 2, 2], [500, 500, 1200, 500]),
}


def kind(rule):
    if rule.startswith(("context", "multisensory")):
        return "both_delay_dm" if "delay" in rule else "both_dm"
    if "dm" in rule and rule[-1] in "12":
        return "delay_dm" if "delay" in rule else "dm"
    return rule.replace("anti", "go") if rule[0] not in "d" or "delay" in rule else "match"


@every_rule
def test_test_trials(rule):
    name = kind("go" if rule == "anti" else rule)
    grid, lasts = TEST_TRIALS[name]
    trials = yang2019(rule, noise=0.0).test_trials(20.0)
    assert len(trials) == np.prod(grid)
    assert [20 * np.diff(limits, axis=0)[0, 0] for limits in trials.epochs.values()] == lasts
    angles, strengths = trials.conditions["directions"], trials.conditions["strengths"]
    for k, index in enumerate(np.ndindex(*grid)):
        place, *rest = index
        if name == "match":
            first = 2 * np.pi * place / 20
            if "dmc" in rule or "dnmc" in rule:
                first = np.pi * ((0.1 if place < 10 else 1.1) + 0.8 * (place % 10) / 10)
            second = (first + np.pi) % (2 * np.pi) if rule in ("dnms", "dnmc") else first
            assert_allclose(angles[k], [first, second], atol=1e-12)
            assert_array_equal(strengths[k], [[1 - rest[0], rest[0]], [1 - rest[1], rest[1]]])
            assert trials.conditions["respond"][k] == 1
        elif "dm" in name:
            first = 2 * np.pi * place / 20
            assert_allclose(angles[k], [first, (first + np.pi) % (2 * np.pi)], atol=1e-12)
            least, step = (0.5, 0.2) if name == "delay_dm" else (0.8, 0.08)
            for ring in (0, 1):
                here = name.startswith("both") or ring == int(rule[-1]) - 1
                strong = least + step * rest[ring if name.startswith("both") else 0]
                assert_allclose(strengths[k, :, ring], [strong, 2 - strong] if here else [0, 0], atol=1e-12)
        else:
            assert_allclose(angles[k], [2 * np.pi * place / 20], atol=1e-12)
            assert_array_equal(strengths[k], [[1 - rest[0], rest[0]]])
    for k in range(0, len(trials), len(trials) // 10):
        assert_as_written(trials, rule, k)


PSYCHOMETRIC = {
    "go": {"fixation": 300, "response": 400},
    "rt_go": {"fixation": 1000, "response": 400},
    "delay_go": {"response": 400},
    "dm": {"fixation": 300, "response": 400},
    "both_dm": {"fixation": 500, "response": 500},
    "delay_dm": {"second_delay": 200, "response": 300},
    "both_delay_dm": {
        "fixation": 300,
        "stimulus": 300,
        "second_stimulus": 300,
        "second_delay": 200,
        "response": 300,
    },
    "match": {"fixation": 500, "stimulus": 300, "delay": 1200, "response": 500},
}


@every_rule
def test_psychometric_trials(rule):
    name = kind("go" if rule == "anti" else rule)
    stimuli = 1 if name.endswith("go") else 2
    rng = np.random.default_rng(5)
    angles = rng.uniform(0, 2 * np.pi, 6)[:, None] + np.array([0.0, 1.7])[:stimuli]
    angles[::2] = angles[::2, :1]
    angles %= 2 * np.pi
    strengths = rng.uniform(0.5, 1.5, (6, stimuli, 2))
    task = yang2019(rule, noise=0.0)
    trials = task.psychometric_trials(20.0, directions=angles, strengths=strengths)
    lasts = {epoch: 20 * np.diff(limits, axis=0)[0, 0] for epoch, limits in trials.epochs.items()}
    assert PSYCHOMETRIC[name].items() <= lasts.items()
    for k in range(6):
        assert_as_written(trials, rule, k)
    longer = task.psychometric_trials(20.0, directions=angles, response=700.0)
    assert longer.steps - trials.steps == (700 - lasts["response"]) / 20
    rings = {"dm1": [1, 0], "dm2": [0, 1], "delay_dm1": [1, 0], "delay_dm2": [0, 1]}
    expected = rings.get(rule, [1, 1] if name.startswith("both") else [1, 0])
    assert_array_equal(longer.conditions["strengths"], np.broadcast_to(expected, (6, stimuli, 2)))
    same = task.psychometric_trials(20.0, directions=angles, strengths=strengths[..., 0])
    assert_array_equal(same.conditions["strengths"], strengths[..., :1] * np.array(expected))


@pytest.mark.parametrize(("degrees", "match"), [(4.9, 1), (5.1, 0), (359.0, 1), (180.0, 0)])
def test_psychometric_match_within_five_degrees(degrees, match):
    directions = [[1.0, 1.0 + np.radians(degrees)]]
    trials = yang2019("dms").psychometric_trials(20.0, 0, directions=directions)
    assert trials.conditions["respond"][0] == match


@every_rule
def test_the_code_squares_the_mask(rule):
    paper, code = (yang2019(rule, variant).trials(2, 20.0, rng=1).mask for variant in ("paper", "code"))
    assert_array_equal(code, paper**2)
    assert set(np.unique(code)) == {0.0, 1.0, 4.0, 25.0, 100.0}


@every_rule
def test_targets_that_are_probabilities(rule):
    activity, probability = (yang2019(rule, targets=kind) for kind in ("activity", "probability"))
    plain, trials = (task.trials(30, 20.0, rng=3) for task in (activity, probability))
    assert_array_equal(trials.inputs, plain.inputs)
    # one output is certain: fixation where it was 0.8, or else the unit with the highest bump
    assert_array_equal(trials.targets.sum(axis=2), np.ones(trials.targets.shape[:2]))
    fixates = plain.targets[..., 0] > 0.5
    assert_array_equal(trials.targets[..., 0] == 1.0, fixates)
    nearest = plain.targets[..., 1:].argmax(axis=2)
    assert (np.take_along_axis(trials.targets[..., 1:], nearest[..., None], axis=2)[~fixates] == 1.0).all()
    # the weights of the ring for all outputs, 1 on average
    assert_allclose(
        trials.mask, np.broadcast_to(plain.mask[..., 1:2], trials.mask.shape) / plain.mask[..., 1].mean()
    )
    assert_allclose(trials.mask.mean(), 1.0)
    assert (trials.accuracy(trials.targets) == 1.0).all()


def test_settling_and_grace_can_be_left_out():
    trials = yang2019("go", settling=0.0, grace=0.0).trials(2, 20.0, rng=1)
    assert set(np.unique(trials.mask)) == {1.0, 2.0, 5.0, 10.0}


def test_rules_that_are_added_up():
    told = np.zeros(20)
    told[[NAMES.index(rule) for rule in ("anti", "delay_go")]] = 1.0
    told[NAMES.index("go")] = -1.0
    usual, added = (
        yang2019("delay_anti", noise=0.0, instruction=given).trials(3, 20.0, rng=2) for given in (None, told)
    )
    assert_array_equal(added.targets, usual.targets)
    assert_array_equal(added.inputs[..., :65], usual.inputs[..., :65])
    assert_array_equal(added.inputs[..., 65:], np.broadcast_to(told, (3, usual.steps, 20)))
