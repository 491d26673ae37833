"""A network of the published kind learns Go with the published settings."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.noise import noise_from_yang2019
from neurosim.tasks import yang2019
from neurosim.trainers import Adam, ClipValue


@pytest.mark.slow
def test_go_is_learned_in_a_few_hundred_updates():
    task, units = yang2019("go"), 128
    settings = task.settings
    edge = np.sqrt(6 / (units + len(task.outputs)))
    start = ns.Network(
        ns.LeakyRate(settings["activation"], tau=settings["tau"]),
        ns.Explicit(settings["recurrent_start"] * np.eye(units)),
        units,
        inputs=task.inputs,
        outputs=task.outputs,
        readout=settings["readout"],
        rng=0,
    ).replace(readout_weights=np.random.default_rng(0).uniform(-edge, edge, (len(task.outputs), units)))
    trainer = ns.BPTT(
        epochs=8,
        trials=25 * settings["batch"],
        batch_size=settings["batch"],
        dt=settings["dt"],
        optimizer=Adam(settings["learning_rate"]),
        clipping=ClipValue(settings["largest_gradient"]),
        noise=noise_from_yang2019(settings["sigma_recurrent"], settings["tau"]),
    )
    training = trainer.fit(start, task, rng=1)
    assert training.history["accuracy"][-1] > 0.95
    # a fifth of the circle is close enough, so this is where who guesses begins
    assert training.history["accuracy"][0] < 0.6
    trials = task.test_trials(settings["dt"], rng=2)
    run = ns.simulate(
        training.network,
        **trials.simulation,
        initial_state=np.zeros(units),
        noise=trainer.noise,
        rng=3,
    )
    assert trials.accuracy(run).mean() > 0.95
