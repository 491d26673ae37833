"""Partially symmetric weights: moments, the elliptic law, onset of instability and slower activity."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.connectivity import PartiallySymmetric
from neurosim.errors import ParameterError
from neurosim.theory.reciprocity import reciprocity

SYMMETRIES = [-1.0, -0.5, 0.0, 0.4, 1.0]


def network(symmetry, gain=1.0, size=240, seed=0):
    return ns.Network(ns.LeakyCurrent("tanh"), PartiallySymmetric(symmetry, gain), size, rng=seed)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_moments(symmetry):
    weights = network(symmetry, 1.5).recurrent.dense() * np.sqrt(240)
    above = np.triu_indices(240, 1)
    # 79 800 pairs: five standard errors of a variance, and of a correlation
    assert_allclose(np.var(weights[above]), 1.5**2, rtol=5 * np.sqrt(2 / 28_680))
    assert_allclose(np.corrcoef(weights[above], weights.T[above])[0, 1], symmetry, atol=5 / np.sqrt(28_680))
    assert_allclose(np.var(np.diag(weights)), (1 + symmetry) * 1.5**2, atol=5 * np.sqrt(2 / 240) * 4.5)


def test_symmetry_0_is_gaussian():
    plain = ns.connectivity.Gaussian(1.5).build(50, np.random.default_rng(0)).dense()
    assert_allclose(network(0.0, 1.5, 50).recurrent.dense().var(), plain.var(), rtol=0.2)
    drawn = PartiallySymmetric(0.0, 1.5).build(50, np.random.default_rng(0)).dense()
    # the same normal numbers in the same order
    assert_allclose(drawn, plain, rtol=1e-13)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_ends_are_symmetric_and_antisymmetric(sign):
    weights = network(sign).recurrent.dense()
    assert_allclose(weights, sign * weights.T, atol=1e-15)


@pytest.mark.parametrize("symmetry", [-0.5, 0.4])
def test_elliptic_law(symmetry):
    """Eigenvalues fill the ellipse of the semi-axes g (1 ± η) uniformly (Sommers et al. 1988)."""
    given = network(symmetry, 1.3)
    spectrum = ns.analysis.spectrum(given)
    assert given.connectivity.semi_axes == pytest.approx((1.3 * (1 + symmetry), 1.3 * (1 - symmetry)))
    # eigenvalues are sqrt(π · 1.3² (1 - η²) / 240) = 0.13 apart, and the edge is as ragged
    assert_allclose(spectrum.eigenvalues.real.max(), 1.3 * (1 + symmetry), atol=0.15)
    assert_allclose(spectrum.eigenvalues.imag.max(), 1.3 * (1 - symmetry), atol=0.15)
    radii = 1.3 * np.array([0.4, 0.7, 0.9])
    measured = [np.mean(spectrum.bulk.distances(spectrum.eigenvalues) < r) for r in radii]
    assert_allclose(measured, spectrum.bulk.share_within(radii), atol=0.04)
    assert_allclose(measured, (radii / 1.3) ** 2, atol=0.04)
    assert spectrum.outliers.size == 0
    assert_allclose(spectrum.predicted_radius, 1.3 * (1 + abs(symmetry)))
    assert_allclose(spectrum.bulk.outline.real.max(), 1.3 * (1 + symmetry), rtol=0.02)


def test_semicircle_of_symmetric_weights():
    spectrum = ns.analysis.spectrum(network(1.0))
    assert np.abs(spectrum.eigenvalues.imag).max() < 1e-9
    radii = np.array([0.3, 0.6, 0.9])
    measured = [np.mean(np.abs(spectrum.eigenvalues.real) < 2 * r) for r in radii]
    assert_allclose(spectrum.bulk.share_within(radii), measured, atol=0.02)
    assert spectrum.outliers.size == 0


def test_jacobian_at_rest_is_an_ellipse_and_elsewhere_unknown():
    given = network(0.5, 0.9)
    at_rest = ns.analysis.jacobian_spectrum(given)
    assert at_rest.bulk.symmetry == 0.5
    assert at_rest.outliers.size == 0
    assert ns.analysis.jacobian_spectrum(given, np.linspace(-1, 1, 240)).bulk is None


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_reciprocity_is_the_declared_one(symmetry):
    assert reciprocity(network(symmetry)) == symmetry
    bare = network(symmetry).recurrent
    measured = reciprocity(ns.Network(ns.LeakyCurrent("tanh"), bare, 240, rng=0))
    assert_allclose(measured, symmetry, atol=5 * np.sqrt(2) / 240)
    sparse = ns.Network(ns.LeakyCurrent("tanh"), ns.Sparse(density=0.1), 240, rng=0)
    assert reciprocity(sparse) == 0.0
    assert reciprocity(ns.Network(ns.LeakyCurrent("tanh"), ns.Coherent(), 240, rng=0)) == 0.0


@pytest.mark.parametrize("symmetry", [-0.5, 0.4])
def test_silence_loses_stability_at_the_end_of_the_ellipse(symmetry):
    onset = ns.theory.critical_gain(network(symmetry))
    assert_allclose(onset, 1 / (1 + symmetry))
    # finite ellipses are ragged by a few per cent
    for factor, stable in ((0.85, True), (1.15, False)):
        abscissa = ns.analysis.spectrum(network(symmetry, factor * onset)).abscissa
        assert (abscissa < 1.0) == stable


def test_antisymmetric_weights_never_destabilize_silence():
    with pytest.raises(ParameterError, match=r"silence is stable at every gain.*try a symmetry above -1"):
        ns.theory.critical_gain(network(-1.0))


def test_onset_is_known_for_silence_only():
    softplus = ns.Network(ns.LeakyCurrent("softplus"), PartiallySymmetric(), 50, rng=0)
    with pytest.raises(ParameterError, match=r"silence is no fixed point.*PartiallySymmetric"):
        ns.theory.critical_gain(softplus)


@pytest.mark.parametrize(
    "theory", [ns.theory.autocorrelation, ns.theory.lyapunov_exponent, ns.theory.dimension]
)
def test_mean_field_theory_says_which_assumption_fails(theory):
    with pytest.raises(
        ParameterError, match=r"independent reciprocal weights .* correlation of 0.5\); try a simulation"
    ):
        theory(network(0.5, 2.0))


def test_symmetry_slows_activity_down():
    """Martí, Brunel & Ostojic 2018: at the same distance from the onset, the larger η the slower C(τ)."""
    later = []
    for symmetry in (-0.4, 0.0, 0.4):
        given = network(symmetry, 2.5 / (1 + symmetry), 200)
        found = ns.analysis.autocorrelation(
            ns.simulate(given, 400.0, 0.1, every=5, rng=1), discard=100.0, longest=20.0
        )
        later.append(found.values[found.lags == 3.0][0] / found.values[0])
    # single networks of 200 units scatter by 0.1
    assert later[0] + 0.1 < later[1] < later[2] - 0.1
