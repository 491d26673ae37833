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


def test_an_outlier_of_known_place_is_found():
    # Tao 2013: independent weights and a rank-one part of eigenvalue 3 have one eigenvalue near 3
    ones = np.ones((300, 1))
    spectrum = spectrum_of(ns.Gaussian(gain=1.0) + ns.Explicit(ns.Operator(left=ones, right=ones / 100)), 300)
    assert_allclose(spectrum.predicted_outliers, [3.0], atol=1e-9)
    assert len(spectrum.outliers) == 1
    # its distance is of the order of 1 / sqrt(300), divided by its own size
    assert spectrum.outliers[0] == pytest.approx(3.0, abs=4 / np.sqrt(300) / 3)


def test_means_of_columns_predict_an_outlier_that_balanced_rows_remove():
    columns = ns.connectivity.GaussianExcitatoryInhibitory(mean_excitatory=1.0, mean_inhibitory=-1.5)
    size = 225
    spectrum = spectrum_of(columns, size)
    mean = (0.8 * 1.0 - 0.2 * 1.5) * np.sqrt(size)
    # the sum of all weights / size is that of the means plus a normal number
    assert spectrum.predicted_outliers == pytest.approx([mean], abs=4.0)
    assert np.abs(spectrum.outliers - spectrum.predicted_outliers[0]).min() < 0.5
    balanced = spectrum_of(ns.connectivity.RowBalanced(columns), size)
    assert len(balanced.predicted_outliers) == 0
    assert len(balanced.outliers) == 0


def test_low_rank_weights_are_nothing_but_outliers():
    vectors = np.linalg.qr(np.random.default_rng(0).standard_normal((50, 2)))[0]
    operator = ns.Operator(left=vectors * [2.0, -0.5], right=vectors)
    spectrum = spectrum_of(operator, 50)
    assert_allclose(spectrum.outliers, [2.0, -0.5], atol=1e-12)
    assert_allclose(spectrum.predicted_outliers, [2.0, -0.5], atol=1e-12)


def test_jacobian_at_rest_is_minus_one_plus_the_weights():
    network = ns.Network(ns.LeakyCurrent("tanh", tau=0.5), ns.Gaussian(gain=1.2), 60, rng=0)
    found = ns.analysis.jacobian_spectrum(network)
    assert_allclose(
        np.sort_complex(found.eigenvalues),
        np.sort_complex((ns.analysis.spectrum(network).eigenvalues - 1) / 0.5),
    )
    assert found.bulk.center == -2.0
    assert found.predicted_radius == pytest.approx(1.2 / 0.5, rel=0.03)


@pytest.mark.parametrize("neuron", [ns.LeakyCurrent("tanh"), ns.LeakyRate("tanh")])
def test_jacobian_on_the_attractor_fills_the_disc_of_its_slopes(neuron):
    network = ns.Network(neuron, ns.Gaussian(gain=2.0), 250, inputs=1, rng=0)
    drive = np.array([0.5])
    state = ns.simulate(network, 60.0, 0.1, inputs=np.full((600, 1), 0.5), rng=1).states[0, -1]
    found = ns.analysis.jacobian_spectrum(network, state, drive)
    rate_form = isinstance(neuron, ns.LeakyRate)
    current = network.recurrent @ state + network.input_weights @ drive if rate_form else state
    radius = 2.0 * np.sqrt(np.mean(1.0 / np.cosh(current) ** 4))
    # as if slopes were independent of weights: exact in large networks, a per cent here
    assert found.predicted_radius == pytest.approx(radius, rel=0.03)
    moduli = np.abs(found.eigenvalues + 1.0)
    assert np.mean(moduli < radius) > 0.97
    assert len(found.outliers) <= 2
    half = 0.5 * radius
    assert np.mean(moduli < half) == pytest.approx(float(found.bulk.share_within(half)), abs=0.05)


def test_units_of_two_variables_or_two_time_constants_have_no_predicted_bulk():
    for neuron in (ns.Adaptive(), ns.LeakyCurrent("tanh", tau=np.linspace(1.0, 2.0, 20))):
        network = ns.Network(neuron, ns.Gaussian(), 20, rng=0)
        found = ns.analysis.jacobian_spectrum(network)
        assert found.bulk is None
        assert np.isnan(found.predicted_radius)
        assert len(found.outliers) == 0
        expected = np.linalg.eigvals(network.jacobian(np.zeros((20, len(neuron.variables())))))
        assert_allclose(np.sort_complex(found.eigenvalues), np.sort_complex(expected))


def test_a_state_of_another_size_is_refused():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 20, rng=0)
    with pytest.raises(ns.errors.ShapeError, match=r"state must have shape .*\(got \(19,\)\)"):
        ns.analysis.jacobian_spectrum(network, np.zeros(19))
