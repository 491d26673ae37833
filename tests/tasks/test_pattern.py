"""Patterns that come back: the sum of sines of the paper, and nothing else."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError
from neurosim.tasks import PeriodicPattern


def test_the_default_is_the_target_of_the_paper():
    # Sussillo & Abbott 2009, with the amplitudes and the time unit of their published code
    trials = PeriodicPattern(duration=1440.0).trials(2, 0.1)
    t, turn = trials.times, np.pi / 60.0
    sines = np.sin(turn * t) + np.sin(2 * turn * t) / 2 + np.sin(3 * turn * t) / 6 + np.sin(4 * turn * t) / 3
    assert_allclose(trials.targets[1, :, 0], 1.3 / 1.5 * sines, atol=1e-10)
    assert trials.inputs.shape == (2, 14400, 0)
    assert_array_equal(trials.mask, 1.0)


def test_trials_of_whole_periods_are_one_endless_pattern():
    twice = PeriodicPattern(duration=240.0).trials(1, 0.5).targets[0]
    once = PeriodicPattern().trials(1, 0.5).targets[0]
    assert_allclose(twice, np.tile(once, (2, 1)), atol=1e-12)


def test_accuracy_is_what_the_output_explains():
    trials = PeriodicPattern().trials(1, 0.5)
    for factor, explained in ((1.0, 1.0), (0.5, 0.75), (0.0, 0.0), (-1.0, 0.0)):
        assert trials.accuracy(factor * trials.targets)[0] == pytest.approx(explained)
    # orthogonal to a sine is its cosine
    wave = PeriodicPattern(amplitudes=[1.0]).trials(1, 0.5)
    assert wave.accuracy(np.roll(wave.targets, 60, axis=1))[0] == 0.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"period": 0.0}, r"PeriodicPattern.period must be positive \(got 0.0\)"),
        ({"duration": -1.0}, r"PeriodicPattern.duration must be positive \(got -1.0\)"),
        ({"amplitudes": [0.0, 0.0]}, r"PeriodicPattern.amplitudes must be numbers that are not all 0"),
        ({"amplitudes": np.ones((2, 2))}, r"must be numbers that are not all 0"),
    ],
)
def test_invalid_patterns(settings, message):
    with pytest.raises(ParameterError, match=message):
        PeriodicPattern(**settings)
