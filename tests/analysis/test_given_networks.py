"""Measurements of weights say what they were given instead of a network."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(), 5, rng=0)


@pytest.mark.parametrize(
    "measure",
    [
        ns.analysis.spectrum,
        ns.analysis.jacobian_spectrum,
        ns.analysis.modes,
        ns.analysis.weight_moments,
        ns.analysis.oscillation_index,
    ],
)
def test_what_is_no_network_is_named(measure):
    with pytest.raises(ParameterError, match=r"network is a ndarray, no Network; make one with ns\.Network"):
        measure(np.eye(3))
    run = ns.simulate(NETWORK, 0.2, 0.1, rng=0)
    with pytest.raises(ParameterError, match=r"network is a Trajectory, no Network; give network\.network"):
        measure(run)


def test_each_of_two_networks_is_named():
    with pytest.raises(ParameterError, match="before is a NoneType, no Network"):
        ns.analysis.weight_change(None, NETWORK)
    with pytest.raises(ParameterError, match="after is a ndarray, no Network"):
        ns.analysis.weight_change(NETWORK, np.eye(5))
