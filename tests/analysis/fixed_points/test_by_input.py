"""Fixed points by input and by epoch of a task."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.analysis import fixed_points_by_epoch, fixed_points_by_input
from neurosim.errors import NeurosimError
from neurosim.tasks import Trials


@pytest.fixture
def unit():
    unit = ns.Network(
        ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, inputs=1, outputs=1, rng=0
    )
    return unit.replace(input_weights=np.ones((1, 1)))


@dataclass(frozen=True)
class _OneChannel(ns.Task):
    """Task whose trials are made by the tests."""

    inputs = ("level",)
    outputs = ("answer",)

    def trials(self, count, dt, rng=None):
        raise NotImplementedError

    def accuracy(self, trials, outputs):
        raise NotImplementedError


def test_each_input_has_its_own_points(unit):
    fold = 2.0 * np.sqrt(0.5) - np.arctanh(np.sqrt(0.5))
    levels = np.array([[0.0], [0.9 * fold], [1.1 * fold]])
    found = fixed_points_by_input(unit, levels, starts=100, rng=0)
    assert [len(each) for each in found] == [3, 3, 1]
    for level, each in zip(levels, found, strict=True):
        assert_array_equal(each.inputs, level)
        assert_allclose(2.0 * np.tanh(each.states) + level, each.states, atol=1e-12)


def test_epochs_have_one_search_for_each_input_that_is_shown(unit):
    inputs = np.zeros((4, 60, 1))
    inputs[:, 20:40] = np.array([0.2, -0.2, 1.0, -1.0])[:, None, None]
    epochs = {"before": (0, 20), "stimulus": (20, 40), "memory": (40, 60), "never": (60, 60)}
    trials = Trials(_OneChannel(), 0.1, inputs, np.zeros((4, 60, 1)), epochs=epochs)
    found = fixed_points_by_epoch(unit, trials, displacement=3.0, rng=0)
    assert list(found) == ["before", "stimulus", "memory"]
    assert [each.inputs[0] for each in found["stimulus"]] == [-1.0, -0.2, 0.2, 1.0]
    assert [each.stable.sum() for each in found["stimulus"]] == [1, 2, 2, 1]
    assert len(found["memory"]) == 1
    # the states of all trials are the starts
    (memory,) = found["memory"]
    assert memory.counts.sum() == 4 * 20
    few = fixed_points_by_epoch(unit, trials, 30, rng=0)
    assert few["memory"][0].counts.sum() == 30


def test_noise_in_the_inputs_is_refused(unit, rng):
    trials = Trials(
        _OneChannel(), 0.1, rng.standard_normal((2, 50, 1)), np.zeros((2, 50, 1)), epochs={"all": (0, 50)}
    )
    with pytest.raises(NeurosimError, match=r"epoch 'all' has 100 distinct inputs, more than most = 64"):
        fixed_points_by_epoch(unit, trials)


def test_bad_arguments_are_named(unit):
    with pytest.raises(NeurosimError, match=r"inputs must have shape \(conditions, 1\) \(got \(2,\)\)"):
        fixed_points_by_input(unit, np.zeros(2))
    with pytest.raises(NeurosimError, match=r"trials must be a Trials \(got an int\)"):
        fixed_points_by_epoch(unit, 5)
    with pytest.raises(NeurosimError, match="takes no keyword 'tolerence'"):
        fixed_points_by_input(unit, np.zeros((1, 1)), tolerence=1.0)
