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
