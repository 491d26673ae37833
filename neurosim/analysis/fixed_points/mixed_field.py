"""Vector field of populations with different numbers of variables, in the coordinates that exist."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.vector_field import NetworkField, SystemField, VectorField, solve_each
from neurosim.analysis.system import System
from neurosim.engine.tangent import Tangent
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.schemes import Tableau

__all__ = ["MixedField", "as_field", "network_field"]


class MixedField(NetworkField):
    """Vector field of a network in which some units lack variables that others have.

    To the analyses it is a flow of as many units of one variable as the network has dimensions, in the order of
    `Network.jacobian`: arrays are (1, states, dimensions). Outside, states have the shape of those of the network.
    """

    def __init__(self, network: Network, inputs: Any = None) -> None:
        super().__init__(network, inputs)
        self._whole = NetworkField(network, inputs)
        self._present = network.has_variable.T
        self.units, self.variables = network.dimensions, 1

    def with_inputs(self, inputs: Any) -> MixedField:
        """The same network under another input."""
        return MixedField(self._declared, inputs)

    def _expand(self, states: np.ndarray) -> np.ndarray:
        """States (variables, states, units) of flat ones; variables that do not exist are 0."""
        full = np.zeros((*self._present.shape, states.shape[1]))
        full[self._present] = states[0].T
        return np.ascontiguousarray(full.transpose(0, 2, 1))

    def _reduce(self, full: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(full.transpose(0, 2, 1)[self._present].T)[None]

    def inside(self, states: Any) -> np.ndarray:
        """States of an argument as (1, states, dimensions), checked."""
        return self._reduce(self._whole.inside(states))

    def outside(self, states: np.ndarray) -> np.ndarray:
        """States as (states, units, variables)."""
        return self._whole.outside(self._expand(states))

    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""
        return self._reduce(self._whole.speeds(self._expand(states)))

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, dimensions, dimensions)."""
        chosen = np.flatnonzero(self._present.ravel())
        return self._whole.jacobians(self._expand(states))[:, chosen[:, None], chosen]

    def newton_steps(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F; NaN where J is singular."""
        del threads
        return solve_each(self.jacobians(states), speeds)

    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Rounding error of the norm of F, shape (states,)."""
        return self._whole.rounding(self._expand(states))

    def lipschitz(self, states: np.ndarray, step: float) -> np.ndarray:
        """Estimate of the Lipschitz constant of J around each state, shape (states,)."""
        return self._whole.lipschitz(self._expand(states), step)

    def visit(self, count: int, seed: Any) -> np.ndarray:
        """States drawn from trajectories, shape (1, count, dimensions)."""
        return self._reduce(self._whole.visit(count, seed))

    def tangent(self, count: int, dt: float, scheme: Tableau, threads: int) -> FlatTangent:  # type: ignore[override]
        """Trajectory of the network under this input with `count` tangent vectors, in the coordinates that exist."""
        return FlatTangent(self._whole.tangent(count, dt, scheme, threads), self._present)


class FlatTangent:
    """Trajectory with tangent vectors, whose state is that of as many units of one variable as there are dimensions."""

    def __init__(self, tangent: Tangent, present: np.ndarray) -> None:
        self._tangent, self._present = tangent, present

    @property
    def state(self) -> np.ndarray:
        """Present state, shape (dimensions, 1)."""
        return self._tangent.state.T[self._present][:, None]

    @state.setter
    def state(self, state: np.ndarray) -> None:
        full = np.zeros(self._present.shape)
        full[self._present] = state[:, 0]
        self._tangent.state = full.T

    @property
    def vectors(self) -> np.ndarray:
        """Tangent vectors as columns, shape (dimensions, count)."""
        return self._tangent.vectors

    @vectors.setter
    def vectors(self, columns: np.ndarray) -> None:
        self._tangent.vectors = columns

    def advance(self, steps: int) -> None:
        """Advance the trajectory and all vectors by some steps."""
        self._tangent.advance(steps)


def as_field(given: Any, inputs: Any = None) -> VectorField:
    """Vector field of a network under a constant input, or of a system."""
    if not isinstance(given, System):
        return network_field(given, inputs)
    if inputs is not None:
        raise ParameterError("inputs must be None for a System; put them into its functions.")
    return SystemField(given)


def network_field(network: Network, inputs: Any = None) -> NetworkField:
    """Vector field of a network under a constant input, in the coordinates that exist."""
    mixed = require_undelayed(network, "fixed points and attractors").dimensions < network.has_variable.size
    return MixedField(network, inputs) if mixed else NetworkField(network, inputs)
