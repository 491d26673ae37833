"""What assumes that connections take no time says so when it is given a network with delays."""

import inspect

import numpy as np
import pytest

import neurosim as ns
from neurosim import trainers
from neurosim.connectivity import Delayed
from neurosim.errors import ParameterError

RANDOM = Delayed(ns.Gaussian(), delay=0.5)
STRUCTURE = Delayed(ns.LowRank(np.arange(1.0, 6.0), np.ones(5)), delay=0.5)
CELLS = ns.Populations(
    A=ns.Population(ns.LeakyCurrent("tanh"), size=3), B=ns.Population(ns.LeakyCurrent("tanh"), size=2)
)
RIGHT = {
    # of the weights alone
    "neurosim.theory.bulk",
    "neurosim.theory.bulk_radius",
    "neurosim.theory.gain_of",
    "neurosim.theory.population_gains",
    "neurosim.theory.population_radius",
    "neurosim.analysis.closed_loop",
    "neurosim.analysis.lesion",
    "neurosim.analysis.spectrum",
    "neurosim.analysis.weight_moments",
    # of stationary rates
    "neurosim.theory.balanced_rates",
    # with delays
    "neurosim.analysis.characteristic_roots",
    "neurosim.analysis.fixed_points",
    "neurosim.analysis.lyapunov_spectrum",
    # of simulations
    "neurosim.analysis.lesion_effects",
    "neurosim.analysis.transfer_function",
}
OF_LOW_RANK = (
    "branches",
    "effective_circuit",
    "fixed_point_branches",
    "overlap",
    "populations",
    "transition_gains",
)
NAMES = ("network", "trained")
TRIALS = ns.tasks.FlipFlop(bits=1).trials(2, dt=0.25, rng=0)
REST = {"trials": TRIALS, "state": np.zeros(5), "period": 1.0, "rank": 1, "share": 0.1, "strength": 0.1}
REST |= {"inputs": np.zeros(1), "span": (0.0, 1.0), "frequencies": [0.1], "contexts": {}, "stimuli": {}}
REST |= {"low": -1.0, "high": 1.0, "activity": np.eye(5)}


def network_of(connectivity, neuron=None):
    neuron = ns.LeakyCurrent("tanh") if neuron is None else neuron
    return ns.Network(neuron, connectivity, 5, inputs=1, outputs=1, rng=0)


def _functions():
    for room in (ns.theory, ns.analysis):
        for name in room.__all__:
            function = getattr(room, name)
            if not inspect.isfunction(function) or f"{room.__name__}.{name}" in RIGHT:
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and first.name in NAMES and "ndarray" not in str(first.annotation):
                yield pytest.param(function, first.name, id=f"{room.__name__}.{name}")


@pytest.mark.parametrize(("function", "name"), list(_functions()))
def test_measurements_and_predictions_without_delays(function, name):
    low_rank = function.__name__ in OF_LOW_RANK or function.__name__ == "resampling_accuracy"
    cells = CELLS if function.__name__.startswith("population_") else None
    network = network_of(STRUCTURE if low_rank else RANDOM, cells)
    needed = [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]
    given = {other: REST.get(other) for other in needed if other != name}
    with pytest.raises(ParameterError, match=rf"{name} must have no delays .*connections take no time"):
        function(network, **given)


def test_measurements_on_runs_that_need_the_present_rates():
    delayed = ns.simulate(network_of(RANDOM), duration=20.0, dt=0.1, rng=1)
    with pytest.raises(ParameterError, match=r"run\.network must have no delays"):
        ns.analysis.self_tuning(delayed)


RULES = [
    trainers.RFLO(epochs=1),
    trainers.EProp(epochs=1),
    trainers.RTRL(epochs=1),
    trainers.NodePerturbation(epochs=1),
    trainers.Force(trials=1),
    trainers.FullForce(trials=1),
    trainers.RewardHebbian(trials=1),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_learning_rules_that_do_not_go_back_through_time(rule):
    task = ns.tasks.FlipFlop(bits=1)
    network = network_of(RANDOM)
    with pytest.raises(ParameterError, match="network must have no delays"):
        rule.fit(network, task, rng=0)


def test_jacobian_and_arrays():
    with pytest.raises(ParameterError, match=r"network must have no delays for Network\.jacobian"):
        network_of(RANDOM).jacobian(np.zeros(5))
    with pytest.raises(ParameterError, match=r"network must have no delays for storage\.to_arrays"):
        ns.storage.to_arrays(network_of(RANDOM))
    plain = network_of(RANDOM)
    plain = plain.replace(recurrent=plain.recurrent.with_delays())
    assert ns.storage.to_arrays(plain)["recurrent"].shape == (5, 5)
