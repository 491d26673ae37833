"""Networks as the authors of a task published them."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.serialization import from_dict
from neurosim.tasks.base import Task
from neurosim.tasks.published import published_settings

__all__ = ["network_for_task"]


def network_for_task(task: Task, rng: Seed = None, **changes: Any) -> Network:
    """Network as the authors of a task built it, with the channels of the task and before training.

    Parameters
    ----------
    task : Task
        One with published settings, such as ``ns.tasks.yang2019("go")``; see `neurosim.tasks.Task.settings`.
    rng : int, SeedSequence, Generator or None, optional
        Seed of all weights.
    **changes
        Arguments of `Network` that replace the published ones.

    Returns
    -------
    Network

    Raises
    ------
    ParameterError
        If the task has no published settings.
    UnknownKeywordError
        If `Network` has no such argument.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.Network.for_task(ns.tasks.yang2019("go"), size=100, rng=0)
    Network(LeakyRate(activation='softplus', tau=100.0), Identity(gain=0.5), size=100, inputs=85, outputs=33)
    """
    settings = {
        name: from_dict(name, value) if name in ("neuron", "connectivity") else value
        for name, value in published_settings(task, "network").items()
    }
    start = settings.pop("initial_state", None)
    network = Network(**{"inputs": task.inputs, "outputs": task.outputs, **settings, **changes}, rng=rng)
    return network if start is None else network.replace(initial_state=np.full(network.size, start))
