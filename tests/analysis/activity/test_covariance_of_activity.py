"""Covariance of recordings against closed forms, and what it refuses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError

covariance = ns.analysis.covariance


def test_covariance_is_that_of_numpy(rng):
    samples = rng.standard_normal((3, 200, 4)) + 5.0
    found = covariance(samples)
    assert_allclose(found.values, np.cov(samples.reshape(-1, 4).T, bias=True), rtol=1e-12)
    assert_allclose(found.halves.mean(axis=0), found.values, rtol=1e-12)
    assert found.cross.shape == (0, 4, 4)


def test_lags_say_who_leads():
    # unit 1 repeats unit 0 three samples later
    noise = np.random.default_rng(0).standard_normal(20_003)
    samples = np.stack([noise[3:], noise[:-3]], axis=1)
    found = covariance(samples, lags=[1.5, -1.5], dt=0.5)
    # ⟨r_1(t + 1.5) r_0(t)⟩; 20 000 products have a standard error of 0.007
    assert_allclose(found.cross[0], [[0.0, 0.0], [1.0, 0.0]], atol=0.04)
    assert_allclose(found.cross[1], found.cross[0].T, atol=1e-12)


def test_reliability():
    rng = np.random.default_rng(1)
    mixing = rng.standard_normal((20, 20))
    long, short = (
        covariance(rng.standard_normal((count, 20)) @ mixing).reliability for count in (20_000, 100)
    )
    assert long > 0.99 > short > 0.3


def test_figures():
    rng = np.random.default_rng(2)
    for units in (10, 100):
        measured = covariance(rng.standard_normal((500, units)))
        assert (
            ns.plotting.covariance(measured, measured.values + 0.01 * np.eye(units))
            .get_title()
            .startswith("correlation of pairs")
        )
    chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 10, rng=0)
    ax = ns.plotting.covariance_spectrum(
        covariance(rng.standard_normal((500, 10))), ns.theory.covariance(chaotic, gain=2.0, dt=1.0)
    )
    assert ax.get_xscale() == ax.get_yscale() == "log"
    with pytest.raises(ShapeError, match=r"shape \(100, 100\) of the measured covariance \(got \(3, 3\)\)"):
        ns.plotting.covariance(measured, np.eye(3))


@pytest.mark.parametrize(
    ("samples", "settings", "message"),
    [
        (np.zeros((10, 1)), {}, r"two units and four samples \(got 1 and 10\)"),
        (np.zeros((3, 2)), {}, r"two units and four samples \(got 2 and 3\)"),
        (np.ones((10, 2)), {"lags": [0.3]}, "whole multiples of the time between samples, 1,"),
        (np.ones((10, 2)), {"lags": [6.0]}, "up to half of the recording"),
    ],
)
def test_what_cannot_be_measured(samples, settings, message):
    with pytest.raises(ParameterError, match=message):
        covariance(samples, **settings)
