"""Figures of activity show exactly the data."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting
from neurosim.errors import ParameterError, ShapeError


def run_of(trials=2, samples=30, units=24, tau=1.0):
    states = np.random.default_rng(0).standard_normal((trials, samples, units))
    network = ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Gaussian(), units, rng=0)
    return SimpleNamespace(states=states, dt=0.5, network=network, variables=("x",), units=np.arange(units))


def test_traces_show_evenly_spaced_units():
    run = run_of()
    ax = plotting.traces(run, units=4, trial=1)
    assert [line.get_label() for line in ax.lines] == ["unit 0", "unit 8", "unit 15", "unit 23"]
    for line, unit in zip(ax.lines, (0, 8, 15, 23), strict=True):
        assert_allclose(line.get_xdata(), 0.5 * np.arange(30))
        assert_allclose(line.get_ydata(), run.states[1, :, unit])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (τ)", "state x")
    assert ax.get_xlim() == (0.0, 14.5)


def test_traces_of_chosen_units_can_be_spread():
    run = run_of()
    ax = plotting.traces(run, units=[5, 2], spacing=3.0)
    assert_allclose(ax.lines[1].get_ydata(), run.states[0, :, 2] + 3.0)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["5", "2"]
    assert ax.get_ylabel() == "unit"


def test_one_unit_and_an_array():
    values = np.random.default_rng(1).standard_normal((1, 10, 1))
    ax = plotting.traces(values, dt=0.1)
    assert len(ax.lines) == 1
    assert_allclose(ax.lines[0].get_xdata(), 0.1 * np.arange(10))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time", "activity")
    assert plotting.heat_map(values).images[0].get_array().shape == (1, 10)


def test_the_coherent_mode_is_drawn_over_the_traces():
    run = run_of()
    ax = plotting.traces(run, units=3, trial=1)
    assert plotting.coherent_mode(run, ax=ax, trial=1) is ax
    line = ax.lines[-1]
    assert line.get_color() == "black"
    assert_allclose(line.get_ydata(), analysis.coherent_mode(run)[1])
    assert ax.get_ylabel() == "state x"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["coherent mode"]


def test_the_coherent_mode_alone():
    run = run_of()
    mode = np.arange(24.0)
    ax = plotting.coherent_mode(run, mode)
    assert_allclose(ax.lines[0].get_ydata(), analysis.coherent_mode(run, mode)[0])
    assert ax.get_ylabel() == "coherent mode"


def test_heat_map_has_a_row_for_each_unit():
    run = run_of(tau=2.0)
    ax = plotting.heat_map(run, trial=1)
    image = ax.images[0]
    assert_allclose(image.get_array(), run.states[1].T)
    assert image.get_extent() == [-0.25, 14.75, -0.5, 23.5]
    assert image.get_clim()[0] == -image.get_clim()[1]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (τ = 2)", "unit")
    assert image.colorbar.ax.get_ylabel() == "state x"


def test_heat_map_of_positive_rates_does_not_diverge():
    ax = plotting.heat_map(np.random.default_rng(2).uniform(1.0, 2.0, (1, 10, 5)))
    low, high = ax.images[0].get_clim()
    assert 1.0 <= low < high <= 2.0
    assert ax.images[0].get_cmap().name == "viridis"


def test_given_axes_are_used():
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    assert plotting.traces(run_of(), ax=ax) is ax
    assert plotting.heat_map(run_of(), ax) is ax


@pytest.mark.parametrize(
    ("function", "keywords", "error", "message"),
    [
        (plotting.traces, {"trial": 2}, ParameterError, r"trial must be from 0 to 1 \(got 2\)"),
        (plotting.heat_map, {"trial": -1}, ParameterError, r"trial must be at least 0 \(got -1\)"),
        (plotting.traces, {"units": 0}, ParameterError, r"units must be at least 1 \(got 0\)"),
        (
            plotting.traces,
            {"units": [3, 24]},
            ParameterError,
            r"recorded ones, 0 to 23 \(got \[3, 24\]\)",
        ),
        (
            plotting.traces,
            {"units": []},
            ParameterError,
            r"recorded ones, 0 to 23 \(got \[\]\)",
        ),
        (
            plotting.traces,
            {"dt": 0.1},
            ParameterError,
            r"dt must not be given with a run",
        ),
        (plotting.coherent_mode, {"mode": np.ones(3)}, ShapeError, r"mode must have shape .*\(got \(3,\)\)"),
    ],
)
def test_bad_arguments(function, keywords, error, message):
    with pytest.raises(error, match=message):
        function(run_of(), **keywords)
