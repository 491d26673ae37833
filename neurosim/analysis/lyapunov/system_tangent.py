"""Trajectory of a `System` with tangent vectors, in NumPy; `neurosim.engine.tangent` is that of a network."""

from __future__ import annotations

import numpy as np

from neurosim.analysis.system import System
from neurosim.kernels.linalg.gram_schmidt import orthonormalize
from neurosim.schemes import Tableau

__all__ = ["SystemTangent"]


class SystemTangent:
    """Trajectory of a system with `count` tangent vectors. It changes in place.

    Parameters
    ----------
    system : System
    count : int
    dt : float
    scheme : Tableau

    Attributes
    ----------
    step : int
        Number of steps so far.
    """

    def __init__(self, system: System, count: int, dt: float, scheme: Tableau) -> None:
        self.system, self.dt, self.scheme, self.step = system, dt, scheme, 0
        # column 0 is the trajectory
        self._columns = np.zeros((system.size, 1 + count))

    @property
    def state(self) -> np.ndarray:
        """Current state, shape (size, 1)."""
        return self._columns[:, :1].copy()

    @state.setter
    def state(self, state: np.ndarray) -> None:
        self._columns[:, :1] = state

    @property
    def vectors(self) -> np.ndarray:
        """Tangent vectors as columns, shape (size, count)."""
        return self._columns[:, 1:].copy()

    @vectors.setter
    def vectors(self, columns: np.ndarray) -> None:
        self._columns[:, 1:] = columns

    def orthonormalize(self) -> np.ndarray:
        """Make the vectors orthonormal and return the factors by which they had grown, shape (count,)."""
        rows = np.ascontiguousarray(self.vectors.T)
        growth = np.empty(len(rows))
        orthonormalize(rows, growth)
        self.vectors = rows.T
        return growth

    def advance(self, steps: int) -> None:
        """Advance the trajectory and all vectors by a number of steps."""
        for _ in range(steps):
            stage, total = self._columns, self._columns.copy()
            for ahead, share in zip(self.scheme.ahead, self.scheme.b, strict=True):
                slope = self._slope(stage)
                total += self.dt * share * slope
                stage = self._columns + self.dt * ahead * slope
            self._columns = total
        self.step += steps

    def _slope(self, columns: np.ndarray) -> np.ndarray:
        state = columns[:, 0]
        return np.column_stack([self.system.speed_at(state), self.system.jacobian_at(state) @ columns[:, 1:]])
