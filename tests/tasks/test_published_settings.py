"""Published settings: networks and trainers as the authors of a task had them."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError, UnknownKeywordError, UnknownNameError
from neurosim.trainers import Adam, ClipValue, MeanSquaredError

GO, ALL = ns.tasks.yang2019("go"), ns.tasks.yang2019("all")


@pytest.mark.parametrize("task", [GO, ALL], ids=["one rule", "all rules"])
def test_the_network_of_yang_2019(task):
    network = ns.Network.for_task(task, rng=0)
    assert network.neuron == ns.LeakyRate("softplus", tau=100.0)
    assert (network.size, network.readout) == (256, "logistic")
    assert (network.input_names, network.output_names) == (task.inputs, task.outputs)
    assert_array_equal(network.recurrent.dense(), 0.5 * np.eye(256))
    assert not network.bias.any()
    assert not network.readout_bias.any()
    # 21,760 normal numbers of variance 1 / 85, whose mean square is known to 1 %
    assert_allclose(network.input_weights.std(), 85**-0.5, rtol=0.02)
    edge = np.sqrt(6 / (256 + 33))
    assert 0.999 * edge < np.abs(network.readout_weights).max() < edge
    assert_allclose(network.readout_weights.std(), edge / np.sqrt(3), rtol=0.02)


@pytest.mark.parametrize("task", [GO, ALL], ids=["one rule", "all rules"])
def test_the_trainer_of_yang_2019(task):
    trainer = ns.BPTT.for_task(task)
    assert (trainer.dt, trainer.scheme, trainer.batch_size, trainer.fresh) == (20.0, "euler", 64, True)
    assert trainer.optimizer == Adam(1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, epsilon_form="keras")
    assert trainer.clipping == ClipValue(1.0)
    assert trainer.loss == MeanSquaredError()
    assert trainer.penalties == ()
    assert trainer.noise == ns.noise.noise_from_yang2019(0.05, 100.0)
    # at most ten million trials, and a test after every 500 updates
    assert trainer.trials == 500 * 64
    assert 0 <= 10_000_000 - trainer.epochs * trainer.trials < trainer.trials


def test_a_network_of_a_task_learns_with_the_trainer_of_the_task():
    network = ns.Network.for_task(ALL, size=8, dtype="float32", rng=0)
    training = ns.BPTT.for_task(ALL, epochs=1, trials=64).fit(network, ALL, rng=0)
    assert training.complete
    assert not training.network.equals(network)


def test_everything_can_be_changed():
    given = np.full((9, 85), 2.0)
    network = ns.Network.for_task(
        GO, size=9, connectivity=ns.Orthogonal(), readout="linear", input_weights=given, rng=1
    )
    assert (network.size, network.connectivity, network.readout) == (9, ns.Orthogonal(), "linear")
    assert_array_equal(network.input_weights, given)
    assert ns.BPTT.for_task(GO, dt=10.0, noise=None) == ns.BPTT.for_task(GO).replace(dt=10.0, noise=None)


def test_the_same_seed_gives_the_same_network():
    one, again, other = (ns.Network.for_task(GO, size=9, rng=seed) for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


@dataclass(frozen=True)
class Unpublished(ns.tasks.And):
    """A gate that nobody has trained yet."""

    @property
    def settings(self):
        return {}


@dataclass(frozen=True)
class Misspelt(ns.tasks.And):
    """Settings with a part that nobody reads."""

    @property
    def settings(self):
        return {"trainers": {}}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ns.BPTT.for_task(Unpublished()),
            ParameterError,
            r"no published settings of the trainer.*BPTT",
        ),
        (
            lambda: ns.Network.for_task(Unpublished()),
            ParameterError,
            r"settings of the network.*ns\.Network\(",
        ),
        (lambda: ns.BPTT.for_task(Misspelt()), ParameterError, r"Misspelt\.settings.*Did you mean 'trainer'"),
        (lambda: ns.BPTT.for_task("go"), ParameterError, r"task is a str; give a Task"),
        (lambda: ns.Network.for_task(ns.tasks.And), ParameterError, r"give a Task"),
        (lambda: ns.BPTT.for_task(GO, epoch=3), UnknownKeywordError, r"BPTT.*Did you mean 'epochs'"),
        (lambda: ns.Network.for_task(GO, units=3), UnknownKeywordError, r"Network.*takes no keyword 'units'"),
        (lambda: ns.Network.for_task(GO, readout_weights="glorrot"), UnknownNameError, r"'glorot'"),
    ],
)
def test_what_cannot_be(call, error, message):
    with pytest.raises(error, match=message):
        call()
