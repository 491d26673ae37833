"""A network of the published kind learns Go with the published settings."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.tasks import yang2019


@pytest.mark.slow
def test_go_is_learned_in_a_few_hundred_updates():
    task = yang2019("go")
    start = ns.Network.for_task(task, size=128, rng=0)
    trainer = ns.BPTT.for_task(task, epochs=8, trials_per_epoch=25 * 64)
    training = trainer.fit(start, task, rng=1)
    assert training.history["accuracy"][-1] > 0.95
    # a fifth of the circle is close enough, so this is where who guesses begins
    assert training.history["accuracy"][0] < 0.6
    trials = task.test_trials(trainer.dt, rng=2)
    run = ns.simulate(
        training.network,
        **trials.simulation,
        initial_state=np.zeros(start.size),
        noise=trainer.noise,
        rng=3,
    )
    assert trials.accuracy(run).mean() > 0.95
