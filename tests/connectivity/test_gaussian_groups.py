"""Gaussian weights of groups of units against the radius of Aljadeff, Stern and Sharpee."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.connectivity import Gaussian, GaussianGroups
from neurosim.errors import ParameterError

GAINS, SHARES = np.array([[0.4, 2.0], [1.2, 0.3]]), np.array([0.25, 0.75])


def network(gain=1.0, size=240, seed=0):
    return ns.Network(ns.LeakyCurrent("tanh"), GaussianGroups(GAINS, SHARES, gain), size, rng=seed)


def test_variances_of_blocks():
    declared, weights = GaussianGroups(GAINS, SHARES), network().recurrent.dense() * np.sqrt(240)
    groups = declared.groups(240)
    assert np.bincount(groups).tolist() == [60, 180]
    for (a, b), gain in np.ndenumerate(GAINS):
        part = weights[groups == a][:, groups == b]
        assert_allclose(part.var(), gain**2, rtol=5 * np.sqrt(2 / part.size))


def test_one_group_is_gaussian():
    one, plain = (
        c.build(30, np.random.default_rng(0)).dense() for c in (GaussianGroups([[1.7]]), Gaussian(1.7))
    )
    assert_allclose(one, plain, rtol=1e-14)
    assert GaussianGroups(np.ones((3, 3))).radius == pytest.approx(1.0)


def test_shares_are_rounded_to_whole_units():
    assert_array_equal(GaussianGroups(np.ones((3, 3))).groups(10), [0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    assert_array_equal(GaussianGroups(np.ones((2, 2)), shares=[0.0, 1.0]).groups(3), [1, 1, 1])


def test_radius():
    # by hand: the largest root of λ² - (a + d) λ + ad - bc for the matrix of variances times shares
    a, b, c, d = (GAINS**2 * SHARES).ravel()
    exact = np.sqrt(0.5 * (a + d + np.sqrt((a - d) ** 2 + 4 * b * c)))
    given = network()
    assert given.connectivity.radius == pytest.approx(exact)
    # that of the variances of one sample, and the ragged edge of one spectrum
    assert_allclose(ns.theory.bulk_radius(given), exact, rtol=0.03)
    assert_allclose(ns.analysis.spectrum(given).radius, exact, rtol=0.1)


def test_onset():
    onset = ns.theory.critical_gain(network())
    assert onset == pytest.approx(1.0 / network().connectivity.radius)
    for factor, stable in ((0.85, True), (1.15, False)):
        assert (ns.analysis.spectrum(network(factor * onset)).abscissa < 1.0) == stable


def test_mean_field_theory_says_which_assumption_fails():
    with pytest.raises(ParameterError, match="rows of equal variance in this theory"):
        ns.theory.autocorrelation(network(2.0))
    with pytest.raises(ParameterError, match="silence is no fixed point"):
        ns.theory.critical_gain(network().replace(neuron=ns.LeakyCurrent("softplus")))
