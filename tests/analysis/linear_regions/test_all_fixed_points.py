"""All fixed points of piecewise-linear networks: against brute force, index theorem, and cases solved by hand."""

import itertools

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis.linear_regions.all_fixed_points import affordable_fixed_points


def clipped(x):
    return np.clip(x, 0.0, 1.0)


def low_rank(size, rank, seed, activation="relu", neuron=ns.LeakyRate, bias=1.0):
    draw = np.random.default_rng(seed)
    left = draw.standard_normal((size, rank))
    right = draw.standard_normal((size, rank)) + 3.0 * left
    network = ns.Network(neuron(activation, tau=2.0), ns.LowRank(left, right), size, rng=0)
    return network.replace(bias=bias * draw.standard_normal(size))


def by_brute_force(network, constant):
    """Rates at all fixed points, from the linear equation of all 2^N regions of rectifiers."""
    weights, found = network.recurrent.dense(), []
    for active in itertools.product((0.0, 1.0), repeat=network.size):
        currents = np.linalg.solve(np.eye(network.size) - weights * np.array(active), constant)
        if ((currents > 0.0) == np.array(active, bool)).all():
            found.append(np.maximum(currents, 0.0))
    return np.array(found).reshape(-1, network.size)


def assert_same_points(points, expected):
    """Conditioning of a dozen equations costs a few digits of double precision."""
    assert len(points) == len(expected)
    for point in expected:
        assert np.abs(points - point).max(axis=1).min() < 1e-9 * (1.0 + np.abs(point).max())


@pytest.mark.parametrize(("rank", "seed"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)])
def test_agrees_with_all_regions_of_twelve_units_of_low_rank(rank, seed):
    network = low_rank(12, rank, seed, bias=0.3)
    found = ns.analysis.all_fixed_points(network)
    assert found.status == "complete"
    assert found.regions < 2**12 + 1
    assert_same_points(found.states, by_brute_force(network, network.bias))


def test_agrees_with_all_regions_of_twelve_units_of_full_rank():
    draw = np.random.default_rng(0)
    network = ns.Network(ns.LeakyRate("relu"), ns.Gaussian(0.9), 12, rng=0).replace(
        bias=draw.standard_normal(12)
    )
    found = ns.analysis.all_fixed_points(network)
    assert len(found)
    assert found.complete
    assert_same_points(found.states, by_brute_force(network, network.bias))


def test_twelve_units_have_several_fixed_points_in_some_of_these_networks():
    assert max(len(ns.analysis.all_fixed_points(low_rank(12, 2, seed, bias=0.3))) for seed in range(8)) >= 3


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_indices_of_bounded_networks_add_up_to_one(rank):
    """The degree of u - W φ(u) on a large ball is 1 where φ is bounded; each fixed point adds the sign of det(-J)."""
    sizes = {1: 60, 2: 40, 3: 14}
    several = 0
    for seed in range(4):
        found = ns.analysis.all_fixed_points(low_rank(sizes[rank], rank, seed, clipped, bias=0.1))
        signs = np.sign(np.prod(-found.eigenvalues * 2.0, axis=1).real)
        assert found.complete
        assert signs.sum() == 1.0
        several += len(found) > 1
    assert several


def test_holds_all_that_newton_finds():
    network = low_rank(50, 2, 3, clipped, bias=0.1)
    found = ns.analysis.all_fixed_points(network)
    begin = 3.0 * np.random.default_rng(0).standard_normal((300, 50))
    searched = ns.analysis.fixed_points(network, starts=begin)
    visited = searched.states[searched.counts > 0]
    assert len(visited) > 1
    for state in visited:
        assert np.abs(found.states - state).max(axis=1).min() < 1e-8


def test_both_forms_and_an_input_agree():
    rate = low_rank(30, 2, 5, clipped).replace(bias=np.zeros(30))
    draw = np.random.default_rng(0)
    weights, shown = 0.1 * draw.standard_normal((30, 2)), np.array([0.5, -1.0])
    rate = ns.Network(rate.neuron, rate.connectivity, 30, inputs=2, rng=0).replace(
        input_weights=weights, bias=0.05 * draw.standard_normal(30)
    )
    current = rate.replace(neuron=ns.LeakyCurrent(clipped, tau=2.0))
    rates, currents = (ns.analysis.all_fixed_points(each, shown) for each in (rate, current))
    by_bias = ns.analysis.all_fixed_points(rate.replace(bias=rate.bias + weights @ shown))
    assert rates.kinds == currents.kinds
    np.testing.assert_allclose(clipped(currents.states), rates.states, atol=1e-11)
    np.testing.assert_allclose(by_bias.states, rates.states, atol=1e-11)
    np.testing.assert_allclose(rates.eigenvalues, currents.eigenvalues, atol=1e-10)


