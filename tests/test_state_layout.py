"""Layout of states: entry by entry, both directions, and the order of flattened states in Jacobians."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.state_layout import state_columns, variables_first, variables_last


@pytest.mark.parametrize("lead", [(), (4,), (4, 5)])
def test_each_entry_is_moved_to_its_place_and_back(lead):
    states = np.random.default_rng(0).standard_normal((*lead, 3, 2))
    first = variables_first(states, 2)
    for variable in range(2):
        assert_array_equal(first[variable], states[..., variable])
    assert_array_equal(variables_last(first), states)


@pytest.mark.parametrize("lead", [(), (4,)])
def test_a_single_variable_has_no_axis_for_users(lead):
    states = np.random.default_rng(0).standard_normal(
        (*lead, 1)
    )  # one unit, whose axis is not taken for that of the variables
    assert variables_first(states, 1).shape == (1, *lead, 1)
    assert_array_equal(variables_last(variables_first(states, 1)), states)


def test_columns_of_one_state():
    state = np.arange(6.0).reshape(3, 2)
    assert_array_equal(state_columns(state, 3), [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]])
    assert_array_equal(state_columns(np.arange(3.0), 3), [[0.0, 1.0, 2.0]])


def test_flattened_states_are_ordered_by_variable_as_in_the_jacobian():
    """Central differences of the drift of flattened states, with the recurrent input."""
    network = ns.Network(ns.Adaptive("tanh"), ns.Gaussian(gain=1.5), 4, rng=0)
    state, step = 0.3 * np.random.default_rng(1).standard_normal((4, 2)), 1e-6

    def flow(flat):
        columns = flat.reshape(2, 4)
        current = network.recurrent @ network.neuron.values(*columns)
        return np.concatenate([np.broadcast_to(d, 4) for d in network.neuron.drift(*columns, current)])

    flat = state_columns(state, 4).ravel()
    numerical = [(flow(flat + step * e) - flow(flat - step * e)) / (2.0 * step) for e in np.eye(8)]
    np.testing.assert_allclose(network.jacobian(state), np.transpose(numerical), atol=1e-8)
