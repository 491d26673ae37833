"""Figures of dimension, delay and twins show the numbers of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting
from neurosim.errors import ShapeError, UnknownNameError
from neurosim.results.numerals import numeral_with_error


@pytest.fixture
def activity(rng):
    return rng.standard_normal((4, 200, 6)) * np.arange(1, 7)


def labeled(ax):
    return {line.get_label(): line for line in ax.lines}


def test_component_variances_with_the_participation_ratio(activity):
    components = analysis.principal_components(activity)
    ratio = analysis.participation_ratio(activity)
    ax = plotting.component_variances(components, ratio)
    assert_allclose([bar.get_height() for bar in ax.containers[0]], components.shares)
    lines = labeled(ax)
    assert_allclose(lines["cumulative"].get_ydata(), np.cumsum(components.shares))
    label = numeral_with_error(ratio.participation_ratio, ratio.standard_error)
    assert_allclose(lines[f"participation ratio {label}"].get_xdata(), ratio.participation_ratio)
    assert len(plotting.component_variances(components).lines) == 2


def test_overlaps_and_angles(activity):
    result = analysis.principal_angles({"a": activity, "b": activity[:, :, ::-1], "c": activity + 1.0}, 2)
    ax = plotting.subspace_overlaps(result)
    assert_allclose(ax.images[0].get_array(), result.overlap)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    assert_allclose(ax.images[0].colorbar.ax.lines[-1].get_ydata(), result.chance)
    lines = labeled(plotting.angles(result, reference="b"))
    assert_allclose(lines["b and a"].get_ydata(), np.degrees(result.angles[1, 0]))
    assert_allclose(lines["b and c"].get_ydata(), np.degrees(result.angles[1, 2]))
    assert_allclose(lines["two halves of b"].get_ydata(), np.degrees(result.own[1]))
    with pytest.raises(UnknownNameError, match="reference = 'd' is unknown"):
        plotting.angles(result, reference="d")


def test_timescales_are_lines_on_the_correlation():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 10, rng=0)
    correlation = ns.theory.autocorrelation(network)
    result = analysis.timescales(correlation)
    lines = labeled(plotting.timescales(result, correlation))
    for name, value in (
        ("half width", result.half_width),
        ("decay to 1/e", result.decay),
        ("integral", result.integral),
    ):
        # a prediction has no errors: four digits
        assert_allclose(lines[f"{name} {value:.4g}"].get_xdata(), value)


def test_delay_component_and_power():
    wave = np.cos(2 * np.pi * np.arange(400) / 16)[:, None] * np.array([1.0, 2.0])
    result = analysis.delay_activity(wave)
    ax = plotting.delay_component(result)
    assert_allclose(ax.lines[0].get_data(), [result.times, result.component])
    assert ax.get_title() == "Oscillatory"
    ax = plotting.delay_power(result)
    assert_allclose(ax.lines[0].get_data(), [result.frequencies, result.power])
    assert_allclose(ax.lines[1].get_xdata(), 1 / 16)
    assert ax.get_yscale() == "log"


def test_a_straight_ramp_has_no_power():
    ax = plotting.delay_power(analysis.delay_activity(np.linspace(0.0, 1.0, 100)[:, None]))
    assert ax.get_yscale() == "linear"
    ax.figure.canvas.draw()


def test_a_sequence_is_sorted_by_its_peaks(rng):
    peaks = rng.permutation(12) * 10 + 5
    activity = np.exp(-0.5 * ((np.arange(130)[:, None] - peaks) / 3.0) ** 2) * np.arange(1, 13)
    result = analysis.sequentiality(activity, threshold=0.0)
    ax = plotting.sequence(result, activity)
    rows = np.asarray(ax.images[0].get_array())
    assert rows.shape == (12, 130)
    assert_allclose(rows.argmax(axis=1), np.sort(peaks))
    assert_allclose(rows.max(axis=1), 1.0)
    with pytest.raises(ShapeError, match=r"activity must have 12 units, as the result \(got 11\)"):
        plotting.sequence(result, activity[:, 1:])


def test_twins_are_points_beside_the_line_of_the_network():
    comparison = analysis.TwinComparison(
        ("a", "b"),
        np.array([3.0, 0.5]),
        {"initial": np.arange(40.0).reshape(20, 2), "shuffled": np.ones((5, 2))},
        {"initial": (), "shuffled": ()},
        0.9,
    )
    ax = plotting.twins(comparison, "b")
    assert_allclose(ax.lines[0].get_ydata(), np.arange(1.0, 40.0, 2.0))
    assert_allclose(labeled(ax)["network"].get_ydata(), 0.5)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "initial\np = 0.095",
        "shuffled\np = 0.33",
    ]
    assert ax.get_ylabel() == "b"
    with pytest.raises(UnknownNameError, match="name = 'c' is unknown"):
        plotting.twins(comparison, "c")
