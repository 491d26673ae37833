"""Sequentiality index of activity for which it is known in closed form."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError


def bumps(peaks, samples, low=0.2, high=1.0, half=2):
    """Each unit at `high` around its peak, at `low` elsewhere."""
    near = np.abs(np.arange(samples)[:, None] - np.asarray(peaks)) <= half
    return np.where(near, high, low)


def entropy(counts):
    shares = (np.asarray(counts) + 0.1) / np.sum(np.asarray(counts) + 0.1)
    return -np.sum(shares * np.log(shares))


def test_a_perfect_sequence_has_the_entropy_of_all_bins_and_the_ratio_of_its_rates():
    # the middle of each of 20 bins; argmax takes the first sample of the plateau, two before it
    middles = 10 * np.arange(20) + 5
    activity = bumps(middles, 200)
    activity[middles, np.arange(20)] = 1.0 + 1e-12
    found = ns.analysis.sequentiality(activity)
    assert found.peak_entropy == pytest.approx(np.log(20))
    assert found.ridge_to_background == pytest.approx(np.log(5.0))
    assert found.index == pytest.approx(np.log(20) + np.log(5.0))
    assert_allclose(found.peak_times, middles)


def test_units_that_peak_together_have_the_entropy_of_one_bin():
    activity = bumps([100] * 8, 200)
    activity[100] += 1e-12
    found = ns.analysis.sequentiality(activity)
    assert found.peak_entropy == pytest.approx(entropy([8] + [0] * 19))
    assert found.ridge_to_background == pytest.approx(np.log(5.0))


def test_trials_are_averaged_and_quiet_units_left_out():
    ordered, together = bumps(10 * np.arange(20) + 5, 200), bumps([100] * 20, 200)
    ordered[:, 7] *= 0.01
    found = ns.analysis.sequentiality(np.stack([ordered, together]), threshold=0.1)
    assert found.active[0].sum() == 19
    assert found.active[1].all()
    alone = [ns.analysis.sequentiality(each, threshold=0.1).index for each in (ordered, together)]
    assert_allclose(found.by_trial, alone)
    assert found.index == pytest.approx(np.mean(alone))


def test_order_sorts_units_by_their_peaks(rng):
    peaks = rng.permutation(10 * np.arange(15) + 5)
    activity = bumps(peaks, 160)
    activity[peaks, np.arange(15)] += 0.1
    found = ns.analysis.sequentiality(activity, dt=0.5, discard=1.0)
    assert_allclose(found.order, np.argsort(peaks))
    # times of the recording, also after a discarded start
    assert_allclose(found.peak_times, 0.5 * peaks)


def test_a_zero_background_is_bounded():
    activity = bumps(10 * np.arange(20) + 5, 200, low=0.0)
    found = ns.analysis.sequentiality(activity, threshold=0.0)
    assert np.isfinite(found.index)


@pytest.mark.parametrize(
    ("activity", "settings", "message"),
    [
        (-bumps([5, 10], 40), {}, r"activity must be rates of at least 0 \(got a minimum of -1\)"),
        (
            0.01 * bumps([5, 10], 40),
            {},
            r"threshold must be below the mean rate of a unit in each trial \(got 0\.1, above all of",
        ),
        (
            bumps([5, 10], 40),
            {"window": 41},
            r"window must be shorter than the recording of 40 samples \(got 41\)",
        ),
        (bumps([5, 10], 40), {"bins": 1}, r"bins must be at least 2 \(got 1\)"),
        (bumps([5, 10], 40), {"threshold": -1.0}, r"threshold must not be negative \(got -1\.0\)"),
    ],
)
def test_bad_activity(activity, settings, message):
    with pytest.raises(ParameterError, match=message):
        ns.analysis.sequentiality(activity, **settings)
