"""A batch is checked when it is made, and fits what a simulation returns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.tasks import Trials, Xor


def parts(**changes):
    given = {
        "inputs": np.zeros((4, 10, 2)),
        "targets": np.ones((4, 10, 1)),
        "epochs": {"delay": (2, [4, 5, 6, 7])},
        "conditions": {"answer": np.arange(4)},
    }
    return {"task": Xor(), "dt": 0.5, **given, **changes}


def test_what_is_left_out():
    trials = Trials(**parts(epochs=None, conditions=None))
    assert trials.mask.shape == (4, 10, 1)
    assert (trials.mask == 1.0).all()
    assert (trials.epochs, trials.conditions) == ({}, {})
    assert (len(trials), trials.steps) == (4, 10)
    assert_allclose(trials.times, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])


def test_masks_and_epochs_broadcast():
    trials = Trials(**parts(mask=np.arange(10.0)[:, None]))
    assert_array_equal(trials.mask[3, :, 0], np.arange(10.0))
    assert_array_equal(trials.epochs["delay"], [[2, 2, 2, 2], [4, 5, 6, 7]])
    assert_array_equal(trials.during("delay").sum(axis=(1, 2)), [2, 3, 4, 5])


def test_outputs_after_the_last_step_of_an_epoch():
    outputs = np.arange(40.0).reshape(4, 10, 1)
    assert_array_equal(Trials(**parts()).last(outputs, "delay")[:, 0], [3, 14, 25, 36])


@pytest.mark.parametrize("chosen", [slice(1, 3), [2, 0], np.array([True, False, False, True])])
def test_some_of_the_trials(chosen):
    rng = np.random.default_rng(0)
    trials = Trials(**parts(inputs=rng.random((4, 10, 2)), targets=rng.random((4, 10, 1))))
    some = trials[chosen]
    for name in ("inputs", "targets", "mask"):
        assert_array_equal(getattr(some, name), getattr(trials, name)[chosen])
    assert_array_equal(some.conditions["answer"], np.arange(4)[chosen])
    assert_array_equal(some.epochs["delay"][1], np.array([4, 5, 6, 7])[chosen])


def test_a_simulation_of_the_trials_is_aligned_with_the_targets():
    trials = ns.tasks.And(noise=0.0, fixation=4.0, stimulus=3.0, delay=2.0, response=5.0).trials(
        6, 1.0, rng=0
    )
    network = ns.Network(
        ns.LeakyRate("linear", tau=1.0),
        ns.Explicit(np.zeros((1, 1))),
        size=1,
        inputs=trials.task.inputs,
        outputs=trials.task.outputs,
    ).replace(input_weights=np.ones((1, 2)), readout_weights=np.ones((1, 1)))
    run = ns.simulate(network, **trials.simulation, initial_state=[7.0])
    # with dt = tau the unit holds, after each step, the input of that step
    assert_allclose(trials.align(run)[..., 0], trials.inputs.sum(axis=2), atol=1e-12)
    assert_allclose(trials.align(run.outputs), trials.align(run.outputs[:, 1:]))
    assert_array_equal(trials.accuracy(run), trials.accuracy(run.outputs))
    assert network.input_names == ("A", "B")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"inputs": np.zeros((4, 10, 3))},
            ShapeError,
            r"inputs of Xor must have shape .* A, B \(got \(4, 10, 3\)\)",
        ),
        ({"targets": np.zeros((4, 10))}, ShapeError, r"targets of Xor must have shape .*got \(4, 10\)"),
        (
            {"targets": np.zeros((4, 9, 1))},
            ShapeError,
            r"same trials and steps \(got \(4, 10\) and \(4, 9\)\)",
        ),
        (
            {"targets": np.full((4, 10, 1), np.nan)},
            ParameterError,
            r"targets\[0, 0, 0\] must be finite \(got nan\)",
        ),
        (
            {"inputs": np.full((4, 10, 2), np.inf)},
            ParameterError,
            r"inputs\[0, 0, 0\] must be finite \(got inf\)",
        ),
        ({"mask": 0.0}, ParameterError, "mask must be non-negative and positive somewhere .got 0 everywhere"),
        ({"mask": -np.ones((4, 10, 1))}, ParameterError, "mask must be non-negative .*got a minimum of -"),
        ({"mask": np.ones((4, 9, 1))}, ShapeError, r"mask must broadcast .*got \(4, 9, 1\)"),
        ({"dt": -1.0}, ParameterError, r"dt must be positive \(got -1.0\)"),
        ({"epochs": {"late": (3, 11)}}, ParameterError, "epoch 'late' must lie within the trial.* <= 10"),
        ({"epochs": {"late": (3, 2)}}, ParameterError, "epoch 'late' must lie within the trial"),
        ({"conditions": {"answer": np.zeros(3)}}, ShapeError, r"'answer' must have 4 trials .*shape \(3,\)"),
    ],
)
def test_invalid_arguments(changes, error, message):
    with pytest.raises(error, match=message):
        Trials(**parts(**changes))


def test_arrays_of_any_memory_layout_mean_their_numbers():
    inputs = np.random.default_rng(0).standard_normal((4, 10, 2))
    locked = inputs.copy()
    locked.setflags(write=False)
    wide = np.full((8, 10, 6), np.nan)
    wide[::2, :, ::3] = inputs
    expected = Trials(**parts(inputs=inputs))
    for given in (inputs.astype(">f8"), np.asfortranarray(inputs), wide[::2, :, ::3], locked):
        trials = Trials(**parts(inputs=given, mask=given[..., :1] ** 2))
        assert_array_equal(trials.inputs, expected.inputs)
        assert_array_equal(trials.mask, inputs[..., :1] ** 2)
        assert trials.inputs.dtype == np.dtype("=f8")
        assert trials.inputs.flags.c_contiguous


@pytest.mark.parametrize("name", ["inputs", "targets"])
def test_a_nan_where_the_mask_is_zero_is_named_too(name):
    """Zero times NaN is NaN: it would spoil the loss and every gradient."""
    given = parts()
    given["mask"] = np.ones((4, 10, 1))
    given["mask"][2, 7:] = 0.0
    given[name] = np.array(given[name], dtype=float)
    given[name][2, 8, 0] = np.nan
    with pytest.raises(ParameterError, match=rf"{name}\[2, 8, 0\] must be finite \(got nan\)"):
        Trials(**given)


def test_outputs_of_something_else():
    trials = Trials(**parts())
    with pytest.raises(ShapeError, match=r"outputs must have shape \(4, 10, 1\).*got \(4, 12, 1\)"):
        trials.accuracy(np.zeros((4, 12, 1)))
    with pytest.raises(ParameterError, match=r"outputs\[0, 0, 0\] must be finite \(got nan\)"):
        trials.align(np.full((4, 10, 1), np.nan))
    with pytest.raises(UnknownNameError, match=r"epoch 'dealy' is unknown\. Did you mean 'delay'"):
        trials.last(np.zeros((4, 10, 1)), "dealy")
    with pytest.raises(ParameterError, match=r"trials must be selected by a slice .*got 3"):
        trials[3]
    with pytest.raises(ParameterError, match=r"trials must be selected by a slice .*got \[\]"):
        trials[np.array([], dtype=int).tolist()]


def test_trials_of_different_length_are_padded_and_nothing_counts_after_their_end():
    rng = np.random.default_rng(0)
    lengths = (3, 7, 5)
    inputs = [rng.standard_normal((steps, 2)) for steps in lengths]
    targets = [rng.standard_normal(steps) for steps in lengths]  # one channel needs no axis
    trials = Trials.from_ragged(Xor(), 0.5, inputs, targets, conditions={"answer": [0, 1, 1]})
    assert trials.inputs.shape == (3, 7, 2)
    for k, steps in enumerate(lengths):
        assert_array_equal(trials.inputs[k, :steps], inputs[k])
        assert_array_equal(trials.targets[k, :steps, 0], targets[k])
        assert not trials.inputs[k, steps:].any()
        assert_array_equal(trials.mask[k, :, 0], np.arange(7) < steps)
    assert_array_equal(trials.conditions["duration"], [1.5, 3.5, 2.5])
    assert_array_equal(trials.during("trial")[..., 0], trials.mask[..., 0] == 1.0)


def test_ragged_trials_that_do_not_fit_are_named():
    two, three = np.ones((2, 2)), np.ones((3, 2))
    with pytest.raises(
        ShapeError, match=r"targets must have the lengths of the inputs, \[2, 3\] \(got \[2, 2\]\)"
    ):
        Trials.from_ragged(Xor(), 1.0, [two, three], [np.ones(2), np.ones(2)])
    with pytest.raises(ShapeError, match=r"all trials must have the same channels"):
        Trials.from_ragged(Xor(), 1.0, [two, np.ones((2, 3))], [np.ones(2), np.ones(2)])
    with pytest.raises(ShapeError, match=r"inputs must have at least one trial"):
        Trials.from_ragged(Xor(), 1.0, [], [])
    with pytest.raises(ShapeError, match=r"inputs of Xor must have shape"):
        Trials.from_ragged(Xor(), 1.0, [np.ones((2, 3))], [np.ones(2)])
