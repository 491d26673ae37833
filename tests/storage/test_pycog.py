"""Parameters of pycog: current form, its activations and its noise."""

import logging

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError

UNITS, INPUTS, OUTPUTS = 5, 2, 3
TAU, DT = 100.0, 20.0

HIDDEN = {
    "linear": lambda x: x,
    "rectify": lambda x: np.maximum(x, 0.0),
    "rectify_power": lambda x: np.maximum(x, 0.0) ** 2,
    "rtanh": lambda x: np.maximum(np.tanh(x), 0.0),
    "sigmoid": expit,
    "tanh": np.tanh,
}
OUTPUT = {
    "linear": lambda z: z,
    "sigmoid": expit,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True),
}


def parameters(rng):
    return {
        "Win": rng.standard_normal((UNITS, INPUTS)),
        "Wrec": 0.3 * rng.standard_normal((UNITS, UNITS)),
        "Wout": rng.standard_normal((OUTPUTS, UNITS)),
        "brec": 0.1 * rng.standard_normal(UNITS),
        "bout": rng.standard_normal(OUTPUTS),
        "x0": np.full(UNITS, 0.1),
    }


def evaluated(p, u, hidden, output):
    """z at every sample of pycog, which has the initial state as sample 0 and never uses u[0]."""
    x, rates = p["x0"], [hidden(p["x0"])]
    for sample in u[1:]:
        x = x + DT / TAU * (-x + p["Wrec"] @ rates[-1] + p["brec"] + p["Win"] @ sample)
        rates.append(hidden(x))
    return output(np.array(rates) @ p["Wout"].T + p["bout"])


@pytest.mark.parametrize(
    ("hidden", "output"),
    [("rectify", "linear"), ("rectify_power", "softmax"), ("rtanh", "sigmoid"), ("sigmoid", "linear")],
)
def test_simulation_is_the_step_of_pycog(rng, hidden, output):
    given, u = parameters(rng), rng.standard_normal((30, INPUTS))
    network = ns.storage.from_pycog(given, TAU, hidden_activation=hidden, output_activation=output)
    run = ns.simulate(network, duration=29 * DT, dt=DT, scheme="euler", inputs=u[1:])
    # a contracting map; the two sum in another order
    assert_allclose(run.outputs[0], evaluated(given, u, HIDDEN[hidden], OUTPUT[output]), atol=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation_of_pycog_has_its_function_here(rng, hidden):
    network = ns.storage.from_pycog(parameters(rng), TAU, hidden_activation=hidden)
    currents = np.linspace(-2.0, 2.0, 41)
    assert_allclose(network.neuron.rate(currents), HIDDEN[hidden](currents), rtol=1e-14, atol=1e-16)


def test_what_pycog_did_not_train_is_none():
    given = {"Wrec": np.eye(3), "Win": None, "Wout": None, "brec": np.zeros(3), "bout": None, "x0": None}
    network = ns.storage.from_pycog(given, TAU)
    assert (network.input_names, network.output_names, network.initial_state) == ((), (), None)


def test_equation_and_noise_are_stated_in_the_log(rng, caplog):
    with caplog.at_level(logging.INFO, logger="neurosim.storage"):
        ns.storage.from_pycog(parameters(rng), TAU)
    (record,) = caplog.records
    for phrase in (
        "pycog",
        "sqrt(2 var_rec / a)",
        "scheme='euler'",
        "noise_from_psychrnn(sqrt(var_rec), tau)",
    ):
        assert phrase in record.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Wrec": np.ones((5, 4))}, r"Wrec must have shape \(units, units\) \(got \(5, 4\)\)"),
        ({"Win": np.ones((4, 2))}, r"Win must have shape \(5, inputs\) \(got \(4, 2\)\)"),
        ({"Wout": np.ones((3, 4))}, r"Wout must have shape \(outputs, 5\) \(got \(3, 4\)\)"),
        ({"brec": np.ones(4)}, r"brec must have shape \(5,\) \(got \(4,\)\)"),
        ({"bout": np.ones(4)}, r"bout must have shape \(3,\) \(got \(4,\)\)"),
        ({"x0": np.ones(4)}, r"x0 must have shape \(5,\) \(got \(4,\)\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(rng, changes, message):
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_pycog({**parameters(rng), **changes}, TAU)


def test_bad_arguments_are_named(rng):
    with pytest.raises(ParameterError, match="parameters must have 'Wrec'"):
        ns.storage.from_pycog({"Wrec": None}, TAU)
    with pytest.raises(UnknownNameError, match=r"unknown array 'Wrecs'\. Did you mean 'Wrec'"):
        ns.storage.from_pycog({"Wrecs": np.eye(3)}, TAU)
    with pytest.raises(UnknownNameError, match=r"hidden_activation = 'relu' is unknown.*rectify"):
        ns.storage.from_pycog(parameters(rng), TAU, hidden_activation="relu")
    with pytest.raises(UnknownNameError, match="output_activation = 'rectify' is unknown"):
        ns.storage.from_pycog(parameters(rng), TAU, output_activation="rectify")
