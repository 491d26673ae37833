"""Lyapunov exponents against exact results and published numbers."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis import lyapunov_spectrum


def test_exponents_of_a_stable_network_are_the_real_parts_of_its_eigenvalues():
    """Below the transition the state decays to zero, where the flow is linear."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.7), 40, rng=0)
    result = lyapunov_spectrum(network, duration=2000.0, discard=200.0, rng=1, threads=1)
    expected = np.sort(network.recurrent.eigenvalues().real)[::-1] - 1.0
    # rotating pairs exchange growth within a period: a mean over T is off by about log(non-normality) / T
    np.testing.assert_allclose(result.values, expected, atol=5e-3)


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_euler_exponents_are_those_of_its_map(dt):
    network = ns.Network(ns.LeakyCurrent("linear", tau=2.0), ns.Gaussian(gain=0.7), 20, rng=0)
    result = lyapunov_spectrum(network, duration=4000.0, dt=dt, scheme="euler", discard=1.0, rng=1, threads=1)
    multipliers = 1 + dt / 2.0 * (network.recurrent.eigenvalues() - 1)
    expected = np.sort(np.log(np.abs(multipliers)))[::-1] / dt
    np.testing.assert_allclose(result.values, expected, atol=3e-3)


@pytest.mark.parametrize(
    ("scheme", "dt", "mean"), [("rk4", 0.1, -1.0), ("euler", 0.1, np.log(0.9) / 0.1)], ids=["flow", "euler"]
)
def test_mean_exponent_without_self_connections_is_the_leak(scheme, dt, mean):
    """Exact for the flow at any gain: the trace of the Jacobian is -N. Euler: log |1 - dt| / dt up to order dt."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=3.0, self_connections=False), 60, rng=2)
    result = lyapunov_spectrum(network, duration=100.0, dt=dt, scheme=scheme, rng=1, threads=1)
    assert result.values.mean() == pytest.approx(mean, abs=1e-4 if scheme == "rk4" else 1e-2)


def test_spectrum_is_symmetric_about_minus_one():
    """Point symmetry of driven random networks (Engelken, Wolf & Abbott 2023): pairs sum to -2."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0, self_connections=False), 100, rng=4)
    values = lyapunov_spectrum(network, duration=600.0, rng=1).values
    assert np.abs(values + values[::-1] + 2.0).max() < 0.25


def test_interval_between_orthonormalisations_does_not_matter():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 60, rng=0)
    often, seldom = (
        lyapunov_spectrum(network, 10, duration=100.0, interval=interval, rng=1, threads=1)
        for interval in (0.1, 2.0)
    )
    # the alignment phases differ by a rounding of their length, not more
    np.testing.assert_allclose(often.values, seldom.values, atol=0.03)


def test_same_seed_same_exponents_whatever_the_threads():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 60, rng=0)
    runs = [lyapunov_spectrum(network, 12, duration=20.0, rng=1, threads=k) for k in (1, 2)]
    np.testing.assert_array_equal(runs[0].growth, runs[1].growth)


def test_leading_exponents_are_those_of_the_whole_spectrum():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.8), 30, rng=0)
    whole = lyapunov_spectrum(network, duration=1000.0, rng=1, threads=1)
    few = lyapunov_spectrum(network, 3, duration=1000.0, rng=2, threads=1)
    np.testing.assert_allclose(few.values, whole.values[:3], atol=0.01)


def test_derived_quantities_by_hand():
    result = ns.analysis.LyapunovSpectrum(
        values=np.array([0.3, 0.1, -0.2, -0.5]),
        standard_errors=np.zeros(4),
        growth=np.zeros((1, 4)),
        interval=1.0,
        duration=1.0,
        dt=0.1,
        scheme="rk4",
    )
    assert result.entropy_rate == pytest.approx(0.4)
    assert result.dimension == pytest.approx(3 + 0.2 / 0.5)


@pytest.mark.slow
def test_largest_exponent_at_gain_two_and_three():
    """Simulations of 500 units without self-connections, RK4, T = 300: .091 +- .015 and .207 +- .012."""
    for gain, expected, spread in ((2.0, 0.091, 0.015), (3.0, 0.207, 0.012)):
        exponents = [
            lyapunov_spectrum(
                ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain, self_connections=False), 500, rng=k),
                1,
                duration=300.0,
                rng=k,
            ).values[0]
            for k in range(4)
        ]
        assert np.mean(exponents) == pytest.approx(expected, abs=2 * spread / np.sqrt(4) + 0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 31}, r"count = 31 exceeds the 30 dimensions"),
        ({"count": 0}, r"count = 0 must be at least 1"),
        ({"duration": -1.0}, r"duration = -1\.0 must be positive"),
        ({"interval": 0.0}, r"interval = 0\.0 must be positive"),
        ({"discard": -1.0}, r"discard = -1\.0 must not be negative"),
        ({"scheme": "rk5"}, r"scheme = 'rk5' is unknown"),
        ({"cout": 5}, r"takes no keyword 'cout'\. Did you mean 'count'"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.8), 30, rng=0)
    with pytest.raises(ns.errors.NeurosimError, match=message):
        lyapunov_spectrum(network, **arguments)
