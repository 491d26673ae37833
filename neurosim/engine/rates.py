"""Rates of recorded states, by the same compiled function that the time loop uses."""

from __future__ import annotations

import numpy as np

from neurosim.engine.codegen.time_loop import rates_text
from neurosim.equations import parameter_values, trace
from neurosim.kernels.runtime.compilation import fingerprint, import_generated
from neurosim.network import Network

__all__ = ["rates_of"]


def rates_of(network: Network, states: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    """Rates of states, bit for bit those that the simulation multiplied with the weights.

    Parameters
    ----------
    network : Network
    states : ndarray, shape (variables, ..., units)
    units : ndarray of int or None
        Which units the last axis holds; None: all.

    Returns
    -------
    ndarray, shape (..., units)
    """
    values = parameter_values(network.neuron)
    unitwise = tuple(name for name, value in values.items() if np.ndim(value))
    text = rates_text(
        type(network.neuron).__name__, trace(network.neuron), unitwise, network.dtype.name, fingerprint()
    )
    chosen = slice(None) if units is None else units
    scalars = np.array([v for name, v in values.items() if name not in unitwise], network.dtype)
    per_unit = np.array([np.asarray(values[name])[chosen] for name in unitwise], network.dtype)
    per_unit = per_unit.reshape(len(unitwise), states.shape[-1])
    rows = np.ascontiguousarray(states.reshape(len(states), -1, states.shape[-1]), network.dtype)
    rates = np.empty(rows.shape[1:], network.dtype)
    import_generated(text).rates(rows, rates, scalars, per_unit)
    return rates.reshape(states.shape[1:])
