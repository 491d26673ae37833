"""Spectrum of the weights against matrices whose eigenvalues are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns


def spectrum_of(connectivity, size):
    return ns.analysis.spectrum(ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=0))


def test_eigenvalues_are_sorted_by_their_real_part():
    matrix = np.zeros((4, 4))
    matrix[:2, :2] = [[0.5, 2.0], [-2.0, 0.5]]
    matrix[2, 2], matrix[3, 3] = -3.0, 0.25
    spectrum = spectrum_of(ns.Explicit(matrix), 4)
    assert_allclose(spectrum.eigenvalues, [0.5 + 2j, 0.5 - 2j, 0.25, -3.0], atol=1e-13)
    assert spectrum.radius == pytest.approx(3.0)
    assert spectrum.abscissa == pytest.approx(0.5)
    assert spectrum.leading == pytest.approx(0.5 + 2j)


def test_orthogonal_weights_lie_on_the_predicted_circle():
    spectrum = spectrum_of(ns.Orthogonal(gain=1.3), 100)
    assert spectrum.predicted_radius == 1.3
    assert_allclose(np.abs(spectrum.eigenvalues), 1.3, rtol=1e-10)


def test_gaussian_weights_fill_the_predicted_disc():
    # circular law: a share of rho² of the eigenvalues lies within rho times the radius
    spectrum = spectrum_of(ns.Gaussian(gain=1.7), 400)
    assert spectrum.predicted_radius == 1.7
    inside = np.mean(np.abs(spectrum.eigenvalues) < 0.6 * 1.7)
    assert inside == pytest.approx(0.36, abs=0.03)


def test_balanced_structure_moves_no_eigenvalue():
    # Landau & Sompolinsky 2018: J_random xi = 0 and nu . xi = 0
    balanced = ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0))
    weak, strong = (spectrum_of(balanced + ns.Coherent(strength=s), 60) for s in (0.1, 5.0))
    assert_allclose(np.sort_complex(weak.eigenvalues), np.sort_complex(strong.eigenvalues), atol=1e-8)
    assert weak.predicted_radius == pytest.approx(strong.predicted_radius, rel=1e-12)
