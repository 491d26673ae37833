"""Template of a new neuron and of its tests."""

__all__ = ["PLUGIN", "TESTS"]

PLUGIN = '''"""$Class: one sentence on the neuron model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.neurons import Neuron

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Neuron):
    r"""Leaky unit whose rate is a power of its current.

    .. math:: \\tau \\, dx/dt = -x + u, \\qquad r = gain \\, \\max(x, 0)^2

    Parameters
    ----------
    tau : float or ndarray, shape (units,)
        Time constant, above 0; its unit is the unit of all times.
    gain : float or ndarray, shape (units,)
        Rate at a current of 1.
    """

    tau: Parameter = 1.0
    gain: Parameter = 0.04

    def drift(self, x: Any, u: Any) -> Any:
        """Return dx/dt for the input current u."""
        return (-x + u) / self.tau

    def rate(self, x: Any) -> Any:
        """Return the rate; its arguments are the state variables."""
        return self.gain * np.maximum(x, 0.0) ** 2
'''

TESTS = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_neuron

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def test_obeys_the_rules_of_neurons():
    assert check_neuron($Class)


def test_rate_at_known_currents():
    np.testing.assert_allclose($Class(gain=0.5).rate(np.array([-1.0, 0.0, 2.0])), [0.0, 0.0, 2.0])


def test_decays_exponentially_without_input():
    network = ns.Network($Class(tau=2.0), ns.Explicit(np.zeros((1, 1))), size=1)
    run = ns.simulate(network, duration=1.0, dt=0.01, scheme="rk4", initial_state=[3.0])
    # the error of the scheme is of the order (dt / tau)**4 = 6e-10
    np.testing.assert_allclose(run.states[0, :, 0], 3.0 * np.exp(-run.times / 2.0), rtol=1e-9)
'''
