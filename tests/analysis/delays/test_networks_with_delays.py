"""Linearization, roots and fixed points of networks with delays, against the same by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import lambertw

import neurosim as ns
from neurosim.analysis import characteristic_roots, fixed_points
from neurosim.analysis.delays.linearization import linearize, without_delays
from neurosim.connectivity import Delayed
from neurosim.errors import ParameterError

TAU = 2.0


def loop(strength, delay, neuron=None, **options):
    """Excitatory and inhibitory unit that act on each other after a delay."""
    unit = ns.LeakyRate("tanh", tau=TAU) if neuron is None else neuron
    cells = ns.Populations(E=ns.Population(unit, size=1), I=ns.Population(unit, size=1))
    weights = {("I", "E"): ns.Explicit([[strength]]), ("E", "I"): ns.Explicit([[-strength]])}
    return ns.Network(cells, ns.Blocks(weights, delay=delay), rng=0, **options)


@pytest.mark.parametrize("connectivity", [ns.Gaussian(1.2), ns.Sparse(density=0.3) + ns.Coherent(0.5)])
def test_without_delays_the_linear_system_is_the_jacobian(connectivity):
    network = ns.Network(ns.Adaptive("tanh"), connectivity, size=8, inputs=1, rng=0)
    state, inputs = np.random.default_rng(0).standard_normal((8, 2)), np.array([0.7])
    system = linearize(network, state, inputs)
    assert_allclose(system.instantaneous, network.jacobian(state, inputs), atol=1e-14)
    assert system.delays.size == 0
    found = characteristic_roots(network, state, inputs, count=16)
    assert_allclose(
        found.values, ns.analysis.jacobian_spectrum(network, state, inputs).eigenvalues, atol=1e-12
    )


def test_matrices_of_single_delays_add_up_to_the_jacobian_without_them():
    cells = ns.Populations(
        A=ns.Population(ns.Adaptive("tanh"), size=4),
        B=ns.Population(ns.LeakyCurrent("tanh", tau=0.5), size=3),
    )
    blocks = ns.Blocks(
        {(a, b): ns.Gaussian(1.3) for a in "AB" for b in "AB"},
        delay={("A", "B"): 2.0, ("B", "A"): (0.5, 2.0)},
    )
    network = ns.Network(cells, blocks, rng=0)
    state = np.where(network.has_variable, np.random.default_rng(1).standard_normal((7, 2)), 0.0)
    system = linearize(network, state)
    assert system.delays.tolist() == [0.5, 2.0]
    assert_allclose(system.without_delays(), without_delays(network).jacobian(state), atol=1e-14)
    # displaced rates of B reach A after 2 alone: B comes after the two variables of A
    assert not system.instantaneous[:4, 4:7].any()
    assert system.delayed[1][:4, 4:7].all()
    assert not system.delayed[0][:4].any()


def test_the_roots_of_one_unit_that_inhibits_itself():
    network = ns.Network(ns.LeakyRate("tanh", tau=TAU), Delayed(ns.Explicit([[-3.0]]), 1.5), size=1, rng=0)
    a, b, d = -1 / TAU, -3.0 / TAU, 1.5
    expected = a + lambertw(b * d * np.exp(-a * d), [0, -1]) / d
    assert_allclose(characteristic_roots(network, count=2).values, expected, atol=1e-12)


def test_a_fixed_point_keeps_its_place_and_loses_its_stability_at_the_critical_delay():
    # rest of a loop of slope 1: see the closed form in test_characteristic_roots
    strength = 2.0
    omega = np.sqrt(strength**2 - 1.0) / TAU
    critical = (np.pi / 2 - np.arctan(TAU * omega)) / omega
    for delay, stable in ((0.98 * critical, True), (1.02 * critical, False)):
        found = fixed_points(loop(strength, delay), starts=np.full((3, 2), 0.1))
        assert len(found) == 1
        assert_allclose(found.states[0], 0.0, atol=1e-10)
        assert found.stable.tolist() == [stable]
        assert found.unstable_dimensions.tolist() == [0 if stable else 2]
        assert found.certified.all()
        assert found.frequencies[0, 0] == pytest.approx(omega / (2 * np.pi), rel=0.02)


def test_all_growing_roots_are_among_the_eigenvalues():
    # delays of many time constants: pairs at about every 2 pi / d up to the frequency where |b| < |a + i omega|
    network = ns.Network(ns.LeakyRate("tanh"), Delayed(ns.Explicit([[-4.0]]), 30.0), size=1, rng=0)
    found = fixed_points(network, starts=np.zeros((1, 1)))
    assert found.unstable_dimensions[0] == characteristic_roots(network, count=80).growing > 10


def test_points_are_ordered_by_what_grows_with_the_delay():
    # a switch: outer states are stable at any delay here, since their slopes are small
    switch = ns.Network(ns.LeakyRate("tanh"), Delayed(ns.Explicit([[2.0]]), 5.0), size=1, rng=0)
    found = fixed_points(switch, starts=np.linspace(-1.5, 1.5, 9)[:, None])
    assert found.kinds[:2] == ("stable node", "stable node")
    assert found.states[2, 0] == pytest.approx(0.0, abs=1e-9)
    assert found.unstable_dimensions[2] >= 1


def test_what_needs_a_network_without_delays_says_so():
    found = fixed_points(loop(2.0, 1.0), starts=np.zeros((1, 2)))
    assert found.jacobian(0).shape == (2, 2)
    assert found.outputs.shape == (1, 0)
    for call in (
        lambda: found.eigenvectors(0),
        lambda: found.multipliers(0.1),
        lambda: found.stable_in_map(0.1),
    ):
        with pytest.raises(ParameterError, match="network must have no delays for FixedPoints"):
            call()
