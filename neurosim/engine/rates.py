"""Rates of recorded states, computed by the compiled function of the time loop."""

from __future__ import annotations

import numpy as np

from neurosim.engine.codegen.time_loop import rates_text
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import parameter_arrays
from neurosim.kernels.linalg.layout import Tiles
from neurosim.kernels.runtime.compilation import fingerprint, import_generated
from neurosim.network import Network

__all__ = ["rates_of"]


def rates_of(network: Network, states: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    """Rates of states, bit for bit those of the simulation.

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
    spec = KernelSpec.of(network)
    text = rates_text(spec, fingerprint())
    parameters = parameter_arrays(network, spec, Tiles(network.size, 1, network.size))
    per_unit = np.ascontiguousarray(parameters["unitwise"][:, slice(None) if units is None else units])
    rows = np.ascontiguousarray(states.reshape(len(states), -1, states.shape[-1]), network.dtype)
    rates = np.empty(rows.shape[1:], network.dtype)
    import_generated(text).rates(rows, rates, parameters["scalars"], per_unit)
    return rates.reshape(states.shape[1:])
