"""Steps and noise of a training: their defaults, in any unit of time, and that the trained network keeps them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tiny import Echo

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.stepping import Stepping
from neurosim.trainers import (
    SGD,
    Adam,
    Force,
    FullForce,
    Innate,
    RewardHebbian,
    Ridge,
    SynapticIntelligence,
)

GRADIENT = ns.BPTT(epochs=2, trials_per_epoch=8, batch_size=4, optimizer=SGD(0.1), threads=1)
TRAINERS = [
    GRADIENT,
    SynapticIntelligence(tasks=(Echo(),), trainer=GRADIENT),
    Force(trials=2),
    FullForce(trials=2),
    Innate(trials=1, readout_trials=1, noise_level=0.1),
    RewardHebbian(trials=3, warm_up=0),
    Ridge(trials=3),
]
each = pytest.mark.parametrize("trainer", TRAINERS, ids=lambda trainer: type(trainer).__name__)


def network(tau, **settings):
    task = Echo()
    return ns.Network(
        ns.LeakyCurrent("tanh", tau=tau),
        ns.Gaussian(gain=1.2),
        20,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=0,
        **settings,
    )


@each
def test_seconds_and_milliseconds_give_the_same_training(trainer):
    trained = []
    for unit in (1.0, 1000.0):
        task = Echo(stimulus=4.0 * unit, response=6.0 * unit)
        changed = trainer.replace(tasks=(task,)) if isinstance(trainer, SynapticIntelligence) else trainer
        trained.append(changed.fit(network(2.0 * unit), task, rng=3))
    assert trained[0].history.names == trained[1].history.names
    for name, values in trained[0].history.items():
        assert_allclose(trained[1].history[name], values, rtol=1e-6, atol=1e-9, err_msg=name)
    assert_allclose(
        trained[1].last.recurrent.dense(), trained[0].last.recurrent.dense(), rtol=1e-6, atol=1e-9
    )


@each
def test_trained_networks_keep_the_steps_of_their_training(trainer):
    fraction = 30.0 if isinstance(trainer, RewardHebbian) else 10.0
    stepping = trainer.fit(network(2.0), Echo(), rng=0).network.stepping
    assert (stepping.dt, stepping.scheme) == (pytest.approx(2.0 / fraction), "euler")
    # a network that says how it is stepped is trained in that way
    own = network(2.0, stepping=Stepping(dt=0.5))
    assert trainer.fit(own, Echo(), rng=0).network.stepping.dt == 0.5


def test_the_noise_of_the_training_is_part_of_the_trained_network():
    noise = ns.WhiteNoise(0.1)
    for trainer in (GRADIENT, Ridge(trials=3)):
        trained = trainer.replace(noise=noise, scheme="heun", dt=0.5).fit(network(2.0), Echo(), rng=0).network
        assert trained.stepping == Stepping(0.5, "heun", noise)
    # 0.1 sqrt(tau), in the input current
    innate = Innate(trials=1, readout_trials=1, noise_level=0.1).fit(network(2.0), Echo(), rng=0).network
    assert innate.stepping.noise.density == pytest.approx(0.1 * np.sqrt(2.0))
    assert innate.stepping.noise.target == "input"


def test_training_simulates_as_it_trained():
    noise = ns.WhiteNoise(0.3)
    training = GRADIENT.replace(noise=noise, scheme="rk4", dt=0.5).fit(network(2.0), Echo(), rng=0)
    trials = Echo().trials(5, 0.5, rng=1)
    run = training.simulate(trials, rng=2)
    by_hand = ns.simulate(training.network, **trials.simulation, scheme="rk4", noise=noise, rng=2)
    assert_array_equal(run.states, by_hand.states)
    assert training.simulate(trials, rng=2, every=2).rates.shape[1] == trials.steps // 2 + 1
    with pytest.raises(
        ParameterError, match=r"time step of the training, 0\.5 \(got 1\); try task\.trials\(5, 0\.5\)"
    ):
        training.simulate(Echo().trials(5, 1.0))


def test_accuracy_with_the_noise_of_the_training():
    """With noise, the accuracy on new trials is that of validation; without, it is another: better."""
    start = ns.Network(
        ns.LeakyRate("tanh", tau=2.0), ns.Orthogonal(), 20, inputs=("pulse",), outputs=("sign",), rng=0
    )
    trainer = ns.BPTT(
        epochs=10,
        trials_per_epoch=200,
        batch_size=20,
        dt=0.5,
        noise=ns.WhiteNoise(2.0),
        optimizer=Adam(3e-3),
        validation=2000,
    )
    training = trainer.fit(start, Echo(), rng=0)
    best = training.history["validation_loss"].argmin()
    expected = training.history["validation_accuracy"][best]
    trials = Echo().trials(2000, 0.5, rng=1)
    noisy = trials.accuracy(training.simulate(trials, rng=2)).mean()
    silent = trials.accuracy(training.simulate(trials, rng=2, noise=None)).mean()
    # 2000 trials of both: a standard error of at most 0.016
    assert noisy == pytest.approx(expected, abs=0.05)
    assert silent > noisy + 0.05
