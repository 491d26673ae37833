"""Importance of parameters against sums by hand; and two tasks of which the first is forgotten, or not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tiny import Echo, network

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError
from neurosim.parameters import parameters_of
from neurosim.randomness import child, seed_sequence
from neurosim.trainers import L2, LBFGS, SGD, Adam, Stopping, SynapticIntelligence
from neurosim.trainers.batches import Batches
from neurosim.trainers.synaptic_intelligence import Importance

QUICK = ns.BPTT(
    dt=1.0, epochs=2, trials_per_epoch=12, batch_size=4, optimizer=SGD(0.1), clipping=None, threads=1
)


def test_importance_by_hand():
    """Two parameters, two tasks of two updates each; the numbers below are worked out on paper."""
    start = {"w": np.array([1.0, 0.0])}
    importance = Importance(start, strength=3.0, damping=0.25)
    value, slopes = importance.penalty({"w": np.array([5.0, 5.0])})
    assert (value, slopes["w"].tolist()) == (0.0, [0.0, 0.0])
    middle, end = {"w": np.array([0.5, 1.0])}, {"w": np.array([0.0, 0.5])}
    importance.observe({"w": np.array([2.0, 1.0])}, start, middle)  # omega = 1, -1
    importance.observe({"w": np.array([1.0, 1.0])}, middle, end)  # and 0.5, 0.5: 1.5, -0.5
    importance.consolidate(end)  # divided by 1 + 0.25 and 0.25 + 0.25: 1.2, -1; no less than 0
    assert_allclose(importance.weights["w"], [1.2, 0.0])
    value, slopes = importance.penalty({"w": np.array([0.5, 7.0])})
    assert value == pytest.approx(3.0 * 1.2 * 0.25)
    assert_allclose(slopes["w"], [2.0 * 3.0 * 1.2 * 0.5, 0.0])
    later = {"w": np.array([0.5, 1.0])}
    importance.observe({"w": np.array([2.0, -1.0])}, end, later)  # omega = -1, 0.5
    importance.consolidate(later)  # divided by 0.25 + 0.25: -2, 1
    assert_allclose(importance.weights["w"], [0.0, 1.0])


def test_without_strength_it_is_one_training_after_the_other():
    start, first, second = network(), Echo(), Echo(stimulus=6.0)
    trainer = SynapticIntelligence(tasks=(first,), trainer=QUICK, strength=0.0)
    training = trainer.fit(start, second, rng=3)
    alone = SynapticIntelligence(trainer=QUICK).fit(start, first, rng=3)
    assert_allclose(training.history["loss"][:2], alone.history["loss"])
    assert training.history["stage"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert not training.history["penalty"].any()
    protected = trainer.replace(strength=0.02).fit(start, second, rng=3)
    assert_allclose(protected.history["loss"][:2], alone.history["loss"])
    assert protected.history["penalty"][-1] > 0.0
    gaps = [
        np.linalg.norm(parameters_of(one.last)["recurrent"] - parameters_of(alone.last)["recurrent"])
        for one in (training, protected)
    ]
    assert gaps[1] < gaps[0]


def test_the_optimizer_begins_anew_or_goes_on():
    """Two unprotected stages of one task: with the memory kept they are one training, of the trials of both."""
    task = Echo()
    learning = QUICK.replace(optimizer=Adam(0.01), epochs=1)
    kept, anew = (
        SynapticIntelligence(tasks=(task,), trainer=learning, strength=0.0, restart=restart)
        for restart in (False, True)
    )
    start = network()
    second = kept.fit(start, task, rng=0).history["loss"]
    assert_allclose(second[0], anew.fit(start, task, rng=0).history["loss"][0])
    # by hand: the same batches, and one memory for all of their updates
    objective, seed, losses = learning.objective(start), seed_sequence(0), []
    free = objective.start()
    memory = learning.optimizer.start(free)
    for stage in range(2):
        batches = Batches(task, 1.0, 12, 4, True, child(seed, f"stage {stage}"), start.dtype)
        for trials in batches.epoch(0):
            found = objective.differentiate(free, trials, None)
            free, memory = learning.optimizer.update(free, found.gradients, memory, len(losses))
            losses.append(found.loss)
    assert_allclose(second, [np.mean(losses[:3]), np.mean(losses[3:])], rtol=1e-12)
    assert anew.fit(start, task, rng=0).history["loss"][1] != second[1]


def test_the_same_seed_gives_the_same_bits():
    trainer = SynapticIntelligence(tasks=(Echo(),), trainer=QUICK.replace(validation=8))
    one, again = (trainer.fit(network(), Echo(response=5.0), rng=1) for _ in range(2))
    assert one.network.equals(again.network)
    assert set(one.history.names) > {"accuracy_0", "accuracy_1"}


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    calls = []

    def interrupted(self, parameters):
        calls.append(parameters)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return original(self, parameters)

    original = Importance.penalty
    monkeypatch.setattr(Importance, "penalty", interrupted)
    trainer = SynapticIntelligence(tasks=(Echo(),), trainer=QUICK)
    with pytest.warns(ns.errors.InterruptionWarning, match="interrupted in task 1 of 2"):
        training = trainer.fit(network(), Echo(), rng=0)
    assert not training.complete
    assert training.history.length == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"trainer": "Adam"}, r"trainer must be a BPTT \(got 'Adam'\)"),
        ({"trainer": QUICK.replace(optimizer=LBFGS())}, r"single updates \(got LBFGS.*try Adam"),
        ({"trainer": QUICK.replace(penalties=(L2(),))}, r"must leave out penalties, .*L2"),
        (
            {"trainer": QUICK.replace(stopping=Stopping(loss=0.1))},
            r"must leave out stopping, .*Stopping\(loss=0\.1\)",
        ),
        ({"strength": -1.0}, r"SynapticIntelligence\.strength must not be negative \(got -1.0\)"),
        ({"damping": 0.0}, r"SynapticIntelligence\.damping must be positive \(got 0.0\)"),
        ({"restart": 1}, r"SynapticIntelligence\.restart must be True or False \(got 1\)"),
        ({"tasks": ("go",)}, r"tasks\[0\] must be a Task \(got 'go'\)"),
    ],
)
def test_invalid_settings(fields, message):
    with pytest.raises(ParameterError, match=message):
        SynapticIntelligence(**fields)


def test_all_tasks_have_the_same_channels():
    with pytest.raises(ShapeError, match="And"):
        SynapticIntelligence(tasks=(ns.tasks.And(),), trainer=QUICK).fit(network(), Echo(), rng=0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_what_was_learned_first_is_forgotten_less(seed):
    """Go, then the opposite after a delay; the paper shows it for six tasks (Fig. 7), with c = 1 and 256 units.

    That the new task is learned as well is not claimed: in so small a network protection slows it down. Seeds and
    margin were fixed before the first run; c = 10 was chosen with another seed.
    """
    rules = {"channels": ("go", "delay_anti"), "code": ns.tasks.PopulationCode(units=16)}
    first, second = (ns.tasks.yang2019(rule, **rules) for rule in rules["channels"])
    unit = ns.LeakyRate("relu", tau=100.0)
    start = ns.Network.for_task(
        first, size=64, neuron=unit, connectivity=ns.Orthogonal(0.5), dtype="float32", rng=seed
    )
    learning = ns.BPTT.for_task(first, epochs=4, trials_per_epoch=100 * 64, validation=512)
    kept = {}
    for strength in (0.0, 10.0):
        trainer = SynapticIntelligence(tasks=(first,), trainer=learning, strength=strength)
        history = trainer.fit(start, second, rng=seed).history
        assert history["accuracy_0"][3] > 0.9
        kept[strength] = history["accuracy_0"][-1]
    # of 512 trials: the standard error of a difference is 0.03 at most
    assert kept[10.0] > kept[0.0] + 0.2


def test_a_single_earlier_task_needs_no_tuple():
    assert SynapticIntelligence(tasks=ns.tasks.And()) == SynapticIntelligence(tasks=(ns.tasks.And(),))
