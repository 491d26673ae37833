"""Tables against SciPy, pandas and xarray, and as files."""

import csv

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import ParameterError, ShapeError, StorageError, UnknownNameError
from neurosim.sweep import Table


@pytest.fixture
def table(rng):
    """Two gains, two sizes, seven seeds; a number, an array, and a number that three points lack."""
    gain, size, seed = (
        column.ravel() for column in np.meshgrid([1.2, 1.5], [50, 200], range(7), indexing="ij")
    )
    partial = rng.normal(size=28)
    partial[[0, 9, 10]] = np.nan
    errors = np.full(28, "", dtype="U20")
    errors[9] = "ValueError: no"
    results = {"x": rng.gamma(2.0, size=28), "curve": rng.normal(size=(28, 3)), "partial": partial}
    return Table({"gain": gain, "size": size, "seed": seed}, results, errors, np.arange(28.0))


def rows_of(table, name, gain, size):
    chosen = (table["gain"] == gain) & (table["size"] == size)
    values = table[name][chosen]
    return values[~np.isnan(values)] if values.ndim == 1 else values


@pytest.mark.parametrize("name", ["x", "partial", "curve"])
def test_statistics_are_those_of_numpy_and_scipy(table, name):
    mean, error, median = table.mean("seed"), table.sem("seed"), table.median("seed")
    quartile, count = table.quantile(0.25, "seed"), table.count("seed")
    for k, (gain, size) in enumerate(zip(mean["gain"], mean["size"], strict=True)):
        values = rows_of(table, name, gain, size)
        assert_allclose(mean[name][k], values.mean(axis=0), rtol=1e-14)
        assert_allclose(error[name][k], scipy.stats.sem(values), rtol=1e-13)
        assert_array_equal(median[name][k], np.median(values, axis=0))
        assert_array_equal(quartile[name][k], np.quantile(values, 0.25, axis=0))
        assert (count[name][k] == len(values)).all()
    assert list(mean.parameters) == ["gain", "size"]
    assert len(mean) == 4
    assert mean.seconds.sum() == table.seconds.sum()


def test_bootstrap_interval_is_that_of_scipy(table):
    low, high = table.interval("seed", level=0.9, resamples=20000, rng=3)
    for k, (gain, size) in enumerate(zip(low["gain"], low["size"], strict=True)):
        values = rows_of(table, "x", gain, size)
        expected = scipy.stats.bootstrap(
            (values,), np.mean, confidence_level=0.9, n_resamples=20000, method="percentile", rng=5
        ).confidence_interval
        # two percentiles of 20 000 resamples each have a standard error of about 1 % of the standard error of the mean
        # times sqrt(q (1 - q)) / density = 2.1; five of their difference
        tolerance = 5.0 * 1.42 * 2.1 * scipy.stats.sem(values) / np.sqrt(20000)
        assert_allclose([low["x"][k], high["x"][k]], expected, rtol=0, atol=tolerance)


def test_bootstrap_interval_covers_the_mean_of_normal_numbers(rng):
    gain, seed = (column.ravel() for column in np.meshgrid(np.arange(400), np.arange(20), indexing="ij"))
    low, high = Table({"gain": gain, "seed": seed}, {"x": rng.normal(size=8000)}).interval(
        "seed", resamples=500
    )
    share = np.mean((low["x"] < 0.0) & (high["x"] > 0.0))
    # a normal approximation with the biased standard deviation covers P(|t_19| < 1.96 sqrt(19/20)) = 0.922
    expected = 1.0 - 2.0 * scipy.stats.t.sf(1.96 * np.sqrt(19 / 20), 19)
    assert abs(share - expected) < 4.0 * np.sqrt(expected * (1.0 - expected) / 400)


def test_intervals_repeat_with_their_seed(table):
    assert_array_equal(table.interval("seed", rng=1)[0]["x"], table.interval("seed", rng=1)[0]["x"])
    assert (table.interval("seed", rng=1)[0]["x"] != table.interval("seed", rng=2)[0]["x"]).any()


def test_single_repetitions_have_no_error():
    table = Table({"gain": np.array([1.0, 2.0]), "seed": np.array([0, 0])}, {"x": np.array([3.0, 4.0])})
    assert_array_equal(table.mean("seed")["x"], [3.0, 4.0])
    assert np.isnan(table.sem("seed")["x"]).all()
    assert np.isnan(table.interval("seed")[0]["x"]).all()


