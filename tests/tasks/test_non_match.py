"""Delayed non-match to sample, with the timing of the paper."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import DelayedNonMatchToSample


@pytest.fixture(scope="module")
def trials():
    return DelayedNonMatchToSample().trials(200, 1.0, rng=0)


def test_stimuli_come_when_they_do_in_the_paper(trials):
    # Miconi 2017: 1000 ms, stimuli of 200 ms at 0 and at 400 ms, the error counts in the last 200
    assert trials.steps == 1000
    shown = trials.inputs.sum(axis=-1)
    expected = np.zeros(1000)
    expected[:200] = expected[400:600] = 1.0
    assert_array_equal(shown, np.tile(expected, (200, 1)))
    assert_array_equal(np.flatnonzero(trials.mask[0, :, 0]), np.arange(800, 1000))


def test_the_answer_is_exclusive_or(trials):
    first, second = trials.inputs[:, 100, 1], trials.inputs[:, 500, 1]
    assert_array_equal(trials.conditions["sample"], first)
    assert_array_equal(trials.conditions["test"], second)
    assert_array_equal(trials.targets[:, 900, 0], np.where(first != second, 0.98, -0.98))
    # four kinds of 200, each expected 50 times
    counts = np.unique(2 * first + second, return_counts=True)[1]
    assert len(counts) == 4
    assert counts.min() > 25


def test_accuracy_is_the_sign_of_the_mean_answer(trials):
    answer = trials.during("response") * trials.targets
    outputs = answer + 5.0 * (1.0 - trials.during("response"))
    assert_array_equal(trials.accuracy(outputs), 1.0)
    assert_array_equal(trials.accuracy(-outputs), 0.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sample": 0.0}, r"DelayedNonMatchToSample.sample must be positive \(got 0.0\)"),
        ({"wait": -1.0}, r"DelayedNonMatchToSample.wait must not be negative \(got -1.0\)"),
        ({"level": 0.0}, r"DelayedNonMatchToSample.level must be positive \(got 0.0\)"),
    ],
)
def test_invalid_tasks(settings, message):
    with pytest.raises(ParameterError, match=message):
        DelayedNonMatchToSample(**settings)
