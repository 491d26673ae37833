"""Figures of the weights show the matrix and its eigenvalues."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting


@pytest.fixture
def network():
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 40, rng=0)


def test_weights_of_a_network_and_of_an_operator(network):
    for given in (network, network.recurrent):
        ax = plotting.weights(given)
        assert_allclose(ax.images[0].get_array(), network.recurrent.dense())
        # row 0 on top, as a matrix is written
        assert ax.images[0].origin == "upper"
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("from unit j", "to unit i")
        assert ax.images[0].colorbar.ax.get_ylabel() == "weight"


def test_spectrum_shows_eigenvalues_and_the_predicted_circle(network):
    result = analysis.spectrum(network)
    for given in (network, result):
        ax = plotting.spectrum(given)
        lines = {line.get_label().split()[0]: line for line in ax.lines}
        assert_allclose(lines["eigenvalues"].get_xdata(), result.eigenvalues.real)
        assert_allclose(lines["eigenvalues"].get_ydata(), result.eigenvalues.imag)
        assert_allclose(np.hypot(*lines["predicted"].get_data()), 1.5)
        assert lines["predicted"].get_label() == "predicted radius 1.5"
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("real part", "imaginary part")
        assert ax.get_aspect() == 1.0
        assert ax.get_xlim()[1] > result.abscissa


def test_a_single_unit_has_a_spectrum():
    single = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0]])), 1, rng=0)
    ax = plotting.spectrum(single)
    ax.figure.canvas.draw()
    assert ax.get_xlim()[1] > 1.0


def test_weight_distribution_is_a_density_beside_the_normal_one(network):
    moments = analysis.weight_moments(network)
    ax = plotting.weight_distribution(moments, moments)
    bars = [patch for patch in ax.patches if hasattr(patch, "get_height")]
    assert sum(bar.get_height() * bar.get_width() for bar in bars) == pytest.approx(1.0)
    x, y = ax.lines[0].get_data()
    # the ends of the distribution hold almost all of a normal one
    assert np.sum(y) * (x[1] - x[0]) == pytest.approx(1.0, abs=0.01)
    assert len(ax.get_legend().get_texts()) == 3


@pytest.fixture
def change(network):
    after = network.replace(
        recurrent=ns.Operator(network.recurrent.dense() + np.outer(np.ones(40), np.arange(40) / 40)),
        readout_weights=np.ones((1, 40)),
    )
    return analysis.weight_change(network, after)


def test_weight_change_shows_singular_values_and_shares(change):
    ax = plotting.weight_change(change)
    heights = [bar.get_height() for bar in ax.patches]
    assert_allclose(heights, change.singular_values / change.singular_values[0])
    lines = {line.get_label(): line for line in ax.lines}
    assert_allclose(lines["cumulative share of |ΔW|²"].get_ydata(), change.shares)
    assert_allclose(lines["participation ratio 1"].get_xdata(), 1.0)


def test_weight_overlaps_show_what_there_is(change):
    ax = plotting.weight_overlaps(change)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "left in readout",
        "right in readout",
    ]
    # the change writes along the readout
    assert ax.patches[0].get_height() == pytest.approx(1.0)
    assert_allclose(ax.lines[0].get_ydata(), 1 / 40)


def test_a_network_without_channels_has_no_overlaps(network):
    after = network.replace(recurrent=ns.Operator(network.recurrent.dense() + np.eye(40)))
    with pytest.raises(
        ns.errors.ParameterError,
        match="network with inputs or outputs, for overlaps",
    ):
        plotting.weight_overlaps(analysis.weight_change(network, after))
