"""Convenience methods: every method of a lower class that calls a function of a higher room is named here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["CONVENIENCES", "convenience"]

CONVENIENCES = {
    "History.plot": "neurosim.plotting.history",
    "EffectiveCircuit.system": "neurosim.analysis.system.System",
    "Network.for_task": "neurosim.published_networks.network_for_task",
    "Network.jacobian": "neurosim.jacobian.jacobian",
    "Network.save": "neurosim.storage.save",
    "Neuron.explain": "neurosim.equations.source.explanation",
    "Result.to_dataframe": "neurosim.table_export.result_table",
    "Training.save": "neurosim.storage.save",
    "Training.simulate": "neurosim.engine.simulate",
    "Trajectory.save": "neurosim.storage.save",
    "Trajectory.to_xarray": "neurosim.xarray_export.trajectory_dataset",
    "Trials.plot": "neurosim.plotting.task.trial",
    "Trials.to_dataframe": "neurosim.table_export.trials_table",
    "Trials.to_xarray": "neurosim.xarray_export.trials_dataset",
}
"""Method -> function that it calls. A class imports lower rooms only; these calls go up when they are used."""


def convenience(method: str) -> Callable[..., Any]:
    """Function that a convenience method calls, imported on first use.

    Parameters
    ----------
    method : str
        A name of `CONVENIENCES`, such as ``"Network.save"``.
    """
    module, _, function = CONVENIENCES[method].rpartition(".")
    return getattr(importlib.import_module(module), function)
