"""Summaries of ensembles against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.ensembles.summaries import EnsembleSpectra, success_rates, times_to_criterion


def test_success_rates_have_the_interval_of_wilson():
    labels = np.array(["a"] * 20 + ["b"] * 5)
    succeeded = np.r_[np.arange(20) < 13, np.ones(5, bool)]
    rates = success_rates(labels, succeeded)
    assert rates.labels == ("a", "b")
    assert_array_equal(rates.counts, [20, 5])
    # Wilson (1927): (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
    z = 1.959963984540054
    for k, (p, n) in enumerate([(13 / 20, 20), (1.0, 5)]):
        middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
        assert rates.low[k] == pytest.approx((middle - half) / (1 + z * z / n))
        assert rates.high[k] == pytest.approx((middle + half) / (1 + z * z / n))


def test_times_to_criterion_leave_out_those_that_never_met_it():
    labels = np.array(["a", "a", "a", "a", "b"])
    times = times_to_criterion(labels, np.array([2.0, np.nan, 4.0, 9.0, np.nan]), "epoch")
    assert_array_equal(times.reached, [3, 0])
    assert_allclose(times.median, [4.0, np.nan])
    assert_allclose([times.lower[0], times.upper[0]], [3.0, 6.5])


def test_outliers_are_counted_beyond_the_margin_of_each_circle():
    after = np.array([[1.04, -1.06, 0.3j], [2.0, 2.2, -2.0j]])
    spectra = EnsembleSpectra(np.array(["a", "a"]), after, after, np.array([1.0, 2.0]), margin=0.05)
    assert_array_equal(spectra.outliers, [1, 1])
