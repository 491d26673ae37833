"""A trajectory and small displacements from it, advanced together by one compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.engine.frames import orthonormalise
from neurosim.engine.layout import aligned, packed_operator, packed_rows, tiles_of
from neurosim.engine.panels import MANY_STRIP
from neurosim.engine.plan import Plan
from neurosim.engine.schemes import Tableau
from neurosim.engine.specialise import compiled, fingerprint
from neurosim.engine.tangent_loops import tangent_text
from neurosim.engine.threads import together
from neurosim.equations import parameter_values, trace
from neurosim.network import Network

__all__ = ["Tangent"]


class Tangent:
    """Trajectory of an autonomous network with `count` tangent vectors. It changes in place.

    Parameters
    ----------
    network : Network
    count : int
        Number of tangent vectors.
    dt : float
    scheme : Tableau
    threads : int
        The vectors are divided among them. Each thread has a trajectory of its own: computing it again costs one row,
        waiting for it would cost a barrier in every stage.
    """

    def __init__(self, network: Network, count: int, dt: float, scheme: Tableau, threads: int) -> None:
        operator, kind = network.recurrent, network.dtype
        self.network, self.count, self.scheme = network, count, scheme
        self.tiles = tiles_of(network.size, kind, long=operator.base is None)
        self.groups = max(1, min(threads, count // 4))
        values = parameter_values(network.neuron)
        unitwise = tuple(name for name, value in values.items() if np.ndim(value))
        plan = Plan(
            title=f"tangent vectors of {type(network.neuron).__name__}",
            equations=trace(network.neuron),
            unitwise=unitwise,
            dtype=kind.name,
            several_stages=True,
            base=operator.kind_of_base,
            low_rank=operator.left is not None,
            bias=bool(np.any(network.bias)),
            tiled=self.tiles.count > 1,
        )
        text, self._names = tangent_text(plan, fingerprint())
        self._kernel = compiled(text)
        self._work = self._work_arrays(len(plan.variables), operator.rank)
        self._arrays: dict[str, Any] = {
            **packed_operator(operator, self.tiles, MANY_STRIP),
            "dt": kind.type(dt),
            "size": network.size,
            "ahead": np.array(scheme.ahead, kind),
            "share": np.array(scheme.b, kind),
            "rank": operator.rank,
            "bias": self.tiles.unit_vector(network.bias, kind),
            "scalars": np.array([v for name, v in values.items() if name not in unitwise], kind),
            "unitwise": aligned((len(unitwise), self.tiles.padded), kind),
        }
        for row, name in zip(self._arrays["unitwise"], unitwise, strict=True):
            row[:] = self.tiles.unit_vector(values[name], kind)
        right = np.zeros((0, network.size), kind) if operator.right is None else operator.right.T
        self._arrays["rows"] = packed_rows([right], self.tiles, kind)

    def _work_arrays(self, variables: int, rank: int) -> dict[str, np.ndarray]:
        groups, padded = self.groups, self.tiles.padded
        rows = 1 + -(-self.count // groups)
        shapes = {
            "state": (groups, variables, rows, padded),
            "stage": (groups, variables, rows, padded),
            "total": (groups, variables, rows, padded),
            "slope": (groups, variables, rows, padded),
            "rates": (groups, rows, padded),
            "currents": (groups, rows, self.tiles.width),
            "local_rate": (groups, variables, padded),
            "local_state": (groups, variables, variables, padded),
            "local_input": (groups, variables, padded),
            "partials": (groups, self.tiles.count, rows, rank),
            "overlaps": (groups, rows, rank),
        }
        return {name: aligned(shape, self.network.dtype) for name, shape in shapes.items()}

    @property
    def _rows(self) -> np.ndarray:
        """State of every group, shape (groups, variables, rows, units); row 0 is the trajectory."""
        return self._work["state"][..., : self.network.size]

    @property
    def state(self) -> np.ndarray:
        """Present state of the trajectory, shape (units, variables)."""
        return self._rows[0, :, 0].T.copy()

    @state.setter
    def state(self, state: np.ndarray) -> None:
        self._rows[:, :, 0] = state.T

    @property
    def vectors(self) -> np.ndarray:
        """Tangent vectors as columns, shape (variables * units, count), ordered by variable, then unit."""
        groups, variables, rows, size = self._rows[:, :, 1:].shape
        columns = self._rows[:, :, 1:].transpose(1, 3, 0, 2).reshape(variables * size, groups * rows)
        return columns[:, : self.count].copy()

    @vectors.setter
    def vectors(self, columns: np.ndarray) -> None:
        groups, variables, rows, size = self._rows[:, :, 1:].shape
        padded = np.zeros((variables * size, groups * rows), columns.dtype)
        padded[:, : self.count] = columns
        self._rows[:, :, 1:] = padded.reshape(variables, size, groups, rows).transpose(2, 0, 3, 1)

    def orthonormalise(self) -> np.ndarray:
        """Make the vectors orthonormal and return the factors by which they had grown, shape (count,)."""
        rows, growth = np.ascontiguousarray(self.vectors.T), np.empty(self.count, self.network.dtype)
        orthonormalise(rows, growth)
        self.vectors = rows.T
        return growth

    def advance(self, steps: int) -> None:
        """Do some steps of the trajectory and of all vectors."""
        # kernels leave stage and sum equal to the state, and expect them so
        self._work["stage"][:] = self._work["total"][:] = self._work["state"]
        calls = []
        for group in range(self.groups):
            own = {name: array[group] for name, array in self._work.items()}
            values = {**self._arrays, **own, "steps": steps}
            calls.append([values[name] for name in self._names])
        together(self._kernel, calls)
