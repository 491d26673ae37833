"""Figures of ensembles show the numbers of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.ensembles.summaries import EnsembleDegradation, EnsembleSpectra, success_rates
from neurosim.errors import UnknownNameError
from neurosim.plotting import ensembles


def test_success_rates_are_marks_with_their_counts():
    labels = np.array(["normal"] * 4 + ["orthogonal"] * 5)
    ax = ensembles.success_rates(success_rates(labels, np.arange(9) % 2 == 0))
    assert_allclose(ax.lines[0].get_ydata(), [0.5, 0.6])
    assert [text.get_text() for text in ax.texts] == ["2 of 4", "3 of 5"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["normal", "orthogonal"]


def test_spectra_of_all_networks_lie_over_the_circle_of_their_start():
    after = np.array([[0.5j, 1.5], [0.2, -0.3]])
    result = EnsembleSpectra(np.array(["a", "a"]), after, after, np.array([1.0, 1.0]), margin=0.05)
    ax = ensembles.ensemble_spectra(result)
    assert_allclose(ax.lines[0].get_xdata() + 1j * ax.lines[0].get_ydata(), after.ravel())
    assert_allclose(np.hypot(ax.lines[1].get_xdata(), ax.lines[1].get_ydata()), 1.0)
    assert ax.get_legend().get_texts()[0].get_text() == "a: 0.5 outside"


def test_degradation_is_a_line_for_each_start():
    shares, mean = np.array([0.0, 0.1]), np.array([[1.0, 0.8], [0.9, 0.7]])
    result = EnsembleDegradation(
        ("a", "b"), "smallest", shares, 1.0 - mean, mean, 0.1 * mean, 0.1 * mean, np.array([3, 4])
    )
    ax = ensembles.ensemble_degradation(result)
    assert_allclose([line.get_ydata() for line in ax.lines], mean)
    assert_allclose(ax.lines[0].get_xdata(), [0.0, 10.0])
    other = ensembles.ensemble_degradation(result, quantity="distance")
    assert_allclose(other.lines[1].get_ydata(), 1.0 - mean[1])
    with pytest.raises(UnknownNameError, match="quantity"):
        ensembles.ensemble_degradation(result, quantity="los")
