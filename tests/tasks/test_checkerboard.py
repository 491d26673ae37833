"""Checkerboard task: which answer is correct, what is shown when, and what counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError

TASK = ns.tasks.Checkerboard(noise=0.0)
TRIALS = TASK.trials(400, dt=10.0, rng=0)
CONDITIONS = TRIALS.conditions
SHOWN = CONDITIONS["catch"] == 0


def at(epoch, shift=0):
    """Inputs at a step after the onset of an epoch."""
    start = TRIALS.epochs[epoch][0]
    return TRIALS.inputs[np.arange(len(TRIALS)), start + shift]


def test_the_correct_target_has_the_color_that_dominates():
    during = at("response")[SHOWN]
    dominant = np.where(during[:, 2] > during[:, 3], -1.0, 1.0)
    targets = during[:, :2]
    assert_array_equal(targets.sum(axis=1), 0.0)
    assert_array_equal(targets[np.arange(len(targets)), CONDITIONS["choice"][SHOWN]], dominant)
    assert_allclose(during[:, 2], CONDITIONS["coherence"][SHOWN])
    assert_array_equal(CONDITIONS["coherence"] < 0.0, CONDITIONS["color"] == 1)


def test_neither_color_nor_context_alone_tells_the_direction():
    many = TASK.trials(8000, dt=100.0, rng=1).conditions
    for name in ("color", "context"):
        # 8000 pairs of independent bits
        assert abs(np.corrcoef(many[name], many["choice"])[0, 1]) < 4.0 / np.sqrt(8000)


def test_the_targets_come_before_the_checkerboard_and_both_go_before_the_end():
    start, stop = TRIALS.epochs["context"]
    lengths = 10.0 * (stop - start)
    assert lengths.min() >= 600.0
    assert lengths.max() <= 1000.0
    assert not at("fixation").any()
    assert not at("context")[:, 2:].any()
    assert_array_equal(at("context")[SHOWN, :2], at("response")[SHOWN, :2])
    assert not at("rest").any()
    caught = ~SHOWN
    assert not at("response")[caught, 2:].any()
    # half of about 40 catch trials, of standard deviation 3
    assert 0.2 < at("context")[caught, :2].any(axis=1).mean() < 0.8


def test_the_grace_does_not_count_and_everything_else_does():
    onset = TRIALS.epochs["response"][0]
    mask = TRIALS.mask[..., 0]
    for trial in np.flatnonzero(SHOWN)[:20]:
        free = np.zeros(TRIALS.steps, bool)
        free[onset[trial] : onset[trial] + 20] = True
        assert_array_equal(mask[trial], np.where(free, 0.0, 1.0))
    assert_array_equal(mask[~SHOWN], 1.0)
    high = TRIALS.targets.sum(axis=2) == 1.0
    assert_array_equal(high[SHOWN].sum(axis=1), 150)
    assert not high[~SHOWN].any()


def test_noise_is_on_the_checkerboard_only_and_does_not_depend_on_the_step():
    noisy = ns.tasks.Checkerboard(catch=0.0)
    for dt in (10.0, 20.0):
        quiet, loud = (each.trials(60, dt, rng=3).inputs for each in (noisy.replace(noise=0.0), noisy))
        assert_array_equal(quiet[..., :2], loud[..., :2])
        # some 10^4 numbers
        assert np.std((loud - quiet)[..., 2:]) * np.sqrt(dt) == pytest.approx(noisy.noise, rel=0.03)


def test_an_observer_of_the_sum_of_products_is_correct():
    trials = ns.tasks.Checkerboard(catch=0.0).trials(500, dt=10.0, rng=5)
    response = trials.during("response")[..., 0]
    color = (response * (trials.inputs[..., 2] - trials.inputs[..., 3])).sum(axis=1)
    side = trials.inputs[np.arange(500), trials.epochs["response"][0], 0]
    right = (color > 0.0) == (side > 0.0)
    found = np.where(right, 1, 0) == trials.conditions["choice"]
    # the mean difference of 1.5 s of noise, sqrt(2 / 1500), is below the least one, 0.08, by a factor of 2.2
    assert found.mean() > 0.98


def test_what_is_refused():
    with pytest.raises(ParameterError, match=r"coherences must be above 0, where one color dominates"):
        ns.tasks.Checkerboard(coherences=(0.0, 0.5))
    with pytest.raises(
        ParameterError, match=r"grace must be at least 0 and below the shortest response, 1500"
    ):
        ns.tasks.Checkerboard(grace=2000.0)
