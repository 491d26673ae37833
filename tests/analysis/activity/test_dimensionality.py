"""Participation ratio: known covariances, the bias of finite recordings, and the cavity theory."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError


def test_isotropic_noise_has_the_expectation_of_a_wishart_matrix(rng):
    # E tr C = N and E tr C^2 = N (n + 1) / n + N^2 / n for n samples of N units
    units, samples, repeats = 30, 80, 200
    found = [ns.analysis.participation_ratio(rng.standard_normal((samples, units))) for _ in range(repeats)]
    uncorrected = np.array([each.uncorrected for each in found])
    corrected = np.array([each.participation_ratio for each in found])
    expected = units**2 / (units * (samples + 1) / samples + units**2 / samples)
    # a ratio of means, biased by about the squared relative scatter; the mean takes one of 80 samples
    assert uncorrected.mean() == pytest.approx(expected, rel=0.02)
    assert corrected.mean() == pytest.approx(units, rel=4 * corrected.std() / units / np.sqrt(repeats) + 0.01)
    # 22 of 30 without the correction
    assert uncorrected.mean() < 0.75 * units


def test_known_variances_have_their_participation_ratio(rng):
    deviations = np.array([5.0, 3.0, 1.0, 0.5])
    found = ns.analysis.participation_ratio(deviations * rng.standard_normal((4, 20_000, 4)), blocks=10)
    squares = deviations**2
    assert found.participation_ratio == pytest.approx(squares.sum() ** 2 / (squares**2).sum(), rel=0.02)
    assert found.units == 4
    assert found.samples == 80_000
    assert found.fraction == found.participation_ratio / 4


def test_the_standard_error_is_the_scatter_of_recordings(rng):
    found = [
        ns.analysis.participation_ratio(rng.standard_normal((400, 10)) * np.arange(1, 11)) for _ in range(150)
    ]
    scatter = np.std([each.participation_ratio for each in found])
    errors = np.array([each.standard_error for each in found])
    # the error of an error from eight blocks is 1 / sqrt(14) = 27 %, averaged over 150
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(scatter, rel=0.2)


def test_one_direction_has_dimension_one():
    wave = np.sin(np.arange(200.0))[:, None] * np.array([1.0, -2.0, 0.5])
    found = ns.analysis.participation_ratio(wave)
    assert found.participation_ratio == pytest.approx(1.0, abs=1e-12)
    assert found.uncorrected == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
def test_chaos_has_the_dimension_of_the_cavity_theory():
    # Clark, Abbott & Litwin-Kumar 2023: PR / N of the rates is 0.0197 at g = 2; at N = 1000 about 0.021, and networks
    # differ by 10 %
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 1000, rng=0)
    run = ns.simulate(network, 1100.0, 0.1, "rk4", trials=8, every=10, record=("rates",), rng=1)
    found = ns.analysis.participation_ratio(run.rates[:, 100:], dt=1.0)
    assert found.fraction == pytest.approx(0.021, abs=0.004)
    assert found.standard_error / 1000 < 0.002
    assert found.uncorrected < found.participation_ratio


@pytest.mark.parametrize(
    ("shape", "blocks", "message"),
    [
        ((10, 3), 8, r"activity must have two samples for each of blocks = 8 \(got 10\)"),
        ((100, 3), 2, r"blocks must be at least 3 for a standard error \(got 2\)"),
    ],
)
def test_recordings_that_are_too_short(shape, blocks, message, rng):
    with pytest.raises(ParameterError, match=message):
        ns.analysis.participation_ratio(rng.standard_normal(shape), blocks=blocks)


def test_activity_that_never_returns_to_a_direction_is_refused():
    pulses = np.kron(np.eye(4), np.array([[1.0], [-1.0]]))
    with pytest.raises(
        ParameterError,
        match=r"activity must be stationary \(got different directions in each of blocks = 4 blocks\)",
    ):
        ns.analysis.participation_ratio(pulses, blocks=4)


def test_constant_activity_is_refused():
    with pytest.raises(
        ParameterError,
        match=r"activity must change in time or between trials \(got a constant, which has no principal",
    ):
        ns.analysis.participation_ratio(np.ones((40, 3)))
