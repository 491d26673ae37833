"""Chains of areas: which connections there are, their signs and balance; training on the checkerboard task."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.areas import area_units, chain_of_areas
from neurosim.errors import ParameterError
from neurosim.trainers import Adam, Dale, Masked, NonNegative

TASK = ns.tasks.Checkerboard()
AREAS = ("PFC", "PMd", "M1")


def constraints(network):
    return (
        Dale.of(network),
        Masked("input_weights", network.input_weights != 0.0),
        Masked("readout_weights", network.readout_weights != 0.0),
        NonNegative("readout_weights"),
    )


def trainer(network, updates, **changes):
    settings = {
        "epochs": max(1, updates // 20),
        "trials_per_epoch": 32 * min(20, updates),
        "batch_size": 32,
        "optimizer": Adam(3e-3),
        "constraints": constraints(network),
        "noise": network.stepping.noise,
        "dt": 20.0,
        "train": ("recurrent", "input_weights", "readout_weights", "bias"),
    }
    return ns.BPTT(**{**settings, **changes})


def test_connections_are_those_of_a_chain():
    network = chain_of_areas(TASK, size=100, feedforward=0.1, feedback=0.05, rng=0)
    weights = network.recurrent.dense()
    block = lambda target, source: weights[network.units(target), network.units(source)]  # noqa: E731
    for k, area in enumerate(AREAS):
        here = area_units(network)[area]
        inside = weights[np.ix_(here, here)]
        assert_array_equal(inside == 0.0, np.eye(100, dtype=bool))
        for j, other in enumerate(AREAS):
            if j == k:
                continue
            share = np.mean(block(f"{area}_E", f"{other}_E") != 0.0)
            expected = {-1: 0.1, 1: 0.05}.get(j - k, 0.0)
            # of 6400 connections
            assert abs(share - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / 6400)
            assert not block(f"{area}_I", f"{other}_E").any()
            assert not block(f"{area}_E", f"{other}_I").any()
            assert not block(f"{area}_I", f"{other}_I").any()
    assert_array_equal(np.sign(weights).sum(axis=0) > 0.0, network.signs > 0)
    assert (np.sign(weights) * network.signs >= 0.0).all()
    assert np.abs(np.linalg.eigvals(weights)).max() == pytest.approx(1.0)


def test_the_local_weights_of_a_row_balance_on_average():
    network = chain_of_areas(TASK, names=("V",), size=200, rng=1)
    rows = network.recurrent.dense()
    # each of 200 rows is a sum of weights of mean 0 in total; gamma weights of shape 2 have a variance of half of
    # their squared mean
    error = np.sqrt(0.5 * np.mean(np.sum(rows**2, axis=1)) / len(rows))
    assert abs(rows.sum(axis=1).mean()) < 4.0 * error


def test_inputs_reach_the_first_area_and_outputs_read_excitatory_units_of_the_last():
    network = chain_of_areas(TASK, names=("A", "B"), size=20, rng=0)
    assert_array_equal(np.flatnonzero(network.input_weights.any(axis=1)), area_units(network)["A"])
    read = network.units("B_E")
    assert_array_equal(np.flatnonzero(network.readout_weights.any(axis=0)), np.arange(read.start, read.stop))
    assert network.readout_weights.min() >= 0.0


def test_training_keeps_the_law_and_the_connections():
    network = chain_of_areas(TASK, size=10, feedforward=0.4, feedback=0.2, rng=0)
    trained = trainer(network, 2).fit(network, TASK, rng=1).network
    before, after = network.recurrent.dense(), trained.recurrent.dense()
    assert not np.array_equal(before, after)
    assert not after[before == 0.0].any()
    assert (after * network.signs >= 0.0).all()
    assert not trained.input_weights[network.input_weights == 0.0].any()
    assert not trained.readout_weights[network.readout_weights == 0.0].any()
    assert trained.readout_weights.min() >= 0.0
    trials = TASK.trials(20, dt=20.0, rng=2)
    assert np.isfinite(ns.simulate(trained, **trials.simulation, rng=3).outputs).all()


def test_what_is_refused():
    with pytest.raises(ParameterError, match="distinct names of areas"):
        chain_of_areas(TASK, names=("A", "A"))
    with pytest.raises(ParameterError, match="feedforward must be from 0 to 1"):
        chain_of_areas(TASK, feedforward=1.5)
    with pytest.raises(ParameterError, match="task must be a Task"):
        chain_of_areas(3)
    with pytest.raises(ParameterError, match="excitatory must be"):
        chain_of_areas(TASK, excitatory=None)
    with pytest.raises(ParameterError, match="network must be a Network"):
        area_units(TASK)
    with pytest.raises(ParameterError, match="must leave two excitatory and two inhibitory units or more"):
        chain_of_areas(TASK, size=4, excitatory=0.99)


@pytest.fixture(scope="module")
def trained():
    """Three areas of 40 units after 300 updates; ten seconds of one core."""
    network = chain_of_areas(TASK, size=40, rng=0)
    return trainer(network, 300).fit(network, TASK, rng=1).network


@pytest.fixture(scope="module")
def activity(trained):
    """Run of trials with one timing, their conditions, and the excitatory units of each area."""
    trials = ns.tasks.Checkerboard(catch=0.0, fixation=200.0, context=800.0).trials(400, dt=20.0, rng=7)
    run = ns.simulate(trained, **trials.simulation, rng=8)
    return run, trials.conditions, {area: trained.units(f"{area}_E") for area in AREAS}


@pytest.mark.slow
def test_three_areas_learn_the_checkerboard_task(trained):
    trials = TASK.trials(1000, dt=20.0, rng=2)
    # chance is 0.5 with catch trials and without
    assert trials.accuracy(ns.simulate(trained, **trials.simulation, rng=3)).mean() > 0.85
    weights = trained.recurrent.dense()
    assert (weights * trained.signs >= 0.0).all()


@pytest.mark.slow
def test_color_information_falls_downstream_and_the_direction_stays(activity):
    run, conditions, areas = activity
    settings = {"populations": areas, "every": 20, "shuffles": 10, "rng": 1, "discard": 1600.0}
    color, direction = (
        ns.analysis.decoding(run, conditions[name], **settings).information[:, :3].mean(axis=1)
        for name in ("color", "choice")
    )
    assert direction.min() > 0.7
    assert color[2] < color[0] - 0.03


@pytest.mark.slow
def test_connections_between_areas_read_the_direction_rather_than_the_color(activity):
    run, conditions, areas = activity
    late = slice(75, 125)
    for source, target in (("PFC", "PMd"), ("PMd", "M1")):
        found = ns.analysis.communication(run, f"{source}_E", f"{target}_E", regress=False)
        rates = run.rates[:, late, areas[source]].mean(axis=1)
        axes = {
            name: rates[conditions[name] == 1].mean(axis=0) - rates[conditions[name] == 0].mean(axis=0)
            for name in ("color", "choice")
        }
        potency = {name: found.potency(axis)[4] for name, axis in axes.items()}
        # five of 32 dimensions; a random direction has the share 0.16 with a standard deviation of 0.09
        assert potency["choice"] > 0.5
        assert potency["color"] < potency["choice"] - 0.3
