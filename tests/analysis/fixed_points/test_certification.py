"""The certified radius holds the true point, which is known by construction."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis import fixed_points


def with_known_point(rng, size, gain, neuron):
    """A random network whose bias makes a given state a fixed point."""
    point = rng.standard_normal(size)
    network = ns.Network(neuron, ns.Gaussian(gain=gain), size, rng=rng)
    return network.replace(bias=point - network.recurrent @ neuron.values(point)), point


@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_the_true_point_is_within_the_radius(rng, activation, gain):
    for _ in range(5):
        network, point = with_known_point(rng, 30, gain, ns.LeakyCurrent(activation, tau=0.5))
        found = fixed_points(network, starts=point + 1e-3 * rng.standard_normal((4, 30)))
        nearest = np.linalg.norm(found.states - point, axis=1).argmin()
        assert found.certified[nearest], found.reasons
        assert np.linalg.norm(found.states[nearest] - point) <= found.radii[nearest] < 1e-9


def test_a_unit_at_its_kink_is_not_certified():
    network = ns.Network(ns.LeakyCurrent("relu"), ns.Explicit(0.5 * np.eye(2)), size=2, rng=0)
    found = fixed_points(network, starts=np.array([[-1.0, 1.0]]))
    assert len(found) == 1
    assert not found.certified[0]
    assert "kink" in found.reasons[0]


def test_a_cubic_root_at_a_bifurcation_is_singular():
    """x = tanh(x): the only root is 0, where the slope vanishes too."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.ones((1, 1))), size=1, rng=0)
    found = fixed_points(network, starts=np.array([[0.0]]))
    assert found.kinds == ("marginal",)
    assert "singular" in found.reasons[0]
