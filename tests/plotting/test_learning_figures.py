"""Figures of learning rules show the numbers of their results."""

import numpy as np
from numpy.testing import assert_array_equal

from neurosim.analysis import GradientAlignment
from neurosim.plotting import gradient_alignment


def alignment(rule="RFLO"):
    angles = np.array([[70.0, 80.0, 0.0], [60.0, 75.0, 0.0]])
    return GradientAlignment(
        rule=rule,
        updates=np.array([0, 10]),
        angles=angles[:, 0],
        names=("recurrent", "readout_weights"),
        by_parameter=angles[:, 1:],
        size_ratios=np.ones(2),
        losses=np.ones(2),
        chance=np.ones(2),
    )


def test_angles_of_rules_are_drawn_over_each_other():
    ax = gradient_alignment(alignment(), names=("recurrent", "readout_weights", "bias"))
    whole, recurrent, readout, right_angle = ax.lines
    assert_array_equal(whole.get_xydata(), [[0, 70], [10, 60]])
    assert_array_equal(recurrent.get_ydata(), [80, 75])
    assert_array_equal(readout.get_ydata(), [0, 0])
    assert_array_equal(right_angle.get_ydata(), [90, 90])
    assert gradient_alignment(alignment("EProp"), ax) is ax
    assert len(ax.lines) == 6
    assert ax.lines[4].get_color() != whole.get_color()
    assert [text.get_text() for text in ax.get_legend().get_texts()][-2:] == [
        "EProp, all",
        "EProp, recurrent",
    ]
