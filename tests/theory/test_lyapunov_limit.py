"""Exact limits of the Lyapunov spectrum against closed forms and against all exponents of a simulated map."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError

spectrum = ns.theory.lyapunov_spectrum


def network(gain, connectivity=ns.Gaussian, size=100, **more):
    return ns.Network(ns.LeakyCurrent("tanh", **more), connectivity(gain), size, rng=0)


def test_semicircle_of_the_flow_at_silence():
    found = spectrum(network(0.6))
    # exponents above -1 + 0.6 c: the share of a disc beyond c of its radius
    places = np.array([-0.8, -0.3, 0.0, 0.4, 0.9])
    expected = (np.arccos(places) - places * np.sqrt(1.0 - places**2)) / np.pi
    assert_allclose(
        np.interp(places, ((found.values + 1.0) / 0.6)[::-1], found.shares[::-1]), expected, atol=2e-3
    )
    assert found.mean == pytest.approx(-1.0, abs=1e-9)
    assert found.dimension == found.entropy_rate == 0.0


def test_semicircle_of_partially_symmetric_weights():
    weights = ns.connectivity.PartiallySymmetric(0.5, 0.6)
    given = ns.Network(ns.LeakyCurrent("tanh", tau=2.0), weights, 100, rng=0)
    # in 1/time, with the semi-axis g (1 + η)
    assert_allclose(spectrum(given).values[0], (-1.0 + 0.9) / 2.0, atol=0.005)


def test_flow_of_a_network_at_silence_has_its_eigenvalues():
    given = network(0.6, size=400)
    exact = np.sort(given.recurrent.eigenvalues().real)[::-1] - 1.0
    found = spectrum(given)
    # eigenvalues are 0.6 sqrt(π / 400) = 0.05 apart, and the edge is as ragged
    assert_allclose(exact, np.interp((np.arange(400) + 0.5) / 400, found.shares, found.values), atol=0.1)


def test_map_of_one_time_constant_at_silence():
    found = spectrum(network(0.6), dt=1.0)
    # F(s) = e^{2s} / g²
    assert_allclose(np.exp(2.0 * found.values) / 0.36, 1.0 - found.shares, atol=2e-3)
    assert_allclose(spectrum(network(0.6, ns.Orthogonal), dt=1.0).values, np.log(0.6), atol=1e-12)
    # a short step tends to the flow
    assert_allclose(spectrum(network(0.6), dt=1e-4).values, spectrum(network(0.6)).values, atol=1e-3)


@pytest.mark.parametrize("connectivity", [ns.Gaussian, ns.Orthogonal])
def test_largest_and_mean_exponent_of_chaotic_maps(connectivity):
    given = network(3.0, connectivity)
    found = spectrum(given, dt=1.0)
    edge = found.values[0] + 0.5 * (found.values[0] - found.values[1])
    assert edge == pytest.approx(float(ns.theory.lyapunov_exponent(given, dt=1.0)), abs=1e-4)
    spread = np.sqrt(ns.theory.variance(given, dt=1.0))
    normal = np.linspace(-9.0, 9.0, 20_001)
    weights = np.exp(-0.5 * normal**2)
    slopes = -2.0 * np.log(np.cosh(spread * normal))
    mean = np.log(3.0) + weights @ slopes / weights.sum() - (0.5 if connectivity is ns.Gaussian else 0.0)
    # midpoints of a thousand shares, of which the last ones fall logarithmically
    assert found.mean == pytest.approx(mean, abs=5e-3)


def test_all_exponents_of_a_simulated_map():
    """150 units, of which a share of 0.29 of the dimensions is the Kaplan–Yorke dimension at g = 3."""
    given = network(3.0, size=150)
    measured = ns.analysis.lyapunov_spectrum(
        given, 150, 300.0, 1.0, "euler", discard=50.0, rng=1, progress=False
    )
    found = spectrum(given, dt=1.0)
    expected = np.interp((np.arange(150) + 0.5) / 150, found.shares, found.values)
    # 120 units had the dimension 0.283 and exponents within 0.06 in the middle; the smallest are ill-determined
    assert_allclose(measured.values[:100], expected[:100], atol=0.15)
    assert measured.dimension / 150 == pytest.approx(found.dimension, abs=0.015)
    assert measured.entropy_rate / 150 == pytest.approx(found.entropy_rate, rel=0.1)
    ax = ns.plotting.lyapunov_spectrum(measured, found)
    assert "theory" in ax.get_legend_handles_labels()[1]


def test_rate_form_is_the_same_and_time_scales():
    rate_form = ns.Network(ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(2.0), 50, rng=0)
    assert_allclose(
        4.0 * spectrum(rate_form, dt=4.0).values, spectrum(network(2.0), dt=1.0).values, rtol=1e-6
    )


@pytest.mark.slow
@pytest.mark.parametrize(("gain", "published"), [(3.0, 0.0617), (5.0, 0.0808)])
def test_dimension_of_the_flow_beside_the_published_one(gain, published):
    """Clark 2026 for infinitely many units; single networks of 500 have some 10 to 15 % less."""
    given = network(gain, size=500)
    found = ns.analysis.lyapunov_spectrum(given, 60, 300.0, rng=1, progress=False)
    assert found.dimension / 500 == pytest.approx(published, rel=0.3)


@pytest.mark.parametrize(
    ("given", "dt", "message"),
    [
        (network(2.0), 0.1, r"one time constant, 1, for the whole spectrum .* \(got 0\.1\); try that, no dt"),
        (network(2.0), 1.5, r"dt must be at most the time constant 1 \(got 1\.5\)"),
        (
            network(2.0, lambda g: ns.connectivity.RandomModes(gain=g)),
            1.0,
            "independent or orthogonal weights",
        ),
        (
            network(2.0, lambda g: ns.connectivity.PartiallySymmetric(0.5, g)),
            1.0,
            "independent reciprocal weights",
        ),
        (network(0.5, lambda g: ns.Gaussian(g) + ns.Coherent(1.0)), None, "no low-rank part"),
    ],
)
def test_spectra_that_are_not_known(given, dt, message):
    with pytest.raises(ParameterError, match=message):
        spectrum(given, dt=dt)
