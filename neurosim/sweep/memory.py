"""Memory and disk that one point of a declared study needs, estimated before it is begun."""

from __future__ import annotations

import numpy as np

from neurosim.connectivity import Operator
from neurosim.engine.delay_line import delay_line
from neurosim.errors import NeurosimError
from neurosim.experiments import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.schemes import find_scheme
from neurosim.sweep.workers import FOOTPRINT

__all__ = ["estimate_disk", "estimate_memory"]

MATRICES = 5
"""Matrices as large as the weights that are there at a time: the weights, a copy, and work space of eigenvalues."""


SMALL = 100
"""Units of the small network that tells whether weights are full matrices, and how long its connections take."""

HEADER = 5e3
"""Bytes of the file of a network beside its weights."""


def estimate_disk(declared: Experiment | TrainingExperiment) -> float:
    """Bytes on disk of the trained networks of an experiment or a training."""
    plans = (declared.network,) if isinstance(declared, TrainingExperiment) else declared.networks
    return sum(HEADER + _weights(plan) / MATRICES for plan in plans if plan.trainer is not None)


def estimate_memory(declared: Experiment | TrainingExperiment) -> float:
    """Bytes of the largest network of an experiment or a training, with its weights, trajectory and past rates."""
    if isinstance(declared, TrainingExperiment):
        return FOOTPRINT + _weights(declared.network)
    settings = declared.simulation
    samples = 1 + settings.duration / (settings.dt * settings.every)
    recorded = 2.0 * settings.trials * samples  # states and rates
    return FOOTPRINT + max(
        _weights(plan) + recorded * plan.size * _itemsize(plan) + _past(plan, settings)
        for plan in declared.networks
    )


def _weights(plan: NetworkPlan) -> float:
    """Bytes of the full matrices, of which a small network of the same kind tells whether there are any."""
    small = _small_weights(plan)
    dense = small is None or isinstance(small.base, np.ndarray)
    return MATRICES * float(plan.size) ** 2 * _itemsize(plan) if dense else 0.0


def _past(plan: NetworkPlan, settings: SimulationPlan) -> float:
    """Bytes of the rates of past steps that connections with delays read."""
    small = _small_weights(plan)
    try:
        line = None if small is None else delay_line(small, settings.dt, find_scheme(settings.scheme))
    except NeurosimError:  # a delay below one step, which the simulation refuses
        return 0.0
    return 0.0 if line is None else line.nbytes(settings.trials, plan.size, _itemsize(plan))


def _small_weights(plan: NetworkPlan) -> Operator | None:
    """Weights of a small network of the same kind; None where there are none of another size."""
    populations, size = {}, 0
    for section in plan.neuron.sections():
        if section.name:
            count = min(section.units.stop - section.units.start, SMALL // 5)
            populations[section.name] = slice(size, size + count)
            size += count
    try:
        return plan.connectivity.build_for(
            populations, size or min(plan.size, SMALL), np.random.default_rng(0)
        )
    except NeurosimError:
        return None


def _itemsize(plan: NetworkPlan) -> int:
    return np.dtype(plan.dtype).itemsize
