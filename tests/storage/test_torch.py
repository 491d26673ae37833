"""State dictionaries of PyTorch, as plain arrays."""

import logging

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

UNITS, INPUTS, OUTPUTS = 5, 2, 3


def state(rng, prefix="rnn.", suffix="_l0"):
    shapes = {
        f"{prefix}weight_ih{suffix}": (UNITS, INPUTS),
        f"{prefix}weight_hh{suffix}": (UNITS, UNITS),
        f"{prefix}bias_ih{suffix}": (UNITS,),
        f"{prefix}bias_hh{suffix}": (UNITS,),
        "fc.weight": (OUTPUTS, UNITS),
        "fc.bias": (OUTPUTS,),
    }
    return {name: (0.3 * rng.standard_normal(shape)).astype(np.float32) for name, shape in shapes.items()}


def evaluated(given, inputs, activation):
    """The documented equation of nn.RNN followed by nn.Linear."""
    w = {name.removeprefix("rnn."): array.astype(np.float64) for name, array in given.items()}
    hidden, outputs = np.zeros(UNITS), []
    for sample in inputs:
        hidden = activation(
            w["weight_ih_l0"] @ sample + w["bias_ih_l0"] + w["weight_hh_l0"] @ hidden + w["bias_hh_l0"]
        )
        outputs.append(w["fc.weight"] @ hidden + w["fc.bias"])
    return np.array(outputs)


@pytest.mark.parametrize(("name", "function"), [("tanh", np.tanh), ("relu", lambda x: np.maximum(x, 0.0))])
def test_simulation_is_the_map_of_torch(rng, name, function):
    given, inputs = state(rng), rng.standard_normal((30, INPUTS))
    network = ns.storage.from_torch(given, nonlinearity=name)
    run = ns.simulate(network, duration=30, dt=1.0, scheme="euler", inputs=inputs)
    # thirty steps of a contracting map; the two sum in another order
    assert_allclose(run.outputs[0, 1:], evaluated(given, inputs, function), atol=1e-13)


@pytest.mark.parametrize(("prefix", "suffix"), [("", "_l0"), ("model.core.", "_l0"), ("cell.", "")])
def test_arrays_are_found_under_any_prefix(rng, prefix, suffix):
    given = state(rng, prefix, suffix)
    network = ns.storage.from_torch(given, dtype="float32")
    assert network.dtype == np.float32
    assert_array_equal(network.recurrent.dense(), given[f"{prefix}weight_hh{suffix}"])
    assert_array_equal(network.readout_weights, given["fc.weight"])


def test_biases_and_readout_may_be_missing(rng):
    given = {name: array for name, array in state(rng).items() if "bias" not in name and "fc" not in name}
    network = ns.storage.from_torch(given)
    assert not network.bias.any()
    assert network.output_names == ()
    assert_array_equal(network.initial_state, np.zeros(UNITS))


def test_equation_and_noise_are_stated_in_the_log(rng, caplog):
    with caplog.at_level(logging.INFO, logger="neurosim.storage"):
        ns.storage.from_torch(state(rng))
    (record,) = caplog.records
    for phrase in ("PyTorch nn.RNN", "b_ih + W_hh h + b_hh", "dt=1.0, scheme='euler'", "noise=None"):
        assert phrase in record.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rnn.weight_hh_l1": np.eye(UNITS)}, "'rnn.weight_hh_l1', so the network has several layers"),
        ({"rnn.weight_ih_l0_reverse": np.eye(UNITS)}, "'rnn.weight_ih_l0_reverse'.*two directions"),
        ({"rnn.weight_hr_l0": np.eye(UNITS)}, "'rnn.weight_hr_l0'.*projection"),
        ({"other.weight_hh_l0": np.eye(UNITS)}, "'other.weight_hh_l0' of a second recurrent layer"),
        ({"rnn.weight_hh_l0": np.ones((3 * UNITS, UNITS))}, r"shape \(15, 5\), that of a GRU with 5 units"),
        ({"rnn.weight_hh_l0": np.ones((4 * UNITS, UNITS))}, r"shape \(20, 5\), that of a LSTM with 5 units"),
        ({"norm.weight": np.ones(UNITS)}, "'norm.weight', which belongs to no RNN"),
        ({"rnn.weight_hh_l0": None}, "state has no 'weight_hh' .*add that array"),
        ({"rnn.weight_ih_l0": None}, "state has no 'weight_ih' .*add that array"),
        ({"rnn.bias_hh_l0": np.full(UNITS, np.nan)}, r"bias_hh\[0\] = nan is not finite"),
    ],
)
def test_other_modules_are_refused_by_the_name_of_the_array(rng, changes, message):
    given = {name: array for name, array in {**state(rng), **changes}.items() if array is not None}
    with pytest.raises(ParameterError, match=message):
        ns.storage.from_torch(given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rnn.weight_hh_l0": np.ones((5, 4))}, r"weight_hh has shape \(5, 4\); it must be \(units, units\)"),
        ({"rnn.weight_ih_l0": np.ones((4, 2))}, r"weight_ih has shape \(4, 2\); it must be \(5, inputs\)"),
        ({"rnn.bias_ih_l0": np.ones(4)}, r"bias_ih has shape \(4,\); it must be \(5,\)"),
        ({"fc.weight": np.ones((3, 4))}, r"fc\.weight has shape \(3, 4\); it must be \(outputs, 5\)"),
        ({"fc.bias": np.ones(4)}, r"fc\.bias has shape \(4,\); it must be \(3,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(rng, changes, message):
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_torch({**state(rng), **changes})


def test_bad_arguments_are_named(rng):
    with pytest.raises(UnknownNameError, match=r"nonlinearity = 'gelu' is unknown.*relu, tanh"):
        ns.storage.from_torch(state(rng), nonlinearity="gelu")
    with pytest.raises(ParameterError, match=r"state is a list, no mapping.*state_dict\(\)"):
        ns.storage.from_torch([1, 2])
