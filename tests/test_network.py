"""Networks: what they declare, what they refuse, and that they never change."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, UnknownNameError


def make(size=20, **arguments):
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size, **{"rng": 0, **arguments})


def test_same_seed_same_network_another_seed_another():
    assert make(inputs=2, outputs=1).equals(make(inputs=2, outputs=1))
    assert not make().equals(make(rng=1))


def test_streams_are_named_so_that_one_more_input_does_not_move_the_other_weights():
    plain, with_inputs = make(outputs=2), make(inputs=3, outputs=2)
    assert plain.recurrent.equals(with_inputs.recurrent)
    np.testing.assert_array_equal(plain.readout_weights, with_inputs.readout_weights)


def test_structure_added_to_a_random_part_leaves_it_alone():
    with_structure = ns.Network(ns.LeakyCurrent(), ns.Gaussian(1.5) + ns.Coherent(0.5), 20, rng=0)
    np.testing.assert_array_equal(with_structure.recurrent.base, make().recurrent.base)


def test_input_and_readout_weights_have_their_variances():
    network = make(size=4000, inputs=5, outputs=5)
    # 20,000 numbers each: relative standard error of a variance 1 %
    assert network.input_weights.var() == pytest.approx(1 / 5, rel=0.05)
    assert network.readout_weights.var() == pytest.approx(1 / 4000, rel=0.05)


def test_channels_have_names():
    network = make(inputs=["fixation", "stimulus"], outputs=2)
    assert network.input_names == ("fixation", "stimulus")
    assert network.output_names == ("output_0", "output_1")


def test_arrays_are_read_only_and_replace_makes_a_changed_copy():
    network = make(inputs=1)
    with pytest.raises(ValueError, match="read-only"):
        network.bias[0] = 1.0
    changed = network.replace(bias=np.ones(20))
    assert changed.bias.sum() == 20
    assert network.bias.sum() == 0
    assert changed.recurrent is network.recurrent


def test_replace_with_more_channels_names_them():
    changed = make(inputs=1).replace(input_weights=np.ones((20, 3)), readout_weights=np.ones((2, 20)))
    assert changed.input_names == ("input_0", "input_1", "input_2")
    assert changed.readout_bias.shape == (2,)


def test_a_network_of_a_given_operator():
    operator = ns.Operator(np.eye(3))
    assert ns.Network(ns.LeakyCurrent(), operator, 3).recurrent.equals(operator)


def test_jacobian_equals_finite_differences_for_two_variables():
    network = ns.Network(ns.Adaptive("tanh", strength=0.6), ns.Gaussian(1.2), 6, inputs=1, rng=0)
    state, drive = np.random.default_rng(1).normal(size=(6, 2)), np.array([0.4])

    def flow(flat):
        x, a = flat.reshape(2, 6)
        current = network.recurrent @ network.neuron.rate(x, a) + network.input_weights @ drive
        return np.concatenate(network.neuron.drift(x, a, current))

    flat, step = state.T.ravel(), 1e-6
    numerical = np.array([(flow(flat + step * e) - flow(flat - step * e)) / (2 * step) for e in np.eye(12)]).T
    np.testing.assert_allclose(network.jacobian(state, drive), numerical, atol=1e-8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, ParameterError, r"size must be at least 1 \(got 0\)"),
        ({"size": -3}, ParameterError, r"size must be at least 1 \(got -3\)"),
        ({"size": 2.5}, ParameterError, r"size must be a whole number \(got 2\.5\)"),
        ({"inputs": -1}, ParameterError, r"inputs must be at least 0 \(got -1\)"),
        ({"inputs": ["a", "a"]}, ParameterError, r"inputs must be a number of channels .*got \['a', 'a'\]"),
        ({"outputs": "ab"}, ParameterError, r"outputs must be a number of channels .*got 'ab'"),
        (
            {"readout": "softmin"},
            UnknownNameError,
            r"readout = 'softmin' is unknown\. Did you mean 'softmax'",
        ),
        ({"dtype": "float16"}, UnknownNameError, r"dtype = 'float16' is unknown"),
        ({"rng": "seed"}, ParameterError, r"rng must be an int .*got 'seed'"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"bias": np.ones(3)}, ShapeError, r"bias must have shape \(20,\) \(got \(3,\)\)"),
        ({"bias": np.full(20, np.nan)}, ParameterError, r"bias\[0\] must be finite \(got nan\)"),
        ({"input_weights": np.ones((3, 1))}, ShapeError, r"input_weights must have shape .*\(got \(3, 1\)\)"),
        (
            {"initial_state": np.ones(19)},
            ShapeError,
            r"state must .* \(20,\) for a LeakyCurrent \(got \(19,\)\)",
        ),
        ({"neuron": "tanh"}, ParameterError, r"neuron must be a Neuron \(got 'tanh'\)"),
        ({"recurrent": np.eye(20)}, ParameterError, r"recurrent must be an Operator \(got an ndarray\)"),
        ({"biass": np.ones(20)}, UnknownKeywordError, r"takes no 'biass'\. Did you mean 'bias'"),
    ],
)
def test_bad_parts_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        make().replace(**changes)


def test_parameters_per_unit_must_fit_the_network():
    with pytest.raises(
        ShapeError,
        match=r"LeakyCurrent\.tau must be one number, or one per unit with shape .* \(got shape \(3,\)\)",
    ):
        ns.Network(ns.LeakyCurrent(tau=np.ones(3)), ns.Gaussian(), 4)


def test_connectivity_must_be_one():
    with pytest.raises(
        ParameterError,
        match=r"must be a Connectivity or an Operator \(got an ndarray\); wrap a matrix as ns\.Explicit",
    ):
        ns.Network(ns.LeakyCurrent(), np.eye(3), 3)


def test_unknown_keyword_suggests_the_nearest():
    with pytest.raises(UnknownKeywordError, match=r"'imputs'\. Did you mean 'inputs'"):
        make(imputs=3)
    with pytest.raises(UnknownKeywordError, match=r"^Network\(\) takes no keyword 'N'\. Did you mean 'size'"):
        make(N=3)


def test_operator_of_another_size_is_refused():
    with pytest.raises(ShapeError, match=r"size must be that of the connectivity, 3 \(got 4\)"):
        ns.Network(ns.LeakyCurrent(), ns.Operator(np.eye(3)), 4)


@pytest.mark.parametrize("wrong", [np.zeros(3), "tanh", None, 3])
def test_what_is_not_a_neuron_is_named(wrong):
    with pytest.raises(ParameterError, match=r"neuron must be a Neuron \(got .*\); try ns.LeakyCurrent"):
        ns.Network(wrong, ns.Gaussian(), 4)
