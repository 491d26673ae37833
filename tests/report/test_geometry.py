"""Geometry of activity in reports: numbers are those of the analyses, and what does not apply says why."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.report.geometry import activity_geometry
from neurosim.report.section import Section

TASK = ns.tasks.Xor(fixation=1.0, stimulus=4.0, delay=2.0, response=6.0, noise=0.0)


def ran(task=TASK, dt=0.5, **channels):
    channels = {"inputs": task.inputs, "outputs": task.outputs, **channels}
    network = ns.Network(
        ns.LeakyRate("tanh", tau=4.0 * dt), ns.Gaussian(gain=1.0), size=20, rng=0, **channels
    )
    trials = task.trials(32, dt=dt, rng=1)
    return trials, ns.simulate(network, **trials.simulation, rng=2)


@pytest.fixture(scope="module")
def xor():
    trials, run = ran()
    section = Section("Representation of tasks")
    activity_geometry(section, "Xor", trials, run, 2.0)
    return trials, run, section


def test_numbers_are_those_of_the_analyses(xor):
    trials, run, section = xor
    values = {name.removeprefix("Xor: "): number.value for name, number in section.numbers.items()}
    assert not section.missing
    # in squared time constants, of which the slowest is 2
    assert values["tangling of rates"] == ns.analysis.tangling(run.rates, dt=0.5).percentile() * 4.0
    assert values["tangling of outputs"] == ns.analysis.tangling(run.outputs, dt=0.5).percentile() * 4.0
    readout = ns.analysis.readout_alignment(run.rates, run.network.readout_weights)
    assert values["correlation of readout and rates"] == readout.correlation
    assert section.numbers["Xor: correlation of readout and rates"].predicted == pytest.approx(20**-0.5)
    assert values["components for 90 % of the output"] == readout.output_dimension()
    assert values["derivatives explained by rotations"] == ns.analysis.jpca(run.rates, 6, dt=0.5).r_squared
    # marginal variances of a balanced design add up to that of the condition averages
    factors = ("A", "B")
    means = np.array(
        [run.rates[(trials.conditions["A"] == a) & (trials.conditions["B"] == b)].mean(axis=0)
         for a in (0, 1) for b in (0, 1)]
    )  # fmt: skip
    total = np.sum((means - means.mean(axis=(0, 1))) ** 2)
    for k, factor in enumerate(factors):
        grouped = means.reshape(2, 2, *means.shape[1:]).mean(axis=1 - k)
        share = 2.0 * np.sum((grouped - means.mean(axis=0)) ** 2) / total
        assert values[f"variance of {factor}"] == pytest.approx(share)
    assert sum(values[f"variance of {part}"] for part in ("time", "A", "B", "A × B")) == pytest.approx(1.0)


def test_figures(xor):
    assert [drawing.name for drawing in xor[2].drawings] == ["readout-xor", "rotations-xor", "demixed-xor"]


def test_a_network_without_readout_says_so():
    trials, run = ran(outputs=0)
    section = Section("Representation of tasks")
    activity_geometry(section, "Xor", trials, run, 1.0)
    assert "no readout" in section.missing["alignment of the readout in Xor"]
    assert "Xor: tangling of outputs" not in section.numbers
    assert "Xor: tangling of rates" in section.numbers


def test_trials_of_different_timing_are_not_averaged():
    trials, run = ran(ns.tasks.ParametricWorkingMemory(), dt=20.0)
    section = Section("Representation of tasks")
    activity_geometry(section, "Romo", trials, run, 1.0)
    assert "differ in the time of the epoch 'delay'" in section.missing["rotations in Romo"]
    assert "differ in the time of the epoch 'delay'" in section.missing["demixed components in Romo"]
    assert "Romo: tangling of rates" in section.numbers
