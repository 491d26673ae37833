"""A cue, an interval, a bump."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import Interval


def test_the_bump_is_that_of_the_paper():
    # Laje & Buonomano 2013: 0.2 + 0.8 exp(-(t - T)² / 30²) ms
    trials = Interval().trials(2, 1.0)
    t = trials.times - 250.0
    assert_allclose(trials.targets[1, :, 0], 0.2 + 0.8 * np.exp(-((t - 1000.0) ** 2) / 900.0), atol=1e-12)
    assert trials.targets[0, :, 0].argmax() == 1249
    assert_array_equal(np.flatnonzero(trials.inputs[0, :, 0]), np.arange(200, 250))
    assert trials.inputs.max() == 5.0
    assert_array_equal(np.flatnonzero(trials.mask[0, :, 0]), np.arange(250, 1400))


@pytest.mark.parametrize(("shift", "right"), [(0, 1.0), (29, 1.0), (-29, 1.0), (31, 0.0), (-31, 0.0)])
def test_the_largest_output_has_to_come_in_time(shift, right):
    trials = Interval().trials(1, 1.0)
    assert trials.accuracy(np.roll(trials.targets, shift, axis=1))[0] == right


def test_what_comes_before_the_cue_is_over_does_not_count():
    trials = Interval().trials(1, 1.0)
    outputs = trials.targets.copy()
    outputs[0, 240] = 9.0
    assert trials.accuracy(outputs)[0] == 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"interval": 0.0}, r"Interval.interval must be positive \(got 0.0\)"),
        ({"peak": 0.1}, "Interval.peak must be above baseline = 0.2"),
        ({"noise": -1.0}, r"Interval.noise must not be negative \(got -1.0\)"),
    ],
)
def test_invalid_intervals(settings, message):
    with pytest.raises(ParameterError, match=message):
        Interval(**settings)
