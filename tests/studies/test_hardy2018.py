"""Measures of the study of temporal scaling, on outputs and times that are known."""

import numpy as np
import pytest

from neurosim.studies import hardy2018


def test_taps_are_found_where_the_bumps_are():
    dt, expected = 2.5, np.array([300.0, 1000.0, 1500.0, 2400.0, 3500.0])
    times = dt * np.arange(1, 1801)
    outputs = np.exp(-0.5 * ((times[:, None] - expected) / 100.0) ** 2).sum(axis=1)[None]
    # the middle of an even window is off by half a step
    assert hardy2018.tap_times(outputs, dt, 5) == pytest.approx(expected[None], abs=dt)
    assert np.isnan(hardy2018.tap_times(outputs[:, :1200], dt, 5)[0, -1])


def test_a_bump_of_two_maxima_is_one_tap():
    """Slow bumps last for a second; noise of 0.1 makes several maxima, at least 125 ms apart, of one."""
    dt, expected = 2.5, np.array([600.0, 2000.0, 3000.0, 4800.0, 7000.0])
    times = dt * np.arange(1, 3601)
    outputs = np.exp(-0.5 * ((times[:, None] - expected) / 300.0) ** 2).sum(axis=1)
    outputs += 0.1 * np.cos(2.0 * np.pi * times / 400.0)
    found = hardy2018.tap_times(outputs[None], dt, 5)
    # a maximum of the ripple is at most half of its period from that of the bump
    assert found == pytest.approx(expected[None], abs=200.0)


def test_the_weber_coefficient_of_times_that_follow_the_law():
    rng, k = np.random.default_rng(0), 0.02**2
    taps = np.array([600.0, 2000.0, 3000.0, 4800.0, 7000.0])
    times = rng.normal(taps, np.sqrt(k) * taps, (1, 20_000, 5))
    found = hardy2018.weber(times)
    # a variance from n samples has a relative error of √(2/n) = 1 %; five of them, the last of which counts most
    assert found["k"][0] == pytest.approx(k, rel=0.05)
    assert found["r2"][0] > 0.99
    assert found["complete"] == [1.0]


def test_trials_without_all_taps_do_not_count():
    times = np.tile(np.outer(1.0 + 0.01 * np.arange(4), [1.0, 2.0, 3.0]), (2, 1, 1))
    times[0, 0, 2] = np.nan
    times[1, :2] = np.nan
    found = hardy2018.weber(times)
    assert found["complete"].tolist() == [0.75, 0.5]
    assert np.isfinite(found["k"]).tolist() == [True, False]


def test_the_factor_of_perfect_scaling_is_that_of_the_speeds():
    assert hardy2018.fitted_factor(3.5 / hardy2018.SPEEDS) == pytest.approx(4.0)
    assert hardy2018.fitted_factor(np.full(5, 3.5)) == pytest.approx(1.0)
    assert np.isnan(hardy2018.fitted_factor(np.array([np.nan, np.nan, 3.5, np.nan, np.nan])))
