"""Weights of PsychRNN: current form, masks, Dale's law and its noise."""

import logging

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.noise import noise_from_psychrnn

UNITS, INPUTS, OUTPUTS = 5, 2, 3
TAU, DT = 100.0, 10.0


def weights(rng):
    """Weights as training holds them: neither masked nor with the signs of Dale's law."""
    return {
        "W_rec": 0.4 * rng.standard_normal((UNITS, UNITS)),
        "W_in": rng.standard_normal((UNITS, INPUTS)),
        "W_out": rng.standard_normal((OUTPUTS, UNITS)),
        "b_rec": 0.1 * rng.standard_normal(UNITS),
        "b_out": rng.standard_normal(OUTPUTS),
        "init_state": 0.1 + 0.01 * rng.standard_normal((1, UNITS)),
        "rec_connectivity": 1.0 - np.eye(UNITS),
        "input_connectivity": np.where(np.arange(UNITS) < 3, 1.0, 0.0)[:, None] * np.ones(INPUTS),
        "output_connectivity": np.ones((OUTPUTS, UNITS)),
        "Dale_rec": np.eye(UNITS),
        "Dale_out": np.eye(UNITS),
    }


def with_dale(given):
    return {
        **given,
        "Dale_rec": np.diag([1.0, 1.0, 1.0, 1.0, -1.0]),
        "Dale_out": np.diag([1.0, 1.0, 1.0, 1.0, 0.0]),
        "dale_ratio": 0.8,
    }


def effective(w):
    """Matrices that PsychRNN multiplies with, by its documentation."""
    recurrent, inputs, outputs = (
        w[name] * w[f"{mask}_connectivity"]
        for name, mask in (("W_rec", "rec"), ("W_in", "input"), ("W_out", "output"))
    )
    if "dale_ratio" in w:
        return np.abs(recurrent) @ w["Dale_rec"], np.abs(inputs), np.abs(outputs) @ w["Dale_out"]
    return recurrent, inputs, outputs


def evaluated(w, inputs):
    recurrent, into, out = effective(w)
    x, outputs = w["init_state"][0], []
    alpha = DT / TAU
    for sample in inputs:
        x = (1.0 - alpha) * x + alpha * (recurrent @ np.maximum(x, 0.0) + into @ sample + w["b_rec"])
        outputs.append(out @ np.maximum(x, 0.0) + w["b_out"])
    return np.array(outputs)


@pytest.mark.parametrize("dale", [False, True])
def test_simulation_is_the_step_of_psychrnn(rng, dale):
    given, inputs = weights(rng), rng.standard_normal((40, INPUTS))
    given = with_dale(given) if dale else given
    network = ns.storage.from_psychrnn(given, tau=TAU)
    run = ns.simulate(network, duration=40 * DT, dt=DT, scheme="euler", inputs=inputs)
    # forty steps of a contracting map; the two sum in another order
    assert_allclose(run.outputs[0, 1:], evaluated(given, inputs), atol=1e-13)


@pytest.mark.parametrize("dale", [False, True])
def test_weights_that_psychrnn_saved_stay_what_they_are(rng, dale, tmp_path):
    given = with_dale(weights(rng)) if dale else weights(rng)
    saved = {**given, **dict(zip(("W_rec", "W_in", "W_out"), effective(given), strict=True))}
    # without Dale's law PsychRNN saves dale_ratio = None, an object that is never unpickled here
    saved.setdefault("dale_ratio", None)
    np.savez(tmp_path / "weights.npz", **saved)
    with np.load(tmp_path / "weights.npz") as file:
        network = ns.storage.from_psychrnn(file, tau=TAU)
    assert_array_equal(network.recurrent.dense(), saved["W_rec"])
    assert_array_equal(network.input_weights, saved["W_in"])
    assert_array_equal(network.readout_weights, saved["W_out"])
    assert network.equals(ns.storage.from_psychrnn(given, tau=TAU))


