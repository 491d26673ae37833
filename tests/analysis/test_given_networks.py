"""Measurements and predictions say what they were given instead of a network."""

import inspect

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError, ParameterError

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 5, outputs=1, rng=0)
TRIALS = ns.tasks.FlipFlop(bits=1).trials(2, dt=1.0, rng=0)
# what the functions need besides, of the right kind, so that nothing but the network is wrong
REST = {
    "state": np.zeros(5),
    "inputs": np.zeros((1, 0)),
    "trials": TRIALS,
    "units": [0],
    "groups": {"a": [0]},
}
REST |= {
    "span": (0.0, 1.0),
    "period": 1.0,
    "strength": 0.1,
    "share": 0.1,
    "after": NETWORK,
    "activity": np.eye(5),
    "frequencies": [0.1],
    "low": -1.0,
    "high": 1.0,
    "contexts": {"a": np.zeros(0), "b": np.zeros(0)},
    "stimuli": {"c": np.zeros(0)},
    "rank": 1,
}
NAMES = ("network", "trained", "before")


def _of_networks():
    """Public functions whose first argument is a network."""
    for room in (ns.theory, ns.analysis):
        for name in room.__all__:
            function = getattr(room, name)
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if inspect.isfunction(function) and first is not None and first.name in NAMES:
                if "ndarray" in str(first.annotation):
                    continue  # takes a matrix too
                yield pytest.param(function, first.name, id=f"{room.__name__}.{name}")


FUNCTIONS = list(_of_networks())


def test_functions_of_networks_are_all_found():
    assert len(FUNCTIONS) > 25


@pytest.mark.parametrize("value", [2.0, None, "net.npz", np.eye(3)], ids=["number", "None", "path", "array"])
@pytest.mark.parametrize(("function", "name"), FUNCTIONS)
def test_networks_must_be_networks(function, name, value):
    needed = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    rest = {key: REST[key] for key in needed if key in REST}
    with pytest.raises(ParameterError, match=rf"{name} must be a Network \(got (None|an? .*)\); make one"):
        function(value, **rest)


@pytest.mark.parametrize("function", [ns.analysis.spectrum, ns.analysis.modes, ns.theory.autocorrelation])
def test_an_object_that_holds_a_network_is_named_in_the_remedy(function):
    run = ns.simulate(NETWORK, 0.2, 0.1, rng=0)
    with pytest.raises(
        ParameterError, match=r"network must be a Network \(got a Trajectory\); give network\.network"
    ):
        function(run)


def test_each_of_two_networks_is_named():
    with pytest.raises(ParameterError, match=r"before must be a Network \(got None\)"):
        ns.analysis.weight_change(None, NETWORK)
    with pytest.raises(ParameterError, match=r"after must be a Network \(got an ndarray\)"):
        ns.analysis.weight_change(NETWORK, np.eye(5))


@pytest.mark.parametrize("value", [2.0, None, "net.npz"])
def test_what_takes_a_matrix_too_names_what_it_was_given(value):
    with pytest.raises(NeurosimError, match=r"network must"):
        ns.analysis.non_normality(value)
