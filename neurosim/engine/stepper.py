"""Single Euler steps of a network whose weights are changed between the steps, as online learning rules do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.codegen.single_step import single_step_text
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import parameter_arrays
from neurosim.kernels.linalg.layout import Tiles
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.network_parts import require_no_channels
from neurosim.state_layout import state_columns

__all__ = ["Stepper"]


class Stepper:
    """One trial of a network, advanced by single Euler steps, with weights that the caller may change in place.

    Always in float64. Sums are the same for any number of threads of the linear algebra library.

    Parameters
    ----------
    network : Network
    dt : float

    Attributes
    ----------
    base : ndarray, shape (units, units) or (weights,), or None
        Full-rank part: dense, or the weights of a sparse matrix in CSR order. Change it in place.
    left, right : ndarray, shape (rank, units), or None
        Low-rank factors, a row for each rank. Change them in place.
    """

    def __init__(self, network: Network, dt: float) -> None:
        self.network = require_undelayed(network, "weights that change during a run")
        require_no_channels(network.neuron, "rules that learn step by step")
        spec = replace(KernelSpec.of(network, title="single steps of {}"), dtype="float64")
        text, names = single_step_text(spec, fingerprint())
        self._kernel, self._names = compile_kernel(text), names[3:]
        self._arrays: dict[str, Any] = {
            "dt": float(dt),
            "state": np.zeros((len(spec.variables), network.size)),
            "rates": np.zeros((1, network.size)),
            "currents": np.zeros((1, network.size)),
            **parameter_arrays(network, spec, Tiles(network.size, 1, network.size)),
            **_weight_arrays(network.recurrent),
        }
        self.base: Any = self._arrays.get("weights")
        self.left: Any = self._arrays.get("left")
        self.right: Any = self._arrays.get("right")

    def start(self, states: np.ndarray) -> None:
        """Set the state, shape (units,) or (units, variables)."""
        self._arrays["state"][:] = state_columns(states, self.network.size)
        self._arrays["rates"][0] = self.network.neuron.values(*self._arrays["state"])

    @property
    def rates(self) -> np.ndarray:
        """Present rates, shape (units,); a view."""
        return self._arrays["rates"][0]

    @property
    def currents(self) -> np.ndarray:
        """Currents of the last step, shape (units,); a view."""
        return self._arrays["currents"][0]

    @property
    def state(self) -> np.ndarray:
        """Copy of the present state, shape (units,) or (units, variables)."""
        state = self._arrays["state"].T.copy()
        return state[:, 0] if state.shape[1] == 1 else state

    def advance(self, drive: np.ndarray, rates: np.ndarray, states: np.ndarray | None = None) -> None:
        """Do one step for each row of the drive.

        Parameters
        ----------
        drive : ndarray, shape (steps, units)
            Input currents in addition to the recurrent ones, constant during each step.
        rates : ndarray, shape (steps, units)
            Filled with the rates after each step.
        states : ndarray, shape (steps, units), optional
            Filled with the first variable after each step.
        """
        recorded = rates[:0] if states is None else states
        self._kernel(drive, rates, recorded, *(self._arrays[name] for name in self._names))

    def operator(self) -> Operator:
        """Present recurrent weights."""
        weights = {"base": None if self.base is None else self.base.copy()}
        if self.left is not None:
            weights |= {"left": self.left.T.copy(), "right": self.right.T.copy()}
        return self.network.recurrent.with_weights(**weights)


def _weight_arrays(operator: Operator) -> dict[str, np.ndarray]:
    """Copies of the recurrent weights under the names of the kernel's arguments."""
    arrays: dict[str, np.ndarray] = {}
    base: Any = operator.base
    if operator.kind_of_base == "dense":
        arrays["weights"] = np.array(base, np.float64)
    elif operator.kind_of_base == "sparse":
        arrays["weights"] = np.array(base.data, np.float64)
        arrays |= {"starts": base.indptr.astype(np.uint64), "sources": base.indices.astype(np.uint32)}
        arrays["sparse_weights"] = arrays["weights"]
    if operator.left is not None and operator.right is not None:
        arrays["left"] = np.array(operator.left.T, np.float64, order="C")
        arrays["right"] = np.array(operator.right.T, np.float64, order="C")
        arrays["overlaps"] = np.zeros(operator.rank)
    return arrays
