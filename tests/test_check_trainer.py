"""The conformance check passes what is right, and names the rule that a wrong trainer breaks."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError, PluginError
from neurosim.randomness import child, seed_sequence
from neurosim.stepping import Stepping
from neurosim.testing import check_plugin, check_trainer
from neurosim.trainers import History, Trainer, Training, check_channels


def test_gradient_descent_obeys_the_rules():
    report = check_trainer(ns.BPTT(dt=1.0, epochs=2, trials_per_epoch=8, batch_size=4))
    assert report[0] == "a frozen dataclass with a docstring"
    assert report[-1] == "saved and loaded, its training is the same"


def test_a_network_and_a_task_may_be_given():
    task = ns.tasks.And(response=10.0)
    net = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 8, inputs=task.inputs, outputs=task.outputs, rng=0)
    assert len(check_trainer(ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=4), network=net, task=task)) == 8


def mean_target(self, network, task, rng=None, **_):
    """Readout bias at the mean of the targets: the least that learns anything."""
    check_channels(network, task)
    seed = seed_sequence(rng)
    trials = task.trials(20, 1.0, child(seed, "trials"))
    trained = network.replace(readout_bias=trials.targets.mean(axis=(0, 1)), stepping=Stepping(1.0))
    history = History.from_rows([{"loss": trials.targets.var()}])
    return Training(self, task, start=network, best=trained, last=trained, history=history, seed=seed)


def trainer(fit, **members):
    """Trainer class with this method."""
    members = {"__doc__": "A trainer for a test.", "fit": fit, **members}
    return dataclass(frozen=True)(type("Rule", (Trainer,), members))


def changed(**parts):
    """Return a fit whose training has other parts."""

    def fit(self, *arguments, **keywords):
        training = mean_target(self, *arguments, **keywords)
        return replace(training, **{name: make(training) for name, make in parts.items()})

    return fit


def without_check(self, network, task, rng=None, **_):
    seed = seed_sequence(rng)
    trials = task.trials(20, 1.0, child(seed, "trials"))
    bias = np.full(len(network.output_names), trials.targets.mean())
    trained = network.replace(readout_bias=bias, stepping=Stepping(1.0))
    history = History.from_rows([{"loss": 1.0}])
    return Training(self, task, start=network, best=trained, last=trained, history=history, seed=seed)


def with_another_error(self, network, task, rng=None, **_):
    training = without_check(self, network, task, rng)
    if len(network.output_names) != len(task.outputs):
        raise IndexError("index 1 is out of bounds")
    return training


def with_global_numbers(self, network, task, *_, **__):
    return mean_target(self, network, task, int(np.random.randint(1000)))  # noqa: NPY002


def with_one_seed(self, network, task, *_, **__):
    return mean_target(self, network, task, 3)


def in_place(self, network, task, rng=None, **_):
    training = mean_target(self, network, task, rng)
    network.bias.setflags(write=True)
    network.bias[0] = 1.0
    return training


def with_state(self, network, task, rng=None, **_):
    object.__setattr__(self, "size", self.size + 1.0)
    return replace(mean_target(self, network, task, rng), trainer=self)


def test_the_smallest_trainer_obeys_the_rules():
    assert len(check_trainer(trainer(mean_target))) == 8


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda *_, **__: None, r"fit\(\) returns a Training \(got NoneType\)"),
        (changed(task=lambda _: ns.tasks.And()), "its training says by what and from what it came"),
        (changed(start=lambda training: training.last), "its training says by what and from what it came"),
        (changed(history=lambda _: History()), "the history has finite losses"),
        (changed(history=lambda _: History({"loss": [np.nan]})), "the history has finite losses"),
        (
            changed(last=lambda training: training.start.replace(stepping=Stepping(1.0))),
            "it changes something",
        ),
        (
            changed(best=lambda training: training.best.astype("float32")),
            "best network has the channels and the",
        ),
        (
            changed(last=lambda training: training.last.replace(stepping=None)),
            r"last network has the steps and the noise of its training \(got stepping=None\)",
        ),
        (in_place, "the network that it is given stays as it is"),
        (with_global_numbers, "same seed gives the same weights and the same history"),
        (with_one_seed, "another seed shows other trials"),
        (
            without_check,
            r"a network of 2 outputs is an error .* \(none was raised\).*with check_channels",
        ),
        (with_another_error, r"is an error for a task of 1 \(IndexError: index 1"),
    ],
)
def test_broken_rules_are_named(fit, message):
    with pytest.raises(PluginError, match=message):
        check_trainer(trainer(fit))


def test_fit_that_changes_its_settings():
    cls = trainer(with_state, size=0.0, __annotations__={"size": float})
    with pytest.raises(PluginError, match=r"fit\(\) changes nothing in self"):
        check_trainer(cls)


def test_setting_that_no_file_can_hold():
    cls = trainer(mean_target, thing=None, __annotations__={"thing": "object"})
    with pytest.raises(PluginError, match=r"its training is saved and loaded .* cannot be stored"):
        check_trainer(cls(thing=object()))


def test_class_that_needs_arguments():
    cls = trainer(mean_target, __annotations__={"rate": float})
    with pytest.raises(
        ParameterError, match=r"cannot be made without arguments .* check_trainer\(Rule\(\.\.\.\)\)"
    ):
        check_trainer(cls)


def test_something_else():
    with pytest.raises(PluginError, match=r"a trainer is a subclass of neurosim\.Trainer"):
        check_trainer(ns.tasks.And())


def test_a_trainer_is_found_by_its_name_and_checked():
    assert list(check_plugin("BPTT")) == ["BPTT"]
