"""Search of linear regions: fixed points against the complete set, cycles against the map itself."""

import numpy as np
import pytest

import neurosim as ns


def biased(connectivity, size, seed, neuron=None):
    bias = np.random.default_rng(seed).standard_normal(size)
    return ns.Network(neuron or ns.LeakyRate("relu"), connectivity, size, rng=seed).replace(bias=bias)


def flat(x):
    return np.clip(x, -1.0, 1.0)


def oscillating(neuron):
    """Four units that have cycles of three and of four steps."""
    weights = 1.5 * np.random.default_rng(2).standard_normal((4, 4))
    bias = 0.05 * np.random.default_rng(2).standard_normal(4)
    return ns.Network(neuron, ns.Explicit(weights), 4, rng=0).replace(bias=bias)


def test_finds_all_fixed_points_of_a_small_network_of_full_rank():
    several = 0
    for seed in range(4):
        network = biased(ns.Gaussian(2.5), 7, seed, ns.LeakyCurrent(flat))
        network = network.replace(bias=0.1 * network.bias)
        complete = ns.analysis.all_fixed_points(network)
        found = ns.analysis.search_linear_regions(network, starts=2000, rng=0)
        assert found.status == "found"
        assert not found.complete
        several += len(complete) > 1
        np.testing.assert_allclose(found.states, complete.states, atol=1e-9)
    assert several


def test_finds_a_planted_point_of_a_network_of_full_rank():
    network = biased(ns.Gaussian(0.8), 100, 0)
    planted = np.random.default_rng(1).standard_normal(100)
    rates = np.maximum(planted, 0.0)
    network = network.replace(bias=planted - network.recurrent @ rates)
    found = ns.analysis.search_linear_regions(network, starts=20, rng=0)
    assert np.abs(found.states - rates).max(axis=1).min() < 1e-10


@pytest.mark.parametrize("neuron", [ns.LeakyRate(flat, tau=2.0), ns.LeakyCurrent(flat, tau=2.0)])
@pytest.mark.parametrize("dt", [2.0, 1.5])
def test_cycles_return_after_their_period_and_not_before(neuron, dt):
    network = oscillating(neuron)
    total = 0
    for period in (3, 4):
        found = ns.analysis.map_cycles(network, period, dt=dt, starts=300, rng=0)
        total += len(found)
        for cycle in found.states:
            run = ns.simulate(network, dt * period, dt, "euler", initial_state=cycle[0], progress=False)
            # unstable cycles multiply rounding errors by at most their multipliers
            np.testing.assert_allclose(run.states[0, :-1], cycle, atol=1e-9)
            np.testing.assert_allclose(run.states[0, -1], cycle[0], atol=1e-9)
            assert np.abs(cycle[1:] - cycle[0]).max(axis=1).min() > 1e-6
    assert total


def test_multipliers_are_those_of_the_product_of_jacobians():
    network = oscillating(ns.LeakyRate(flat))
    found = ns.analysis.map_cycles(network, 3, dt=1.0, starts=300, rng=0)
    assert len(found)
    first, second, third = (np.eye(4) + network.jacobian(state) for state in found.states[0])
    expected = np.abs(np.linalg.eigvals(third @ second @ first))
    np.testing.assert_allclose(np.abs(found.multipliers[0]), np.sort(expected)[::-1], atol=1e-9)


def test_all_cycles_of_the_tent_map_are_found():
    """The tent map of slope 2 has 2, 6 and 12 points of the least period 2, 3 and 4: one, two and three cycles."""
    tent = ns.Network(ns.LeakyRate(lambda x: 1.0 - 2.0 * np.abs(x - 0.5)), ns.Explicit([[1.0]]), 1, rng=0)
    numbers = [len(ns.analysis.map_cycles(tent, k, dt=1.0, starts=400, rng=0)) for k in (1, 2, 3, 4)]
    assert numbers == [2, 1, 2, 3]
    found = ns.analysis.map_cycles(tent, 3, dt=1.0, starts=400, rng=0)
    np.testing.assert_allclose(np.abs(found.multipliers), 8.0)
    orbits = sorted(np.sort(cycle[:, 0]).tolist() for cycle in found.states)
    np.testing.assert_allclose(orbits, [np.array([2.0, 4.0, 8.0]) / 9.0, np.array([2.0, 4.0, 6.0]) / 7.0])
    assert repr(found) == "MapCycles(at least 2 of period 3, 0 of them stable; dt = 1)"


def test_same_seed_same_cycles():
    network = oscillating(ns.LeakyRate(flat))
    one, two = (ns.analysis.map_cycles(network, 3, dt=1.0, starts=50, rng=4) for _ in range(2))
    assert len(one)
    assert np.array_equal(one.states, two.states)


def test_bad_input():
    network = biased(ns.Gaussian(1.0), 3, 0)
    with pytest.raises(ns.errors.ParameterError, match="dt must be given"):
        ns.analysis.map_cycles(network, 2)
    with pytest.raises(ns.errors.ParameterError, match="period must be at least 1"):
        ns.analysis.map_cycles(network, 0, dt=1.0)
    with pytest.raises(ns.errors.ParameterError, match="starts must be a whole number"):
        ns.analysis.search_linear_regions(network, starts=1.5)
    cells = ns.Populations(
        A=ns.Population(ns.LeakyRate("relu"), size=1), B=ns.Population(ns.LeakyCurrent("relu"), size=1)
    )
    with pytest.raises(ns.errors.ParameterError, match=r"all LeakyCurrent or all LeakyRate \(got both\)"):
        ns.analysis.map_cycles(ns.Network(cells, ns.Gaussian(1.0), rng=0), 2, dt=1.0)
