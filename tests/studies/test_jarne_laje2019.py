"""Measures of the study of gates, on networks whose activity is known."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.studies import jarne_laje2019


@pytest.mark.parametrize(("angle", "moves"), [(0.0, False), (0.4, True)])
def test_rest_at_an_unstable_point_is_no_oscillation(angle, moves):
    """Weights of 1.5 times a rotation: without pulses the state stays at zero, unstable; else it rests or turns."""
    task = ns.tasks.And(noise=0.0)
    weights = 1.5 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    network = ns.Network.for_task(task, size=2, connectivity=ns.Explicit(weights), rng=0)
    assert jarne_laje2019.oscillates(task, network, 0) is moves
