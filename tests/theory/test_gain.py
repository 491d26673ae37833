"""Gain and bulk radius of networks, against their eigenvalues."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns


def network(connectivity, size=300):
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=1)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=2.0),
        ns.Gaussian(gain=2.0, self_connections=False),
        ns.Orthogonal(gain=2.0),
        ns.Sparse(density=0.1, gain=2.0),
        -2.0 * ns.Gaussian(gain=1.0),
        ns.Gaussian(gain=2.0) + ns.Coherent(strength=3.0),
        2.0 * (ns.Orthogonal(gain=1.0) + ns.Coherent(strength=3.0)),
    ],
    ids=repr,
)
def test_declared_gain_is_exact(connectivity):
    assert ns.theory.gain_of(network(connectivity)) == 2.0


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=1.6) + ns.Gaussian(gain=1.2),
        ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0)),
        ns.connectivity.RowBalanced(ns.Sparse(density=0.1, gain=2.0)) + ns.Coherent(strength=1.0),
    ],
    ids=repr,
)
def test_gain_of_other_random_weights_is_measured(connectivity):
    # a standard deviation from 300² numbers scatters by 0.7 / 300, sparse ones by 2 / 300;
    # balancing the rows takes 1 / 600 away
    assert_allclose(ns.theory.gain_of(network(connectivity)), 2.0, rtol=0.02)


def test_gain_of_bare_weights():
    weights = network(ns.Gaussian(gain=1.5)).recurrent
    assert_allclose(ns.theory.gain_of(network(weights)), 1.5, rtol=0.01)
    assert ns.theory.gain_of(network(ns.Coherent())) == 0.0


def test_bulk_radius_of_two_populations():
    # Rajan & Abbott 2006: R² = 0.8 * 0.25 + 0.2
    declared = ns.ExcitatoryInhibitory(excitatory=0.8, std_excitatory=0.5, std_inhibitory=1.0)
    assert_allclose(ns.theory.bulk_radius(network(declared)), np.sqrt(0.4), rtol=1e-12)
    bare = network(network(declared).recurrent)
    assert_allclose(ns.theory.bulk_radius(bare), np.sqrt(0.4), rtol=0.02)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(gain=1.5),
        ns.Orthogonal(gain=0.7),
        ns.connectivity.RowBalanced(ns.ExcitatoryInhibitory(std_excitatory=0.5)),
        ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0)) + ns.Coherent(strength=20.0),
    ],
    ids=repr,
)
def test_the_disc_holds_the_eigenvalues(connectivity):
    # the spectral radius of 300 units exceeds the disc by 3 % with a standard deviation of 2 %
    given = network(connectivity)
    assert_allclose(np.abs(given.recurrent.eigenvalues()).max(), ns.theory.bulk_radius(given), rtol=0.08)
