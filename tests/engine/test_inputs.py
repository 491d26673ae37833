"""Inputs by step: numbers of trials, functions of time, and what is refused. Shapes in a run are in test_simulate."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.engine.inputs import Inputs, count_trials
from neurosim.errors import ParameterError, ShapeError

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.2), 4, inputs=2, rng=0)


@pytest.mark.parametrize(
    ("given", "trials"),
    [
        (None, None),
        (0.5, None),
        (np.ones((10, 2)), None),
        (lambda time: [time, 0.0], None),
        (np.ones((3, 10, 2)), 3),
        ([np.ones((10, 2)), np.zeros((10, 2))], 2),
    ],
)
def test_number_of_trials(given, trials):
    assert count_trials(given) == trials


def test_lists_of_trials_of_different_length_name_the_remedy():
    with pytest.raises(ShapeError, match=r"got 4 to 9\); pad to one length and give a mask"):
        count_trials([np.ones((9, 2)), np.ones((4, 2)), np.ones((5, 2))])


def test_masked_samples_are_refused():
    with pytest.raises(
        ParameterError, match=r"inputs must have no masked entries \(got 1\); .*inputs\.filled\(0\)"
    ):
        Inputs(np.ma.masked_array(np.ones((1, 2)), mask=[[True, False]]), NETWORK, 1, 0.1, 5)


def test_a_function_is_sampled_at_the_stage_times():
    inputs = Inputs(lambda time: [time, 2 * time], NETWORK, 1, 0.5, 4)
    values = inputs.sample(2, 2, (0.0, 0.5))
    np.testing.assert_allclose(values[:, :, 0, 0], [[1.0, 1.25], [1.5, 1.75]])
    np.testing.assert_allclose(values[..., 1], 2 * values[..., 0])


def test_a_function_may_return_one_row_per_trial_and_no_masked_value():
    inputs = Inputs(lambda time: np.full((3, 2), time), NETWORK, 3, 0.5, 4)
    assert inputs.sample(1, 1, (0.0,)).shape == (1, 1, 3, 2)
    with pytest.raises(ParameterError, match=r"inputs\(0\.5\) must have no masked entries"):
        Inputs(lambda _: np.ma.masked_array([1.0, 2.0], mask=[1, 0]), NETWORK, 1, 0.5, 4).sample(1, 1, (0.0,))
