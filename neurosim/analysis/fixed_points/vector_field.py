"""What searches need of a flow: speed and Jacobian of many states at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.validation import finite

__all__ = ["CHUNK", "VectorField", "norms"]

CHUNK = 64
"""States whose Jacobians are in memory at the same time."""


class VectorField(ABC):
    """Flow of `units` units with some variables each, `size` in all, under held inputs.

    States are arrays (variables, states, units) in here, and (states, units) or (states, units, variables) outside.
    """

    units: int
    variables: int
    inputs: np.ndarray

    @property
    def size(self) -> int:
        """Dimension of the state."""
        return self.units * self.variables

    @abstractmethod
    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""

    @abstractmethod
    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size), ordered by variable, then by unit."""

    @abstractmethod
    def newton(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F, of the shape of the states; infinite or NaN where J is singular."""

    @abstractmethod
    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Norm of F below which it is rounding, shape (states,)."""

    def inside(self, states: Any) -> np.ndarray:
        """States from outside as (variables, states, units), checked."""
        array = finite("states", states, np.float64)
        full = (self.units, self.variables)
        if array.shape[-1:] == full[:1] and self.variables == 1:
            array = array[..., None]
        if array.shape[-2:] != full or array.ndim > 3 or not array.size:
            shape = f"(states, {full[0]}{'' if full[1] == 1 else f', {full[1]}'})"
            raise ShapeError(f"states have shape {np.shape(states)}; give {shape}, at least one state.")
        return np.ascontiguousarray(np.moveaxis(array.reshape(-1, *full), -1, 0))

    def outside(self, states: np.ndarray) -> np.ndarray:
        """States as (states, units), with a last axis for the variable where a unit has several."""
        return states[0].copy() if self.variables == 1 else np.ascontiguousarray(np.moveaxis(states, 0, -1))

    def each_jacobian(self, function: Callable[[np.ndarray], np.ndarray], states: np.ndarray) -> np.ndarray:
        """What a function of Jacobians (states, size, size) gives, of few at a time; states along the first axis."""
        # an empty part too, so that no states give an array of the right shape
        parts = range(0, max(states.shape[1], 1), CHUNK)
        return np.concatenate([function(self.jacobians(states[:, k : k + CHUNK])) for k in parts])


def norms(states: np.ndarray) -> np.ndarray:
    """Euclidean norm of each state, shape (states,)."""
    return np.sqrt(np.einsum("vqi,vqi->q", states, states))
