"""Curves of a training show its numbers."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.trainers import History

ROWS = 12
HISTORY = History(
    {
        "loss": np.geomspace(1.0, 1e-3, ROWS),
        "accuracy": np.linspace(0.2, 1.0, ROWS),
        "validation_loss": np.abs(np.arange(ROWS) - 7.0) + 0.5,
        "validation_accuracy": np.linspace(0.1, 0.9, ROWS),
        "stage": np.repeat([0.0, 1.0], [4, 8]),
    }
)


def _lines(ax):
    return {line.get_label(): line.get_xydata() for line in ax.get_lines()}


def test_losses_are_on_a_logarithmic_axis_and_accuracies_beside_it():
    ax = ns.plotting.history(HISTORY)
    (right,) = [other for other in ax.figure.axes if other is not ax]
    assert ax.get_yscale() == "log"
    for shown, names in (
        (_lines(ax), ("loss", "validation_loss")),
        (_lines(right), ("accuracy", "validation_accuracy")),
    ):
        for name in names:
            points = shown[name.replace("_", " ")]
            np.testing.assert_array_equal(points, np.column_stack([np.arange(1, ROWS + 1), HISTORY[name]]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "loss",
        "validation loss",
        "accuracy",
        "validation accuracy",
    ]


def test_lowest_loss_on_held_out_trials_is_marked():
    marks = [line for line in ns.plotting.history(HISTORY).get_lines() if line.get_markersize() == 8]
    np.testing.assert_array_equal(marks[0].get_xydata(), [[8.0, 0.5]])


def test_change_of_stage_is_marked():
    gray = [line for line in ns.plotting.history(HISTORY).get_lines() if line.get_color() == "#999999"]
    assert [line.get_xdata()[0] for line in gray] == [4.5]


def test_a_history_draws_itself_on_given_axes():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert History({"loss": [0.0, 0.0]}, row="trial").plot(ax) is ax
    assert ax.get_xlabel() == "trial"
    assert ax.get_yscale() == "linear"


def test_history_without_loss():
    with pytest.raises(
        ParameterError,
        match=r"result must have a loss in one row or more \(got History\(1 rows, one for each epoch;",
    ):
        ns.plotting.history(History({"accuracy": [1.0]}))
