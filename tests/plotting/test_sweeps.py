"""Figures of studies show the statistics of their tables."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import plotting
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.sweep import Table


@pytest.fixture
def table(rng):
    gain, size, seed = (
        column.ravel() for column in np.meshgrid([2.0, 1.0, 1.5], [50, 200], range(5), indexing="ij")
    )
    results = {"exponent": gain + rng.normal(size=30) / size, "curve": rng.normal(size=(30, 2))}
    return Table({"gain": gain, "size": size, "seed": seed}, results, units={"exponent": "1/τ"})


def test_lines_are_means_with_standard_errors(table):
    ax = table.plot("gain", "exponent", color="size")
    mean, error = table.mean("seed"), table.sem("seed")
    for container, size in zip(ax.containers, (50, 200), strict=True):
        line, _, (bars,) = container
        chosen = mean["size"] == size
        order = np.argsort(mean["gain"][chosen])
        assert_allclose(line.get_xdata(), [1.0, 1.5, 2.0])
        assert_allclose(line.get_ydata(), mean["exponent"][chosen][order])
        lengths = [segment[1, 1] - segment[0, 1] for segment in bars.get_segments()]
        assert_allclose(lengths, 2.0 * error["exponent"][chosen][order])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["size = 50", "size = 200"]
    assert ax.get_ylabel() == "exponent (1/τ)\n(mean ± s.e.m. over seed)"


def test_quartiles_stand_around_the_median(table):
    part = table.where(size=50)
    ax = part.plot("gain", "exponent", interval="quartiles")
    line, _, (bars,) = ax.containers[0]
    order = np.argsort(part.median("seed")["gain"])
    assert_allclose(line.get_ydata(), part.median("seed")["exponent"][order])
    upper = [segment[1, 1] for segment in bars.get_segments()]
    assert_allclose(upper, part.quantile(0.75, "seed")["exponent"][order])


def test_facets_share_their_scale(table):
    first = table.plot("gain", "exponent", facet="size", interval="bootstrap")
    both = first.figure.axes
    assert [ax.get_title() for ax in both] == ["size = 50", "size = 200"]
    assert both[0].get_ylim() == both[1].get_ylim()


def test_texts_stand_on_the_axis_in_their_order():
    table = Table({"kind": np.array(["b", "a"]), "seed": np.zeros(2)}, {"x": np.array([1.0, 2.0])})
    ax = table.plot("kind", "x")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["b", "a"]


def test_points_without_repetitions_are_drawn_as_they_are():
    table = Table({"gain": np.array([1.0, 2.0])}, {"x": np.array([3.0, 4.0])})
    assert_allclose(table.plot("gain", "x").lines[0].get_ydata(), [3.0, 4.0])


def test_map_shows_the_means_of_two_parameters(table):
    ax = plotting.sweep_map(table, "gain", "size", "exponent")
    image = np.asarray(ax.images[0].get_array())
    mean = table.mean("seed")
    for row, size in enumerate([50, 200]):
        for column, gain in enumerate([1.0, 1.5, 2.0]):
            assert image[row, column] == mean.where(gain=gain, size=size)["exponent"][0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ParameterError, r"size must have one value .*\(got 2\).*table.where\(size=...\)"),
        ({"color": "sise"}, UnknownNameError, "'sise' is unknown.*'size'"),
        ({"color": "size", "interval": "range"}, UnknownNameError, "interval = 'range'"),
    ],
)
def test_mistakes_are_named(table, options, error, message):
    with pytest.raises(error, match=message):
        table.plot("gain", "exponent", **options)


def test_arrays_are_not_drawn(table):
    with pytest.raises(ShapeError, match="curve must be one number at each point"):
        table.plot("gain", "curve", color="size")
