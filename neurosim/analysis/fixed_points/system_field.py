"""A system given by its functions as a vector field, beside those of networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.network_field import NetworkField
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.system import System
from neurosim.errors import ParameterError

__all__ = ["SystemField", "as_field"]


class SystemField(VectorField):
    """Speed and Jacobian of a `System`, one state after the other.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system, self.units, self.variables, self.inputs = system, system.size, 1, np.zeros(0)

    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""
        return np.array([self.system.speed_at(state) for state in states[0]]).reshape(states.shape)

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size)."""
        each = [self.system.jacobian_at(state) for state in states[0]]
        return np.array(each).reshape(-1, self.size, self.size)

    def newton(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F; NaN where J is singular."""
        del threads
        steps = np.full(states.shape, np.nan)
        for k, jacobian in enumerate(self.jacobians(states)):
            try:
                steps[0, k] = np.linalg.solve(jacobian, -speeds[0, k])
            except np.linalg.LinAlgError:
                continue
        return steps

    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Norm of F below which it is rounding: of the state, and of terms as large as those of J s."""
        scale = np.linalg.norm(self.jacobians(states), axis=(1, 2))
        return 4.0 * np.finfo(np.float64).eps * scale * norms(states)


def as_field(given: Any, inputs: Any = None) -> NetworkField | SystemField:
    """Vector field of a network under a held input, or of a system."""
    if not isinstance(given, System):
        return NetworkField(given, inputs)
    if inputs is not None:
        raise ParameterError("inputs were given; a System takes none: put them into its functions.")
    return SystemField(given)
