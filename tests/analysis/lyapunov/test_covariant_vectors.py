"""Covariant Lyapunov vectors are mapped to each other by the dynamics."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import System, covariant_vectors, lyapunov_spectrum
from neurosim.errors import ParameterError


def lorenz_speed(s):
    x, y, z = s
    return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])


def lorenz_jacobian(s):
    x, y, z = s
    return np.array([[-10.0, 10.0, 0.0], [28.0 - z, -1.0, -x], [y, x, -8.0 / 3.0]])


LORENZ = System(lorenz_speed, lorenz_jacobian, size=3)
HENON = System.of_map(
    lambda s: np.array([1.0 - 1.4 * s[0] ** 2 + s[1], 0.3 * s[0]]),
    lambda s: np.array([[-2.8 * s[0], 1.0], [0.3, 0.0]]),
    size=2,
)


def test_vectors_of_a_linear_network_are_the_eigenvectors():
    """Three real eigenvalues that are apart, and vectors that are not orthogonal."""
    basis = np.array([[1.0, 0.8, 0.3], [0.0, 1.0, 0.9], [0.2, 0.0, 1.0]])
    weights = basis @ np.diag([0.8, 0.2, -0.5]) @ np.linalg.inv(basis)
    network = ns.Network(ns.LeakyCurrent("linear", tau=2.0), ns.Explicit(weights), 3, rng=0)
    found = covariant_vectors(network, duration=400.0, discard=200.0, rng=1)
    unit = basis / np.linalg.norm(basis, axis=0)
    overlaps = np.abs(np.einsum("ik,sik->sk", unit, found.vectors))
    assert_allclose(overlaps, 1.0, atol=1e-9)
    # RK4 at a tenth of the time constant
    assert_allclose(found.exponents, (np.array([0.8, 0.2, -0.5]) - 1.0) / 2.0, rtol=1e-4)


def test_the_neutral_vector_of_a_flow_is_along_the_flow():
    """Of Lorenz (1963): the second exponent is 0, and its vector the velocity, wherever the trajectory is."""
    found = covariant_vectors(
        LORENZ,
        duration=60.0,
        dt=0.005,
        discard=20.0,
        interval=0.05,
        initial_state=np.array([1.0, 1.0, 20.0]),
        rng=0,
    )
    velocity = np.array([lorenz_speed(state) for state in found.states])
    velocity /= np.linalg.norm(velocity, axis=1)[:, None]
    cosines = np.abs(np.sum(velocity * found.vectors[:, :, 1], axis=1))
    # vectors turn into their directions at the rate of the gap of the exponents, 0.9, over 15 time units backward
    assert np.quantile(1.0 - cosines, 0.99) < 1e-6
    assert_allclose(found.exponents[[0, 1]], [0.906, 0.0], atol=0.15)
    # the divergence of the flow; vectors are not orthogonal, so that the logarithm of their volume, of order 1, changes
    # over the 45 time units
    assert_allclose(found.exponents.sum(), -41.0 / 3.0, atol=0.1)


def test_vectors_are_mapped_to_each_other():
    found = covariant_vectors(
        HENON, duration=400, discard=100, interval=1.0, initial_state=np.array([0.1, 0.1]), rng=0
    )
    for k in range(len(found.states) - 1):
        jacobian = np.array([[-2.8 * found.states[k, 0], 1.0], [0.3, 0.0]])
        mapped = jacobian @ found.vectors[k]
        lengths = np.linalg.norm(mapped, axis=0)
        assert_allclose(np.abs(np.sum(mapped / lengths * found.vectors[k + 1], axis=0)), 1.0, atol=1e-9)
        assert_allclose(np.log(lengths), found.growth[k], atol=1e-7)
    # the determinant is -0.3 everywhere
    assert_allclose(found.exponents.sum(), np.log(0.3), atol=0.1)


def test_the_henon_map_is_not_hyperbolic():
    """Tangencies of stable and unstable directions: the smallest angle comes close to 0, the mean does not."""
    found = covariant_vectors(
        HENON, duration=4000, discard=100, interval=1.0, initial_state=np.array([0.1, 0.1]), rng=0
    )
    angles = found.splitting_angles(1)
    assert angles.min() < 1.0
    assert angles.mean() > 10.0
    assert_allclose(angles, found.angles(0, 1), atol=1e-5)


def test_exponents_are_those_of_the_spectrum():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.5), size=24, rng=3)
    found = covariant_vectors(network, count=4, duration=300.0, rng=1)
    spectrum = lyapunov_spectrum(network, 4, duration=300.0, rng=1)
    low, high = found.confidence
    assert (low <= found.exponents).all()
    assert (found.exponents <= high).all()
    assert_allclose(found.exponents, spectrum.values, atol=4.0 * spectrum.standard_errors.max())


def test_bad_arguments_are_named():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(0.5), size=4, rng=3)
    with pytest.raises(
        ParameterError, match=r"count must be at most 4, the dimensions of the network \(got 5\)"
    ):
        covariant_vectors(network, count=5)
    with pytest.raises(ParameterError, match="duration must be at least 8 intervals"):
        covariant_vectors(network, duration=4.0, interval=1.0)
    found = covariant_vectors(network, duration=40.0, rng=0)
    with pytest.raises(ParameterError, match=r"expanding must be from 1 to 3, .*\(got 4\)"):
        found.splitting_angles(4)
    with pytest.raises(ParameterError, match="second must be from 0 to 3"):
        found.angles(0, 4)
