"""Odd arguments of public functions that ended in errors of Python or NumPy, and a short form of that attack."""

import fuzz_calls
import numpy as np
import pytest

import neurosim as ns
from neurosim.areas import chain_of_areas
from neurosim.errors import NeurosimError

TASK = ns.tasks.And(fixation=2.0, stimulus=2.0, delay=2.0, response=4.0)
NETWORK = ns.Network(
    ns.LeakyRate("tanh"), ns.Gaussian(0.9), 6, inputs=TASK.inputs, outputs=TASK.outputs, rng=0
)
CHAOTIC = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 6, rng=0)
TRIALS = TASK.trials(3, dt=1.0, rng=0)
TABLE = np.zeros((2, 3))
HUGE = 10**12


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: ns.analysis.fixed_points(NETWORK, progress=[], rng=0),
            r"progress must be True or False \(got \[\]",
        ),
        (lambda: ns.trainers.SGD(nesterov="no"), r"SGD.nesterov must be True or False \(got 'no'\)"),
        (lambda: chain_of_areas(TASK, size=5), "two excitatory and two inhibitory units or more"),
        (lambda: chain_of_areas(TASK, size=10, names=1j), r"names must be a list \(got a complex\)"),
        (
            lambda: chain_of_areas(TASK, size=10, names=[1, 2]),
            "names must be distinct names of areas",
        ),
        (
            lambda: ns.theory.covariance(CHAOTIC, gain=2.0, lags=TABLE),
            r"lags must be .* \(got shape \(2, 3\)\)",
        ),
        (
            lambda: ns.analysis.covariance(np.ones((9, 4)), dt=1.0, lags=TABLE),
            r"lags must be .* \(got shape \(2, 3\)\)",
        ),
        (
            lambda: ns.neurons.SynapticDepression(activation=print),
            r"SynapticDepression.activation\(x\) must be an array of numbers",
        ),
        (lambda: ns.tasks.LogicMultitask(gates=-1), r"LogicMultitask.gates must be a list \(got an int\)"),
        (lambda: ns.analysis.closed_loop(NETWORK, inputs=TABLE), "inputs must be names among"),
        (
            lambda: ns.analysis.delay_activity(np.ones((40, 4)), dt=0.5, window=TABLE),
            "window must be an increasing pair of fractions",
        ),
        (
            lambda: ns.plotting.traces(np.ones((9, 4)), dt=0.5, spacing="wide"),
            "spacing must be a real number",
        ),
        (lambda: ns.plotting.phase_portrait(np.eye(9), dt=0.5, directions=1j), "directions must be a list"),
        (lambda: ns.analysis.degradation(NETWORK, TRIALS, shares=TABLE), r"shares must be a list of numbers"),
        (lambda: ns.analysis.similarity({"a": NETWORK, "b": NETWORK}, labels=True), r"labels must be a list"),
        (
            lambda: ns.analysis.during(ns.simulate(NETWORK, 4.0, 1.0, rng=0), TRIALS, {}),
            "epoch {} is unknown",
        ),
        (lambda: ns.storage.from_matlab(True), r"path must be text or a path \(got a bool\)"),
        (lambda: ns.simulate(NETWORK, 4.0, 1.0, trials=HUGE), "would take .* GB; .* Take fewer trials"),
        (lambda: ns.analysis.attractors(NETWORK, starts=HUGE), "would take .* GB; .* Take fewer starts"),
        (
            lambda: ns.analysis.echo_states(NETWORK, 4.0, starts=HUGE),
            "would take .* GB; .* Take fewer starts",
        ),
        (
            lambda: ns.analysis.limit_cycle(NETWORK, np.zeros(6), 2.5, steps=HUGE),
            "would take .* Take fewer steps",
        ),
        (
            lambda: ns.Network(ns.LeakyRate(), ns.Gaussian(0.9), 5, outputs=HUGE),
            "would take .* GB; .* Take fewer",
        ),
        (lambda: ns.constructed.noisy_detection(HUGE), "would take .* GB; .* Take fewer units"),
    ],
)
def test_odd_arguments_are_named(call, words):
    with pytest.raises(NeurosimError, match=words):
        call()


def test_random_calls_end_in_a_result_or_an_error_of_the_package(tmp_path):
    outcomes = fuzz_calls.attack(1000, 3, tmp_path)
    assert outcomes.broken == []
    assert sum(outcomes.counts.values()) == 1000