def test_eigenvalues_are_those_of_the_jacobian_for_units_of_different_speed():
    network = low_rank(20, 2, 1, clipped, bias=0.1)
    network = network.replace(neuron=ns.LeakyRate(clipped, tau=np.linspace(1.0, 3.0, 20)))
    found = ns.analysis.all_fixed_points(network)
    for state, values in zip(found.states, found.eigenvalues, strict=True):
        expected = np.linalg.eigvals(network.jacobian(state))
        np.testing.assert_allclose(np.poly(values), np.poly(expected), rtol=1e-7, atol=1e-7)


def test_planted_point_is_found():
    """With the bias u* - W φ(u*), u* is a fixed point."""
    network = low_rank(200, 2, 7)
    planted = np.random.default_rng(1).standard_normal(200)
    rates = np.maximum(planted, 0.0)
    found = ns.analysis.all_fixed_points(network.replace(bias=planted - network.recurrent @ rates))
    assert np.abs(found.states - rates).max(axis=1).min() < 1e-9 * rates.max()


def test_every_fixed_point_of_a_ring_of_switches_is_counted():
    """Three independent units with φ = clip and self-excitation 3 each have 3 fixed points: 27 in all, 8 stable."""
    network = ns.Network(ns.LeakyRate(clipped), ns.Explicit(3.0 * np.eye(3)), 3, rng=0)
    network = network.replace(bias=np.full(3, -1.0))
    found = ns.analysis.all_fixed_points(network)
    assert repr(found).startswith("RegionFixedPoints(exactly 27: 8 stable node, 12 saddle of index 1")
    np.testing.assert_allclose(np.unique(found.states.round(12)), [0.0, 0.5, 1.0])


def test_populations_of_different_units():
    """E relu and I threshold-linear with gain 2: solved by hand where both are active."""
    cells = ns.Populations(
        E=ns.Population(ns.LeakyRate("relu", tau=2.0), size=1),
        I=ns.Population(ns.LeakyCurrent(ns.neurons.ThresholdPowerLaw(2.0, 1.0, 0.5), tau=1.0), size=1),
    )
    network = ns.Network(cells, ns.Explicit([[0.5, -1.0], [2.0, 0.0]]), rng=0).replace(
        bias=np.array([2.0, 0.0])
    )
    found = ns.analysis.all_fixed_points(network)
    # e = e/2 - 2 (2 e - 1/2) + 2  gives  e = 2/3, and the current of I is 4/3
    np.testing.assert_allclose(found.states, [[2.0 / 3.0, 4.0 / 3.0]], atol=1e-12)


def test_a_point_at_all_kinks_counts_once():
    """Without bias all walls meet in the origin, which is a fixed point of every region."""
    network = low_rank(20, 2, 0, bias=0.0)
    found = ns.analysis.all_fixed_points(network)
    at_rest = np.abs(found.states).max(axis=1) < 1e-12
    assert at_rest.sum() == 1
    assert found.at_kink[at_rest].all()
    assert found.complete


def test_repeated_and_opposite_walls():
    """Units in pairs with equal or opposite currents share a wall; brute force does not know of that."""
    draw = np.random.default_rng(4)
    left, bias = draw.standard_normal((5, 2)), 0.4 * draw.standard_normal(5)
    left, bias = np.concatenate([left, left, -left[:2]]), np.concatenate([bias, bias, -bias[:2]])
    right = draw.standard_normal((12, 2)) + left
    network = ns.Network(ns.LeakyRate("relu"), ns.LowRank(left, 4.0 * right), 12, rng=0).replace(bias=bias)
    found = ns.analysis.all_fixed_points(network)
    assert found.complete
    assert_same_points(found.states, by_brute_force(network, bias))


def test_parallel_walls_of_rank_two():
    """Two walls along each axis never meet each other."""
    left = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    network = ns.Network(ns.LeakyRate("relu"), ns.LowRank(left, 7.0 * left[[1, 2, 3, 0]]), 4, rng=0)
    network = network.replace(bias=np.array([0.1, -0.3, 0.2, -0.5]))
    found = ns.analysis.all_fixed_points(network)
    assert found.complete
    assert_same_points(found.states, by_brute_force(network, network.bias))


def test_walls_through_one_line_are_not_in_general_position():
    """Walls of units 0 to 5 contain the third axis, so that a region between them need not touch two others only."""
    draw = np.random.default_rng(0)
    angles = np.linspace(0.1, 2.8, 6)
    left = np.concatenate(
        [np.c_[np.cos(angles), np.sin(angles), 0.0 * angles], draw.standard_normal((14, 3))]
    )
    network = ns.Network(ns.LeakyRate(clipped), ns.LowRank(left, draw.standard_normal((20, 3))), 20, rng=0)
    network = network.replace(bias=np.concatenate([np.zeros(6), draw.standard_normal(14)]))
    found = ns.analysis.all_fixed_points(network)
    assert found.status == "found"
    assert "general position" in found.reason
    assert repr(found).startswith("RegionFixedPoints(at least")


