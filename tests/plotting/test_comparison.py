"""Figures that compare networks."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.comparison import measurements_and_predictions, panels, save_figure


def test_panels_fill_rows():
    grid = panels(5, panel=(2.0, 1.0), columns=3)
    assert len(grid) == 5
    assert all(ax.figure is grid[0].figure for ax in grid)
    assert grid[0].figure.get_size_inches() == pytest.approx((6.0, 2.0))
    places = [(ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start) for ax in grid]
    assert places == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    with pytest.raises(ParameterError, match=r"count must be at least 1 \(got 0\)"):
        panels(0)


def test_marks_stand_where_the_numbers_are():
    (ax,) = panels(1)
    measured, predicted, spread = np.array([1.0, 2.0]), np.array([1.5, np.nan]), np.array([0.2, np.nan])
    measurements_and_predictions(["a", "b"], measured, predicted, spread, ax, quantity="height")
    assert ax.get_lines()[0].get_ydata() == pytest.approx(measured)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]
    assert ax.get_ylabel() == "height"
    box = ax.patches[0]
    assert (box.get_y(), box.get_y() + box.get_height()) == pytest.approx((1.3, 1.7))
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["theory", "simulation", "± 1 SD over networks"]


def test_without_prediction_only_the_measurement_is_drawn():
    (ax,) = panels(1)
    measurements_and_predictions(["a"], np.array([1.0]), np.array([np.nan]), ax=ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["simulation"]


def test_numbers_fit_the_labels():
    with pytest.raises(ShapeError, match=r"predicted must have the shape \(1,\), as labels \(got \(2,\)\)"):
        measurements_and_predictions(["a"], np.array([1.0]), np.ones(2), ax=panels(1)[0])


def test_figures_are_written_twice(tmp_path):
    (ax,) = panels(1)
    save_figure(ax, tmp_path / "figure.of.two")
    assert (tmp_path / "figure.of.two.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "figure.of.two.pdf").read_bytes().startswith(b"%PDF")
