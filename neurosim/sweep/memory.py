"""Memory and disk that one point of a declared study needs, estimated before it is begun."""

from __future__ import annotations

import numpy as np

from neurosim.errors import NeurosimError
from neurosim.experiments import Experiment, NetworkPlan, TrainingExperiment
from neurosim.sweep.workers import FOOTPRINT

__all__ = ["estimate_disk", "estimate_memory"]

MATRICES = 5
"""Matrices as large as the weights that are there at a time: the weights, a copy, and work space of eigenvalues."""


HEADER = 5e3
"""Bytes of the file of a network beside its weights."""


def estimate_disk(declared: Experiment | TrainingExperiment) -> float:
    """Bytes on disk of the trained networks of an experiment or a training."""
    plans = (declared.network,) if isinstance(declared, TrainingExperiment) else declared.networks
    return sum(HEADER + _weights(plan) / MATRICES for plan in plans if plan.trainer is not None)


def estimate_memory(declared: Experiment | TrainingExperiment) -> float:
    """Bytes of the largest network of an experiment or a training, with its weights and its trajectory."""
    if isinstance(declared, TrainingExperiment):
        return FOOTPRINT + _weights(declared.network)
    settings = declared.simulation
    samples = 1 + settings.duration / (settings.dt * settings.every)
    recorded = 2.0 * settings.trials * samples  # states and rates
    return FOOTPRINT + max(
        _weights(plan) + recorded * plan.size * _itemsize(plan) for plan in declared.networks
    )


def _weights(plan: NetworkPlan) -> float:
    return MATRICES * float(plan.size) ** 2 * _itemsize(plan) if _is_dense(plan) else 0.0


def _is_dense(plan: NetworkPlan) -> bool:
    """Whether there is a full matrix, as a small network of the same kind tells."""
    try:
        small = plan.connectivity.build(min(plan.size, 100), np.random.default_rng(0))
    except NeurosimError:
        return True
    return isinstance(small.base, np.ndarray)


def _itemsize(plan: NetworkPlan) -> int:
    return np.dtype(plan.dtype).itemsize
