"""Figures of exponents show the numbers of their results."""

import numpy as np
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.plotting.lyapunov import echo_states, finite_time_exponents, splitting_angles

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(0.5), 6, inputs=1, rng=0)


def test_distances_of_starts_and_the_slope_of_the_exponent():
    found = ns.analysis.echo_states(NETWORK, 40.0, 0.1, inputs=[0.1], discard=20.0, rng=1)
    *starts, slope = echo_states(found).lines
    assert_allclose([line.get_ydata() for line in starts], np.maximum(found.distances, 1e-17))
    assert_allclose(np.log(slope.get_ydata()[:20]), found.exponent * found.times[:20], rtol=1e-9)


def test_growth_along_trials():
    found = ns.analysis.FiniteTimeExponents(
        np.array([1.0, 2.0]), np.arange(12.0).reshape(3, 2, 2), np.array([5.0, 6.0]), 1.0
    )
    one, two, _ = finite_time_exponents(found).lines
    assert_allclose([one.get_ydata(), two.get_ydata()], [[4.0, 6.0], [5.0, 7.0]])


def test_angles_between_subspaces_have_a_density_of_one():
    found = ns.analysis.covariant_vectors(NETWORK, duration=40.0, rng=1)
    bars = splitting_angles(found, 2).patches
    assert_allclose(sum(bar.get_height() * bar.get_width() for bar in bars), 1.0)
