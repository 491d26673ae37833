"""Trajectories of whatever exponents are asked of: a network, a network with delays, or a system."""

from __future__ import annotations

from typing import Any

from numpy.random import SeedSequence

from neurosim.analysis.lyapunov.delayed_trajectories import DelayedTrajectories
from neurosim.analysis.lyapunov.trajectories import (
    NetworkTrajectories,
    NoiseArgument,
    SystemTrajectories,
    Trajectories,
)
from neurosim.analysis.system import System
from neurosim.errors import ParameterError
from neurosim.network_arguments import require_network
from neurosim.time_constants import noise_or

__all__ = ["trajectories_of"]


def trajectories_of(given: Any, inputs: Any, noise: NoiseArgument, seed: SeedSequence) -> Trajectories:
    """Trajectories of a network under inputs and noise, or of a system."""
    if isinstance(given, System):
        if inputs is not None or noise_or(None, noise) is not None:
            raise ParameterError("inputs and noise must be None for a System; put them into its functions.")
        return SystemTrajectories(given)
    delays = require_network(given).recurrent.delays
    kind = NetworkTrajectories if delays is None else DelayedTrajectories
    return kind(given, inputs, noise, seed)
