"""Figures of exponents and of structured states hold the numbers of the results."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis, plotting
from neurosim.errors import ParameterError, ShapeError
from neurosim.theory import RankOneBranch


def spectrum(values, intervals=100):
    growth = np.array(values) + 0.1 * np.random.default_rng(0).standard_normal((intervals, len(values)))
    return analysis.LyapunovSpectrum(
        growth.mean(axis=0),
        growth,
        interval=1.0,
        duration=100.0,
        discard=0.0,
        dt=0.1,
        scheme="rk4",
        dimensions=8,
        time_constant=1.0,
    )


def branch(overlap, chaotic, stable):
    return RankOneBranch(overlap, overlap, 1.0, 0.5 if chaotic else 1.0, 0.5, 0.1, stable)


def labeled(ax):
    return {line.get_label(): line for line in ax.lines}


def test_a_spectrum_with_its_intervals_and_the_prediction():
    found = spectrum([0.3, 0.0, -1.0])
    ax = plotting.lyapunov_spectrum(found, predicted=0.25)
    assert_allclose(labeled(ax)["simulation"].get_data(), [[0.5 / 8, 1.5 / 8, 2.5 / 8], found.values])
    assert_allclose(labeled(ax)["theory, largest"].get_ydata(), 0.25)
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(found.confidence[1].max())


def test_other_starts_and_growth_without_bound_are_in_the_legend():
    first, second = spectrum([0.3, 0.0]), spectrum([-0.1, -0.5])
    ax = plotting.lyapunov_spectrum(dataclasses.replace(first, status="unbounded", others=(second,)))
    assert_allclose(labeled(ax)["other starts"].get_ydata(), second.values)
    assert "simulation, grows without bound" in labeled(ax)


def test_a_short_run_has_no_band():
    assert not plotting.lyapunov_spectrum(spectrum([0.3, -1.0], intervals=5)).collections


def test_exponents_against_the_gain():
    gains, runs = np.array([1.5, 2.0]), [spectrum([0.05]), spectrum([0.11])]
    ax = plotting.exponents(gains, runs, (np.array([1.0, 2.0]), np.array([0.0, 0.112])))
    assert_allclose(labeled(ax)["theory"].get_data(), [[1.0, 2.0], [0.0, 0.112]])
    points, _, (bars,) = ax.containers[0]
    assert_allclose(points.get_data(), [gains, [run.values[0] for run in runs]])
    assert_allclose(bars.get_segments()[0][:, 1], runs[0].confidence[:, 0])
    plain = plotting.exponents(gains, np.array([0.05, 0.11]))
    assert_allclose(plain.containers[0][0].get_ydata(), [0.05, 0.11])


def test_states_of_a_structured_network():
    states = [(branch(1.2, False, True), branch(0.0, False, False)), (branch(0.4, True, True),)]
    ax = plotting.overlaps(np.array([0.5, 1.9]), states, measured=np.array([1.1, 0.5]))
    lines = labeled(ax)
    assert set(lines) == {"fixed point", "fixed point, unstable", "chaos", "simulation"}
    assert_allclose(lines["chaos"].get_data(), [[1.9], [0.4]])
    assert lines["fixed point, unstable"].get_markerfacecolor() == "white"


def test_entries_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match=r"measured must have one entry for each gain \(got 1 "):
        plotting.exponents(np.array([1.0, 2.0]), np.array([0.1]))
    with pytest.raises(ShapeError, match=r"states must have one entry for each gain \(got 1 "):
        plotting.overlaps(np.array([1.0, 2.0]), [()])
    with pytest.raises(ParameterError, match="states must hold a branch"):
        plotting.overlaps(np.array([1.0]), [()])