def test_statistics_of_nothing_are_nan():
    table = Table({"gain": np.zeros(2), "seed": np.arange(2)}, {"x": np.full(2, np.nan)})
    found = [table.mean("seed"), table.median("seed"), table.sem("seed")]
    assert np.isnan([one["x"][0] for one in found]).all()
    assert table.count("seed")["x"][0] == 0


def test_rows_are_chosen_by_values_and_failures(table):
    assert len(table.where(gain=1.5, size=50)) == 7
    assert len(table.where(gain=9.0)) == 0
    assert list(table.failures()["seed"]) == [2]
    assert "28 rows: gain, size, seed -> x, curve, partial; 1 failed" in repr(table)


def test_csv_returns_every_number_exactly(table, tmp_path):
    table.save(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["x"]) for row in rows] == table["x"].tolist()
    assert [float(row["curve[2]"]) for row in rows] == table["curve"][:, 2].tolist()
    assert rows[9]["error"] == "ValueError: no"
    assert list(rows[0])[:3] == ["gain", "size", "seed"]


def test_notebooks_show_the_first_rows(table):
    html = table._repr_html_()
    assert html.count("<tr>") == 21
    assert "<td>ValueError: no</td>" in html
    assert "and 8 rows more" in html


def test_npz_returns_the_table(table, tmp_path):
    table.with_units(x="1/s").save(tmp_path / "table.npz")
    loaded = Table.load(tmp_path / "table.npz")
    assert list(loaded.flat()) == list(table.flat())
    for name, column in table.flat().items():
        assert_array_equal(loaded.flat()[name], column)
    assert loaded.units == {"x": "1/s"}


def test_pandas_has_the_same_columns(table):
    pytest.importorskip("pandas")
    frame = table.to_dataframe()
    expected = frame.groupby(["gain", "size"])[["x", "partial", "curve[1]"]].mean()
    mean = table.mean("seed")
    assert_allclose(expected["x"], mean["x"])
    assert_allclose(expected["partial"], mean["partial"])
    assert_allclose(expected["curve[1]"], mean["curve"][:, 1])


def test_xarray_has_the_parameters_as_dimensions(table):
    pytest.importorskip("xarray")
    data = table.with_units(x="1/s").to_xarray()
    assert data["x"].dims == ("gain", "size", "seed")
    assert data["curve"].dims == ("gain", "size", "seed", "curve_0")
    assert data["x"].attrs == {"units": "1/s"}
    shuffled = table.rows(np.arange(28)[::-1]).to_xarray()
    point = {"gain": 1.5, "size": 50, "seed": 4}
    expected = table.where(**point)["curve"][0]
    assert_array_equal(data["curve"].sel(point), expected)
    assert_array_equal(shuffled["curve"].sel(point), expected)


def test_points_outside_a_grid_have_one_dimension(table):
    pytest.importorskip("xarray")
    assert table.rows([0, 8, 20]).to_xarray()["x"].dims == ("point",)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: t["y"], UnknownNameError, "the table has no column 'y'"),
        (lambda t: t.mean("sede"), UnknownNameError, "parameter = 'sede' is unknown.*'seed'"),
        (lambda t: t.where(gian=1), UnknownNameError, "'gian' is unknown.*'gain'"),
        (lambda t: t.quantile(1.5, "seed"), ParameterError, r"q must be from 0 to 1 \(got 1.5\)"),
        (lambda t: t.interval("seed", level=95), ParameterError, r"level must be between 0 and 1 \(got 95\)"),
        (lambda t: t.with_units(y="s"), UnknownNameError, "no column 'y'"),
        (
            lambda t: t.save("table.xlsx"),
            ParameterError,
            r"path must end in .csv or .npz \(got 'table.xlsx'\)",
        ),
        (lambda t: Table(t.parameters, {"x": np.zeros(3)}), ShapeError, r"x must have 28 rows.*\(got 3\)"),
    ],
)
def test_mistakes_are_named(table, call, error, message):
    with pytest.raises(error, match=message):
        call(table)


def test_other_files_are_not_tables(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(2))
    with pytest.raises(StorageError, match=r"must be a table in \.npz"):
        Table.load(tmp_path / "other.npz")