def test_a_line_of_fixed_points_is_not_counted_as_one():
    """A unit with self-excitation 1 keeps any rate above 0."""
    integrator = ns.Network(ns.LeakyRate("relu"), ns.Explicit([[1.0]]), size=1, rng=0)
    found = ns.analysis.all_fixed_points(integrator)
    assert not found.complete
    assert "fill a line" in found.reason
    assert len(found) >= 1
    drifting = ns.analysis.all_fixed_points(integrator.replace(bias=np.array([0.1])))
    assert drifting.complete
    assert len(drifting) == 0


def test_linear_network_has_one():
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Gaussian(0.5), 30, rng=0).replace(bias=np.ones(30))
    found = ns.analysis.all_fixed_points(network)
    expected = np.linalg.solve(np.eye(30) - network.recurrent.dense(), np.ones(30))
    np.testing.assert_allclose(found.states, expected[None], rtol=1e-11)


def test_search_says_that_it_is_complete_and_misses_less():
    network = low_rank(60, 2, 3, clipped, bias=0.1)
    found = ns.analysis.fixed_points(network, starts=5, rng=0)
    assert found.complete
    assert found.coverage == 1.0
    assert repr(found).startswith("FixedPoints(exactly ")
    assert len(found) == len(ns.analysis.all_fixed_points(network))
    assert (found.counts == 0).any()
    assert found.counts.sum() <= 5
    smooth = ns.analysis.fixed_points(network.replace(neuron=ns.LeakyRate("tanh")), starts=20, rng=0)
    assert smooth.status == "found"
    assert repr(smooth).startswith("FixedPoints(at least ")


def test_a_search_that_finds_none_proves_nothing():
    """softplus(x) > x, so that F > 1 everywhere; of linear units with F = 1 it is proved."""
    network = ns.Network(ns.LeakyCurrent("softplus"), ns.Explicit([[1.0]]), size=1, rng=0)
    network, starts = network.replace(bias=np.ones(1)), np.array([[0.0], [3.0]])
    assert repr(ns.analysis.fixed_points(network, starts=starts)).startswith("FixedPoints(none found;")
    linear = ns.analysis.fixed_points(network.replace(neuron=ns.LeakyCurrent("linear")), starts=starts)
    assert repr(linear).startswith("FixedPoints(exactly 0;")


def test_too_many_regions_say_how_long_they_would_take():
    network = ns.Network(ns.LeakyRate("relu"), ns.Gaussian(1.0), 40, rng=0)
    with pytest.raises(
        ns.errors.ParameterError, match=r"at most 10,000,000 .* would take about .*; give\s+limit="
    ):
        ns.analysis.all_fixed_points(network)
    assert affordable_fixed_points(network) is None
    with pytest.raises(ns.errors.ParameterError, match="limit must be at least 1"):
        ns.analysis.all_fixed_points(network, limit=0)
    with pytest.raises(ns.errors.ParameterError, match=r"at most 5 linear regions \(got 8"):
        ns.analysis.all_fixed_points(ns.Network(ns.LeakyRate("relu"), ns.Gaussian(1.0), 3, rng=0), limit=5)


def test_units_that_are_not_piecewise_linear_are_refused():
    tanh = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(1.0), 3, rng=0)
    with pytest.raises(ns.errors.ParameterError, match="'tanh' is not continuous and piecewise linear"):
        ns.analysis.all_fixed_points(tanh)
    adaptive = ns.Network(ns.Adaptive("relu"), ns.Gaussian(1.0), 3, rng=0)
    with pytest.raises(ns.errors.ParameterError, match="units are Adaptive, neither"):
        ns.analysis.all_fixed_points(adaptive)


@pytest.mark.parametrize("neuron", [ns.LeakyCurrent("linear"), ns.LeakyRate("relu")])
def test_without_recurrent_weights_there_is_the_one_point_that_the_input_sets(neuron):
    network = ns.Network(neuron, ns.Explicit(np.zeros((3, 3))), 3, inputs=1, rng=0)
    found = ns.analysis.all_fixed_points(network, inputs=np.array([1.0]))
    driven = network.input_weights[:, 0]
    assert found.status == "complete"
    np.testing.assert_allclose(
        found.states, [np.maximum(driven, 0.0) if isinstance(neuron, ns.LeakyRate) else driven]
    )


def test_an_eigenvalue_of_one_and_an_input_outside_its_range_leave_no_point():
    weights = ns.Explicit(np.ones((2, 2)) / 2.0)
    network = ns.Network(ns.LeakyCurrent("linear"), weights, 2, rng=0).replace(bias=np.ones(2))
    found = ns.analysis.all_fixed_points(network)
    assert (len(found), found.status) == (0, "complete")
