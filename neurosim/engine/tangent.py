"""Tangent vectors: a trajectory and small displacements from it, advanced together by one compiled loop."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.codegen.tangent import tangent_text
from neurosim.engine.inputs import Inputs
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import base_arrays, factor_arrays, parameter_arrays
from neurosim.engine.noise_arrays import noise_arrays
from neurosim.kernels.linalg.gram_schmidt import orthonormalize
from neurosim.kernels.linalg.layout import aligned_array, tile_columns, tile_rows, tiles_of
from neurosim.kernels.linalg.panels import MANY_STRIP
from neurosim.kernels.random.normals import whole_rows
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.kernels.runtime.threads import run_in_threads
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.noise import Noise
from neurosim.schemes import Tableau

__all__ = ["Drive", "Tangent"]


class Drive(NamedTuple):
    """Inputs and noise of a trajectory, which do not depend on its state.

    Attributes
    ----------
    inputs : Inputs
        Of a single trial.
    noise : WhiteNoise, OrnsteinUhlenbeck or None
    seed : SeedSequence
        Of the trajectory, as in the settings of a simulation: the noise is frozen to that of its trial 0.
    """

    inputs: Inputs
    noise: Noise | None
    seed: SeedSequence


class Tangent:
    """Trajectory of a network with `count` tangent vectors, advanced in place.

    Parameters
    ----------
    network : Network
    count : int
        Number of tangent vectors.
    dt : float
    scheme : Tableau
    threads : int
        The vectors are divided among them. Each thread computes the trajectory again, which costs one row; sharing it
        would cost a barrier in every stage.
    drive : Drive, optional
        Inputs and noise. Default: none.

    Attributes
    ----------
    step : int
        Number of steps done, the index of the next inputs and noise; set it to continue a simulation.
    """

    def __init__(
        self,
        network: Network,
        count: int,
        dt: float,
        scheme: Tableau,
        threads: int,
        *,
        drive: Drive | None = None,
    ) -> None:
        require_undelayed(network, "tangent vectors")
        operator, kind = network.recurrent, network.dtype
        self.network, self.count, self.scheme, self.step = network, count, scheme, 0
        self.drive = drive or Drive(Inputs(None, network, 1, dt, 1), None, SeedSequence(0))
        self.tiles = tiles_of(network.size, kind, long=operator.base is None)
        self.groups = max(1, min(threads, count // 4))
        self._present = network.has_variable.T.ravel()
        bias = self._bias()
        base = base_arrays(network, self.tiles, MANY_STRIP)
        spec = KernelSpec.of(
            network,
            self.drive.noise,
            title="tangent vectors of {}",
            base="blocks" if "blocks" in base else operator.kind_of_base,
            several_stages=True,
            bias=bool(np.any(bias)),
            inputs=self.drive.inputs.varying,
            tiled=self.tiles.count > 1,
        )
        text, self._names = tangent_text(spec, fingerprint())
        self._kernel = compile_kernel(text)
        self._work = self._work_arrays(len(spec.variables), operator.rank)
        self._frame = aligned_array((count, len(spec.variables) * self.tiles.padded), kind)
        self._arrays: dict[str, Any] = {
            **base,
            **factor_arrays(operator, self.tiles),
            **self._drive_arrays(dt),
            "dt": kind.type(dt),
            "size": network.size,
            "ahead": np.array(scheme.ahead, kind),
            "share": np.array(scheme.b, kind),
            "rank": operator.rank,
            "bias": self.tiles.unit_vector(bias, kind),
            **parameter_arrays(network, spec, self.tiles),
        }
        right = np.zeros((0, network.size), kind) if operator.right is None else operator.right.T
        self._arrays["rows"] = tile_rows([right], self.tiles, kind)

    def _bias(self) -> np.ndarray:
        constant = self.drive.inputs.added
        if constant is None:
            return self.network.bias
        return self.network.bias + self.network.input_weights @ constant.astype(self.network.dtype)

    def _drive_arrays(self, dt: float) -> dict[str, Any]:
        inputs, noise, seed = self.drive
        kind, scheme = self.network.dtype, self.scheme
        arrays = noise_arrays(noise, seed, dt, self.tiles, kind)
        if inputs.varying:
            held = inputs.function is None
            arrays["nodes"] = np.array([0 if held else scheme.nodes.index(c) for c in scheme.c])
            arrays["input_columns"] = tile_columns(self.network.input_weights, self.tiles, kind, MANY_STRIP)
        return arrays

    def _work_arrays(self, variables: int, rank: int) -> dict[str, np.ndarray]:
        groups, padded = self.groups, self.tiles.padded
        rows = 1 + -(-self.count // groups)
        shapes = {
            "state": (groups, variables, rows, padded),
            "stage_state": (groups, variables, rows, padded),
            "total": (groups, variables, rows, padded),
            "slope": (groups, variables, rows, padded),
            "rates": (groups, rows, padded),
            "currents": (groups, rows, self.tiles.width),
            "local_rate": (groups, variables, padded),
            "local_state": (groups, variables, variables, padded),
            "local_input": (groups, variables, padded),
            "partials": (groups, self.tiles.count, rows, rank),
            "overlaps": (groups, rows, rank),
            "held": (groups, 1, whole_rows(padded)),
            "fresh": (groups, 1, whole_rows(padded)),
        }
        return {name: aligned_array(shape, self.network.dtype) for name, shape in shapes.items()}

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
    def colored_noise(self) -> np.ndarray:
        """Present colored noise, shape (units,)."""
        return self._work["held"][0, 0, : self.network.size].copy()

    @colored_noise.setter
    def colored_noise(self, held: np.ndarray) -> None:
        self._work["held"][:, 0, : self.network.size] = held

    @property
    def vectors(self) -> np.ndarray:
        """Tangent vectors as columns, shape (dimensions, count), ordered by variable, then unit."""
        groups, variables, rows, size = self._rows[:, :, 1:].shape
        in_rows = self._rows[:, :, 1:].transpose(0, 2, 1, 3).reshape(groups * rows, variables * size)
        return in_rows[: self.count, self._present].T

    @vectors.setter
    def vectors(self, columns: np.ndarray) -> None:
        groups, variables, rows, size = self._rows[:, :, 1:].shape
        in_rows = np.zeros((groups * rows, variables * size), columns.dtype)
        in_rows[: self.count, self._present] = columns.T
        self._rows[:, :, 1:] = in_rows.reshape(groups, rows, variables, size).transpose(0, 2, 1, 3)

    def orthonormalize(self) -> np.ndarray:
        """Make the vectors orthonormal and return the factors by which they had grown, shape (count,)."""
        columns, growth = self.vectors, np.empty(self.count, self.network.dtype)
        length = len(columns)
        self._frame[:, :length] = columns.T
        orthonormalize(self._frame, growth)
        self.vectors = self._frame[:, :length].T
        return growth

    def advance(self, steps: int) -> None:
        """Advance the trajectory and all vectors by some steps."""
        # kernels require that stage and sum equal the state between steps
        self._work["stage_state"][:] = self._work["total"][:] = self._work["state"]
        arrays = {**self._arrays, "start": self.step, "steps": steps}
        if self.drive.inputs.varying:
            arrays["inputs"] = self.drive.inputs.sample(self.step, steps, self.scheme.nodes)
        calls = []
        for group in range(self.groups):
            own = {name: array[group] for name, array in self._work.items()}
            values = {**arrays, **own}
            calls.append([values[name] for name in self._names])
        run_in_threads(self._kernel, calls)
        self.step += steps
