"""Figures of statistics show measured and predicted values."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim import analysis, plotting, theory
from neurosim.errors import ParameterError, ShapeError


def test_autocorrelation_with_its_prediction():
    activity = np.random.default_rng(0).standard_normal((3, 60, 5))
    measured = analysis.autocorrelation(activity, dt=0.1)
    predicted = SimpleNamespace(lags=np.linspace(0.0, 9.0, 10), values=np.linspace(1.0, 0.0, 10))
    ax = plotting.autocorrelation(measured, predicted)
    lines = {line.get_label(): line for line in ax.lines}
    assert_allclose(lines["simulation"].get_data(), [measured.lags, measured.values])
    assert_allclose(lines["theory"].get_data(), [predicted.lags, predicted.values])
    assert ax.get_xlim() == (0.0, measured.lags[-1])
    assert ax.get_xlabel() == "lag s"
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(measured.by_trial.max())
    assert band[:, 1].min() == pytest.approx(measured.by_trial.min())


def test_autocorrelation_alone_has_neither_band_nor_legend():
    measured = analysis.autocorrelation(np.random.default_rng(0).standard_normal((1, 60, 5)))
    ax = plotting.autocorrelation(measured)
    assert not ax.collections
    assert ax.get_legend() is None


def test_coherence_of_several_networks():
    strengths = np.array([0.1, 1.0, 10.0])
    networks = np.array([[0.1, 0.4, 0.9], [0.2, 0.4, 0.7]])
    predicted = theory.coherence(strengths, gain=2.0)
    ax = plotting.coherence(strengths, networks, predicted)
    container = ax.containers[0]
    assert_allclose(container.lines[0].get_data(), [strengths, np.sqrt(np.mean(networks**2, axis=0))])
    ends = np.array([segment[:, 1] for segment in container.lines[2][0].get_segments()])
    assert_allclose(ends[:, 1] - ends[:, 0], 2.0 * networks.std(axis=0, ddof=1))
    theory_line = next(line for line in ax.lines if line.get_label() == "theory")
    assert_allclose(theory_line.get_data(), [strengths, predicted])
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("strength of the mode J₁", "coherence χ")


def test_coherence_from_zero_is_drawn_on_a_linear_axis():
    ax = plotting.coherence([0.0, 1.0, 100.0], [0.05, 0.4, 0.9])
    assert ax.get_xscale() == "linear"
    assert_allclose(ax.containers[0].lines[0].get_ydata(), [0.05, 0.4, 0.9])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            ([1.0, 2.0], [0.1, 0.2, 0.3]),
            ShapeError,
            r"measured must have one value .* \(got 3",
        ),
        (
            ([1.0, 2.0], [0.1, 0.2], [0.1]),
            ShapeError,
            r"predicted must have one value .* \(got 1",
        ),
        (
            ([], []),
            ShapeError,
            r"measured must have one value .* \(got 0",
        ),
        (([1.0, np.nan], [0.1, 0.2]), ParameterError, r"strengths\[1\] must be finite \(got nan\)"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        plotting.coherence(*arguments)
