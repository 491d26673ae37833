"""Template of a new connectivity and of its tests."""

__all__ = ["PLUGIN", "TESTS"]

PLUGIN = '''"""$Class: one sentence on the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity import Connectivity, Operator
from neurosim.validation import non_negative, whole_number

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Connectivity):
    r"""Independent weights, uniform between :math:`\\pm g \\sqrt{3 / N}`: of variance :math:`g^2 / N`.

    Parameters
    ----------
    gain : float
        g, at least 0; the radius of the disc of eigenvalues at large N.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("$Class.gain", self.gain)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² numbers."""
        size = whole_number("size", size)
        limit = np.sqrt(3.0 / size)
        return Operator(self.gain * rng.uniform(-limit, limit, (size, size)))
'''

TESTS = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_connectivity

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def test_obeys_the_rules_of_connectivities():
    assert check_connectivity($Class)


def test_variance_of_the_weights():
    weights = $Class(gain=1.5).build(300, np.random.default_rng(0)).dense()
    # x**2 of a uniform x has the relative spread sqrt(4 / 5), which is 0.003 over 90,000 weights
    np.testing.assert_allclose(300 * np.mean(weights**2), 1.5**2, rtol=0.015)


def test_silence_is_stable_below_a_gain_of_one():
    network = ns.Network(ns.LeakyCurrent("tanh"), $Class(gain=0.5), size=200, rng=0)
    assert np.linalg.eigvals(network.jacobian(np.zeros(200))).real.max() < 0.0
'''
