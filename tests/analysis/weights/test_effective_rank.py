"""Effective rank: truncated weights are the best approximation, and a planted rank is found."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import effective_rank, truncate_rank
from neurosim.constructed import go_no_go
from neurosim.errors import ParameterError, ShapeError


def full_network(seed=0):
    return ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=30, rng=seed)


def test_truncated_weights_are_the_best_approximation():
    network = full_network()
    matrix = network.recurrent.dense()
    rest = np.linalg.svd(matrix, compute_uv=False)[4:]
    truncated = truncate_rank(network, 4).recurrent
    # Eckart and Young: the error is the norm of the singular values left out
    assert_allclose(np.linalg.norm(matrix - truncated.dense()), np.linalg.norm(rest), rtol=1e-12)
    assert_allclose(truncated.left.T @ truncated.left, truncated.right.T @ truncated.right, atol=1e-12)


def test_truncated_change_leaves_the_weights_before():
    before = full_network()
    change = np.outer(np.ones(30), np.arange(30.0)) / 30
    after = before.replace(recurrent=ns.Operator(before.recurrent.dense() + change))
    truncated = truncate_rank(after, 1, before)
    assert_allclose(truncated.recurrent.dense(), after.recurrent.dense(), atol=1e-12)
    assert truncated.recurrent.rank == 1


@pytest.fixture(scope="module")
def go_trials():
    return ns.tasks.GoNoGo().trials(20, dt=0.1, rng=2)


def test_a_network_with_one_planted_direction_needs_rank_one(go_trials):
    # Go/No-go of Mastrogiuseppe & Ostojic: rank one plus weak random weights, of no use for the task
    network = go_no_go(400, rng=3)
    before = network.replace(recurrent=ns.Operator(network.recurrent.base))
    found = effective_rank(network, go_trials, (1, 2, 5), before=before, rng=0)
    assert found.original == 1.0
    assert (found.rank(), found.change_rank()) == (1, 1)
    # the change has exactly one singular value, the rest is rounding
    assert found.change_singular_values[1] < 1e-10 * found.change_singular_values[0]
    assert_allclose(found.change_accuracies, found.original)
    assert_allclose(found.singular_values, np.linalg.svd(network.recurrent.dense(), compute_uv=False))


def test_weights_that_do_not_know_the_task_have_no_effective_rank(go_trials):
    network = go_no_go(200, rng=3)
    shuffled = np.random.default_rng(0).permutation(200)
    wrong = network.replace(readout_weights=network.readout_weights[:, shuffled])
    found = effective_rank(network.replace(recurrent=ns.Operator(network.recurrent.base)), go_trials, (1, 2))
    assert found.change_accuracies is None
    assert found.change_rank() is None
    assert effective_rank(wrong, go_trials, (1,), rng=0).rank(share=1.5) is None


def test_ranks_above_the_number_of_units_are_left_out(go_trials):
    small = go_no_go(20, rng=3)
    assert effective_rank(small, go_trials, (2, 19, 25), rng=0).ranks.tolist() == [2, 19]


def test_bad_input_is_an_error(go_trials):
    network = go_no_go(20, rng=3)
    with pytest.raises(ParameterError, match="rank must be at most 20, the number of units"):
        truncate_rank(network, 21)
    with pytest.raises(ParameterError, match="ranks must have at least one rank of at most 20"):
        effective_rank(network, go_trials, (30,))
    with pytest.raises(ParameterError, match=r"ranks must be at least 1 \(got 0\)"):
        effective_rank(network, go_trials, (0,))
    with pytest.raises(ShapeError, match="before must have 20 units"):
        effective_rank(network, go_trials, before=full_network())
    with pytest.raises(ParameterError, match="trials must be a Trials"):
        effective_rank(network, "trials")
