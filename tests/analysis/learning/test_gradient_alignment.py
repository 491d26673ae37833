"""Angles between learning rules and the gradient: 0 for exact rules, 90 degrees for what is unrelated."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.analysis import gradient_alignment
from neurosim.errors import ParameterError
from neurosim.trainers import L2, RFLO, RTRL, EProp, Force, NodePerturbation, RewardHebbian

TASK = ns.tasks.And(noise=0.0)
SHORT = {"epochs": 2, "trials_per_epoch": 12, "batch_size": 4, "dt": 4.0}


def network(size=12, recurrent=None):
    start = ns.Network(
        ns.LeakyRate("tanh", tau=8.0), ns.Gaussian(1.0), size, inputs=TASK.inputs, outputs=TASK.outputs, rng=0
    )
    return start if recurrent is None else start.replace(recurrent=ns.Operator(recurrent))


@pytest.mark.parametrize("rule", [ns.BPTT, RTRL])
def test_exact_rules_are_along_the_gradient(rule):
    found = gradient_alignment(rule(**SHORT), network(), TASK, rng=1)
    assert found.rule == rule.__name__
    assert found.updates.tolist() == [0, 1, 2, 3, 4, 5]
    assert_allclose(found.angles, 0.0, atol=1e-5)
    assert_allclose(found.by_parameter, 0.0, atol=1e-5)
    assert_allclose(found.size_ratios, 1.0, rtol=1e-10)


def test_local_rules_are_along_it_only_without_recurrent_weights():
    trainer = RFLO(**SHORT, feedback="symmetric", penalties=(L2(0.1),))
    silent = gradient_alignment(trainer, network(recurrent=np.zeros((12, 12))), TASK, rng=1, every=6)
    assert_allclose(silent.angles, 0.0, atol=1e-5)
    found = gradient_alignment(trainer, network(), TASK, rng=1)
    assert (found.angles > 1.0).all()
    assert_allclose(found.angles_of("readout_weights"), 0.0, atol=1e-5)
    random = gradient_alignment(RFLO(**SHORT), network(), TASK, rng=1)
    assert (random.angles > found.angles).all()


def test_the_training_is_the_one_of_fit():
    trainer = EProp(**SHORT)
    seen = []
    watched = trainer.watch_updates(network(), TASK, seen.append, rng=1)
    assert watched.last.equals(trainer.fit(network(), TASK, rng=1).last)
    assert [update.number for update in seen] == list(range(6))
    found = gradient_alignment(trainer, network(), TASK, rng=1, every=2)
    assert found.updates.tolist() == [0, 2, 4]
    assert_allclose(found.losses, [update.loss for update in seen[::2]])


def test_node_perturbation_comes_closer_with_more_samples():
    few, many = (
        gradient_alignment(
            NodePerturbation(**SHORT, samples=samples, size=1e-3), network(), TASK, rng=1, every=3
        )
        for samples in (1, 64)
    )
    assert (few.angles_of("recurrent") > many.angles_of("recurrent")).all()


def test_reward_hebbian_learning_shows_its_change_and_the_slope_of_its_error():
    """With negligible perturbations the error of the first trial is that of the network without any."""
    start, direction = network(size=8), np.random.default_rng(0).standard_normal((8, 8))
    trainer = RewardHebbian(trials=3, warm_up=2, dt=1.0)
    seen = []
    trained = trainer.watch_updates(start, TASK, seen.append, rng=2)
    assert [update.number for update in seen] == [2]
    change = trained.last.recurrent.dense() - start.recurrent.dense()
    assert_allclose(change, -seen[0].direction["recurrent"], rtol=0, atol=1e-15)
    assert_allclose(trained.last.bias - start.bias, -seen[0].direction["bias"], rtol=0, atol=1e-15)
    assert trained.last.equals(trainer.fit(start, TASK, rng=2).last)

    first = trainer.replace(trials=1, warm_up=0, perturbation_size=1e-12)
    first.watch_updates(start, TASK, seen.append, rng=2)
    moved = (start.recurrent.dense() + step * direction for step in (1e-5, -1e-5))
    errors = [first.fit(network(8, weights), TASK, rng=2).history["loss"][0] for weights in moved]
    slope = np.sum(seen[-1].gradient()["recurrent"] * direction)
    assert_allclose(slope, (errors[0] - errors[1]) / 2e-5, rtol=1e-5)
    found = gradient_alignment(trainer, start, TASK, rng=2)
    assert found.names == ("recurrent", "bias")


def test_what_cannot_be_compared_is_named():
    with pytest.raises(
        ParameterError, match=r"trainer must follow a gradient .*\(got Force\(.*try ns.trainers.RFLO"
    ):
        gradient_alignment(Force(), network(), TASK)
    found = gradient_alignment(RFLO(**SHORT), network(), TASK, rng=1, every=5)
    with pytest.raises(ParameterError, match=r"name must be one of recurrent, input_weights, .*'left'"):
        found.angles_of("left")
    with pytest.raises(ParameterError, match="every must be at least 1"):
        gradient_alignment(RFLO(**SHORT), network(), TASK, every=0)


def test_chance_is_the_spread_of_random_directions():
    found = gradient_alignment(RFLO(**SHORT), network(), TASK, rng=1, every=6)
    rng = np.random.default_rng(0)
    size = 144
    a, b = rng.standard_normal((2, 4000, size))
    cosines = np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    spread = np.degrees(np.arccos(cosines)).std()
    # 4000 draws have a standard deviation known to 1 %
    assert_allclose(found.chance[found.names.index("recurrent")], spread, rtol=0.05)