def test_the_file_that_psychrnn_publishes_is_read_by_its_layout(rng, tmp_path):
    """Names, shapes and types of docs/notebooks/weights/saved_weights.npz of github.com/murraylab/PsychRNN."""
    units, inputs, outputs = 50, 2, 2
    trained = {
        "init_state": (1, units),
        "W_in": (units, inputs),
        "W_rec": (units, units),
        "W_out": (outputs, units),
        "b_rec": (units,),
        "b_out": (outputs,),
    }
    saved = {name: rng.standard_normal(shape).astype("f4") for name, shape in trained.items()}
    saved |= {f"Dale_{part}": np.eye(units, dtype="f4") for part in ("rec", "out")}
    for part, name in (("input", "W_in"), ("rec", "W_rec"), ("output", "W_out")):
        saved[f"{part}_connectivity"] = np.ones(trained[name], "f4")
    # the moments of the optimizer are not parameters of the network
    for moment in ("Adam", "Adam_1"):
        saved |= {f"{name}/{moment}": np.full(shape, 7.0, "f4") for name, shape in trained.items()}
    np.savez(tmp_path / "weights.npz", **saved, dale_ratio=None)
    with np.load(tmp_path / "weights.npz") as file:
        network = ns.storage.from_psychrnn(file, tau=TAU)
    read = {
        "W_rec": network.recurrent.dense(),
        "W_in": network.input_weights,
        "W_out": network.readout_weights,
        "b_rec": network.bias,
        "b_out": network.readout_bias,
        "init_state": network.initial_state[None],
    }
    for name, array in read.items():
        assert_array_equal(array, saved[name], err_msg=name)


def test_the_noise_that_is_stated_has_the_variance_of_psychrnn():
    rec_noise, steps = 0.3, 4000
    network = ns.storage.from_psychrnn(
        {"W_rec": np.zeros((UNITS, UNITS)), "init_state": np.zeros(UNITS)}, tau=TAU
    )
    noise = noise_from_psychrnn(rec_noise, TAU)
    run = ns.simulate(network, duration=steps * DT, dt=DT, noise=noise, trials=20, rng=3)
    increments = run.states[:, 1:] - (1.0 - DT / TAU) * run.states[:, :-1]
    # 20 x 4000 x 5 independent numbers: a relative error of 0.0011
    assert increments.std() == pytest.approx(np.sqrt(2.0 * DT / TAU) * rec_noise, rel=0.005)


def test_only_recurrent_weights_are_needed():
    network = ns.storage.from_psychrnn({"W_rec": np.eye(3)}, tau=np.array([1.0, 2.0, 3.0]), activation="tanh")
    assert network.neuron == ns.LeakyCurrent("tanh", tau=np.array([1.0, 2.0, 3.0]))
    assert (network.input_names, network.output_names, network.initial_state) == ((), (), None)


def test_equation_and_noise_are_stated_in_the_log(rng, caplog):
    with caplog.at_level(logging.INFO, logger="neurosim.storage"):
        ns.storage.from_psychrnn(weights(rng), tau=TAU)
    (record,) = caplog.records
    for phrase in (
        "PsychRNN Basic",
        "sqrt(2 a) rec_noise",
        "scheme='euler'",
        "noise_from_psychrnn(rec_noise, tau)",
    ):
        assert phrase in record.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"W_rec": np.ones((5, 4))}, r"W_rec must have shape \(units, units\) \(got \(5, 4\)\)"),
        ({"W_in": np.ones((4, 2))}, r"W_in must have shape \(5, inputs\) \(got \(4, 2\)\)"),
        ({"W_out": np.ones((3, 4))}, r"W_out must have shape \(outputs, 5\) \(got \(3, 4\)\)"),
        ({"b_rec": np.ones(4)}, r"b_rec must have shape \(5,\) \(got \(4,\)\)"),
        ({"b_out": np.ones(4)}, r"b_out must have shape \(3,\) \(got \(4,\)\)"),
        ({"init_state": np.ones((1, 4))}, r"init_state must have shape \(1, 5\) \(got \(1, 4\)\)"),
        (
            {"rec_connectivity": np.ones((5, 4))},
            r"rec_connectivity must have shape \(5, 5\) \(got \(5, 4\)\)",
        ),
        ({"Dale_rec": np.ones(5)}, r"Dale_rec must have shape \(5, 5\) \(got \(5,\)\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(rng, changes, message):
    with pytest.raises(ShapeError, match=message):
        ns.storage.from_psychrnn({**weights(rng), **changes}, tau=TAU)


def test_bad_arguments_are_named(rng):
    with pytest.raises(ParameterError, match=r"weights must have 'W_rec' \(it has: W_in\)"):
        ns.storage.from_psychrnn({"W_in": np.eye(3)}, tau=TAU)
    with pytest.raises(ParameterError, match=r"weights must be a mapping of names to arrays \(got a list\)"):
        ns.storage.from_psychrnn([np.eye(3)], tau=TAU)
    with pytest.raises(UnknownNameError, match=r"activation = 'rel' is unknown.*Did you mean 'relu'"):
        ns.storage.from_psychrnn(weights(rng), tau=TAU, activation="rel")
    with pytest.raises(ParameterError, match="tau"):
        ns.storage.from_psychrnn(weights(rng), tau=-1.0)
