"""Figures of spectra show the points, circles and lines of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting


def labeled(ax):
    return {line.get_label(): line for line in ax.lines}


def test_outliers_and_their_prediction_are_marked():
    ones = np.ones((120, 1))
    structure = ns.Explicit(ns.Operator(left=ones, right=ones / 40))
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian() + structure, 120, rng=0)
    result = analysis.spectrum(network)
    lines = labeled(plotting.spectrum(result))
    assert_allclose(lines["outliers"].get_xdata(), result.outliers.real)
    assert_allclose(lines["predicted outliers"].get_xdata(), [3.0])
    assert "inner radius" not in " ".join(lines)


def test_a_ring_has_two_circles():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(gain=0.9), 60, rng=0)
    lines = labeled(plotting.spectrum(network))
    assert_allclose(np.hypot(*lines["inner radius 0.9"].get_data()), 0.9)
    assert "outliers" not in lines


def test_a_jacobian_is_centered_on_its_bulk_and_its_line_is_at_zero():
    network = ns.Network(ns.LeakyCurrent("tanh", tau=0.5), ns.Gaussian(gain=0.7), 60, rng=0)
    ax = plotting.spectrum(analysis.jacobian_spectrum(network))
    circle = next(line for line in ax.lines if str(line.get_label()).startswith("predicted radius"))
    x = circle.get_xdata()
    assert (x.max() + x.min()) / 2 == pytest.approx(-2.0, abs=1e-3)
    assert_allclose(ax.lines[0].get_xdata(), 0.0)
    assert ax.get_xlim()[0] < x.min() < 0.0 < ax.get_xlim()[1]


def test_a_jacobian_without_a_prediction_has_no_circle():
    network = ns.Network(ns.Adaptive(), ns.Gaussian(), 10, rng=0)
    ax = plotting.spectrum(analysis.jacobian_spectrum(network))
    assert set(labeled(ax)) >= {"eigenvalues"}
    assert not any("radius" in str(label) for label in labeled(ax))


@pytest.mark.parametrize("outputs", [0, 2])
def test_modes_are_at_their_frequency_and_growth(outputs):
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 30, outputs=outputs, rng=0)
    result = analysis.modes(network)
    ax = plotting.modes(result)
    points = np.vstack([collection.get_offsets() for collection in ax.collections])
    assert len(points) == 30
    assert set(map(tuple, points.round(9))) == set(
        map(tuple, np.stack([result.frequencies, result.growth], axis=1).round(9))
    )
    if outputs:
        sizes = np.concatenate([collection.get_sizes() for collection in ax.collections])
        order = np.concatenate([np.flatnonzero(result.growth <= 0), np.flatnonzero(result.growth > 0)])
        assert np.corrcoef(sizes, result.visibility[0, order])[0, 1] == pytest.approx(1.0)
    assert ax.get_title() == "flow"
    assert plotting.modes(analysis.modes(network, dt=0.5)).get_title() == "Euler map, dt = 0.5"


def test_modes_that_one_step_ends_are_left_out():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.diag([0.5, 0.0, 1.2])), 3, rng=0)
    ax = plotting.modes(analysis.modes(network, dt=1.0))
    ax.figure.canvas.draw()
    assert np.isfinite(ax.get_ylim()).all()


def test_non_normality_shows_both_growth_rates():
    result = analysis.non_normality(np.array([[0.5, 2.0], [0.0, 0.1]]))
    lines = labeled(plotting.non_normality(result))
    assert_allclose(lines["asymptotic growth: Re λ"].get_ydata(), [0.5, 0.1])
    assert_allclose(lines["initial growth: (W + Wᵀ)/2"].get_ydata(), result.symmetric_eigenvalues)


def test_characteristic_roots_that_grow_have_a_color_of_their_own():
    system = analysis.DelayedLinearSystem([[-1.0]], [2.0], [[[-3.0]]])
    result = analysis.characteristic_roots(system, count=6)
    ax = plotting.characteristic_roots(result)
    lines = labeled(ax)
    assert_allclose(lines["grows"].get_xdata(), result.values.real[: result.growing])
    assert_allclose(lines["decays"].get_ydata(), result.values.imag[result.growing :])
    # -4 without the delay is to the left of all roots
    assert "without delays" not in lines
    assert ax.get_xlabel() == "growth rate, Re λ (1 / time)"
