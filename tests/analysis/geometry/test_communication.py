"""Communication between populations: potent and null dimensions of known weights, and currents that they carry."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

SOURCE, TARGET, RANK = 30, 15, 2


@pytest.fixture(scope="module")
def network():
    """A chaotic source drives a target of linear units, which has no weights of its own, by weights of rank 2."""
    fast = ns.Population(ns.LeakyRate("tanh"), size=SOURCE)
    cells = ns.Populations(A=fast, B=ns.Population(ns.LeakyCurrent("linear", tau=0.1), size=TARGET))
    draw = np.random.default_rng(0)
    weights = np.zeros((SOURCE + TARGET, SOURCE + TARGET))
    weights[:SOURCE, :SOURCE] = 2.5 * draw.standard_normal((SOURCE, SOURCE)) / np.sqrt(SOURCE)
    between = draw.standard_normal((TARGET, RANK)) @ draw.standard_normal((RANK, SOURCE)) / 5.0
    weights[SOURCE:, :SOURCE] = between
    return ns.Network(cells, ns.Operator(weights), rng=0)


@pytest.fixture(scope="module")
def run(network):
    return ns.simulate(network, 40.0, 0.05, "euler", trials=10, rng=1)


@pytest.fixture(scope="module")
def found(run):
    return ns.analysis.communication(run, "A", "B", discard=10.0)


def test_null_dimensions_cause_no_current_and_potent_ones_cause_all(network, run, found):
    weights = network.recurrent.dense()[SOURCE:, :SOURCE]
    rebuilt = (found.current_axes * found.singular_values) @ found.potent_axes.T
    assert_allclose(rebuilt, weights, atol=1e-12)
    rates = run.rates[:, 200:, :SOURCE].reshape(-1, SOURCE)
    potent = rates @ found.potent_axes @ found.potent_axes.T
    assert_allclose((rates - potent) @ weights.T, 0.0, atol=1e-12)
    assert found.potent_shares[-1] == pytest.approx(potent.var(axis=0).sum() / rates.var(axis=0).sum())
    currents = rates @ weights.T
    for k in range(RANK):
        carried = (currents @ found.current_axes[:, k]).var() / currents.var(axis=0).sum()
        assert found.current_shares[k] == pytest.approx(carried)


def test_chaotic_activity_is_not_aligned_with_weights_that_were_drawn_independently(found):
    # two of 30 dimensions; the activity has some ten of its own, so that the share of two random ones varies by as much
    assert found.chance_shares[-1] == RANK / SOURCE
    assert 0.005 < found.potent_shares[-1] < 0.3


def test_the_regression_finds_the_dimensions_that_the_target_reads(found):
    # B filters the currents with a time constant of a tenth of that of A, so that it is nearly their function
    assert found.subspace.dimension == RANK
    assert found.subspace.scores[RANK] > 0.95
    assert found.subspace_potency.min() > 0.9


def test_the_potency_of_a_direction(found):
    assert_allclose(found.potency(3.0 * found.potent_axes[:, 1]), [0.0, 1.0], atol=1e-12)
    other = np.random.default_rng(0).standard_normal(SOURCE)
    null = other - found.potent_axes @ (found.potent_axes.T @ other)
    assert_allclose(found.potency(null), 0.0, atol=1e-12)
    directions = np.random.default_rng(1).standard_normal((4000, SOURCE))
    shares = np.mean([found.potency(each) for each in directions], axis=0)
    # the share of two of 30 dimensions has the standard deviation 0.06
    assert_allclose(shares, found.chance_shares, atol=4.0 * 0.06 / np.sqrt(4000))


def test_what_is_refused(run):
    with pytest.raises(UnknownNameError, match="'C' is no population"):
        ns.analysis.communication(run, "A", "C")
    with pytest.raises(ParameterError, match="weights from B to A"):
        ns.analysis.communication(run, "B", "A")
    with pytest.raises(ShapeError, match="30 units of A"):
        ns.analysis.communication(run, "A", "B", regress=False).potency(np.ones(3))
    with pytest.raises(ParameterError, match="run must be"):
        ns.analysis.communication(np.ones((2, 5, 45)), "A", "B")
    partial = ns.simulate(run.network, 1.0, 0.05, units=[0, 1], rng=0)
    with pytest.raises(ParameterError, match="rates of all 45 units"):
        ns.analysis.communication(partial, "A", "B")
