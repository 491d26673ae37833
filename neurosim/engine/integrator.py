"""The arrays of one simulation and the kernel that works on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from neurosim.engine.codegen.time_loop import module_text
from neurosim.engine.inputs import Inputs
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.noise_arrays import noise_arrays, noise_kind
from neurosim.engine.operator_arrays import operator_arrays
from neurosim.engine.trajectory import Trajectory
from neurosim.equations import parameter_values, trace
from neurosim.kernels.linalg.layout import aligned_array, tile_columns, tile_rows, tiles_of
from neurosim.kernels.linalg.panels import MANY_STRIP, ONE_STRIP, TRIALS
from neurosim.kernels.random.normals import whole_rows
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.kernels.runtime.threads import run_in_threads, shares
from neurosim.network import Network
from neurosim.schemes import find_scheme

__all__ = ["Integrator"]

PARALLEL_LIGHT_UNITS = 20_000
"""Units from which dividing one trial with sparse or low-rank weights pays for a fork and join per product."""

SLOWEST = 1e9
"""Operations a second for the first guess of the time of a step."""
OPERATIONS_PER_UNIT = 100
"""About what rate, drift and recording take."""


def _may_divide(network: Network, tiles: int, trials: int, threads: int) -> bool:
    """Whether there are tiles of a single trial to divide among threads, and it may pay."""
    enough = 0 if network.recurrent.kind_of_base == "dense" else PARALLEL_LIGHT_UNITS
    return trials == 1 < min(threads, tiles) and network.size >= enough


class Integrator:
    """One simulation under way. It changes in place; everything outside sees copies.

    Parameters
    ----------
    run : Trajectory
        Where to start, what to record, and into which arrays.
    inputs : Inputs
    threads : int
    """

    def __init__(self, run: Trajectory, inputs: Inputs, threads: int) -> None:
        network, settings = run.network, run.settings
        self.network, self.dt, self.inputs = network, settings.dt, inputs
        self.scheme = find_scheme(settings.scheme)
        self.recurrent, self.trials, self.every = network.recurrent, settings.trials, settings.every
        self.tiles = tiles_of(network.size, network.dtype, long=self.recurrent.base is None)
        self.groups = threads
        # so many trials go through the weights together; their blocks therefore stay together
        self.shares = shares(self.trials, TRIALS, threads)
        values = parameter_values(network.neuron)
        unitwise = tuple(name for name, value in values.items() if np.ndim(value))
        self.spec = KernelSpec(
            title=type(network.neuron).__name__,
            equations=trace(network.neuron),
            unitwise=unitwise,
            dtype=network.dtype.name,
            several_stages=self.scheme.stages > 1,
            base=self.recurrent.kind_of_base,
            low_rank=self.recurrent.left is not None,
            readout=run.recorded_outputs is not None and run.recorded_outputs.shape[-1] > 0,
            bias=bool(np.any(network.bias)) or inputs.constant is not None,
            inputs=inputs.varying,
            noise=noise_kind(settings.noise),
            noise_target=getattr(settings.noise, "target", "state"),
            shared_noise=getattr(settings.noise, "shared", False),
            one_trial=settings.trials == 1,
            tiled=self.tiles.count > 1,
        )
        self.may_divide = _may_divide(network, self.tiles.count, settings.trials, threads)
        self.divided = False
        self._kernels: dict[bool, tuple[Callable[..., None], tuple[str, ...]]] = {}
        self.arrays = {
            **self._clock(),
            **self._work(),
            **self._weights(inputs),
            **self._parameters(values, unitwise),
            **self._recording(run),
            **self._noise(run),
        }
        self.restart(run.step, run.final_state, run.final_noise)

    def _clock(self) -> dict[str, Any]:
        real = self.network.dtype.type
        return {
            "clock": np.zeros(len(self.shares), np.int64),
            "every": self.every,
            "dt": real(self.dt),
            "size": self.network.size,
            "groups": self.groups,
        }

    def _work(self) -> dict[str, Any]:
        kind, tiles, trials = self.network.dtype, self.tiles, self.trials
        count, stages = len(self.spec.variables), self.scheme.stages
        work = {
            "state": aligned_array((count, trials, tiles.padded), kind),
            "rates": aligned_array(self._shape_of_rates(), kind),
            "currents": aligned_array((max(self.groups, trials), tiles.width), kind),
        }
        if stages > 1:
            for name in ("stage", "total", "slope"):
                work[name] = aligned_array((count, trials, tiles.padded), kind)
            work["ahead"], work["share"] = np.array(self.scheme.ahead, kind), np.array(self.scheme.b, kind)
            # inputs that are held have one sample a step, functions of time one for each distinct stage time
            held = self.inputs.function is None
            work["nodes"] = np.array([0 if held else self.scheme.nodes.index(c) for c in self.scheme.c])
        return work

    def _shape_of_rates(self) -> tuple[int, int]:
        if self.spec.base != "none":
            return self.trials, self.tiles.padded
        return self.trials, self.groups * self.tiles.width

    def _weights(self, inputs: Inputs) -> dict[str, Any]:
        network, tiles, kind = self.network, self.tiles, self.network.dtype
        strip = ONE_STRIP if self.spec.one_trial else MANY_STRIP
        arrays: dict[str, Any] = operator_arrays(self.recurrent, tiles, strip)
        if self.spec.bias:
            bias = network.bias
            if inputs.constant is not None:
                bias = bias + network.input_weights @ inputs.constant.astype(kind)
            arrays["bias"] = tiles.unit_vector(bias, kind)
        if self.spec.inputs:
            arrays["input_columns"] = tile_columns(network.input_weights, tiles, kind, strip)
        return arrays

    def _parameters(self, values: dict[str, Any], unitwise: tuple[str, ...]) -> dict[str, Any]:
        kind = self.network.dtype
        per_unit = aligned_array((len(unitwise), self.tiles.padded), kind)
        for row, name in zip(per_unit, unitwise, strict=True):
            row[:] = self.tiles.unit_vector(values[name], kind)
        scalars = [value for name, value in values.items() if name not in unitwise]
        return {"scalars": np.array(scalars, kind), "unitwise": per_unit}

    def _recording(self, run: Trajectory) -> dict[str, Any]:
        kind, network = self.network.dtype, self.network
        readout = network.readout_weights if self.spec.readout else network.readout_weights[:0]
        right = np.zeros((0, network.size), kind) if self.recurrent.right is None else self.recurrent.right.T
        rows = tile_rows([right, readout], self.tiles, kind)
        nothing = np.empty((len(self.spec.variables), self.trials, 0, 0), kind)
        return {
            "rows": rows,
            "rank": self.recurrent.rank,
            "partials": np.zeros((self.tiles.count, self.trials, len(rows)), kind),
            "overlaps": np.zeros((self.trials, len(rows)), kind),
            "recorded": nothing if run.recorded is None else run.recorded,
            "units": np.empty(0, np.int64) if run.recorded is None else run.units,
            "outputs": run.recorded_outputs,
            "readout_bias": network.readout_bias,
        }

    def _noise(self, run: Trajectory) -> dict[str, Any]:
        settings, kind = run.settings, self.network.dtype
        rows = [] if settings.noise is None else ["held", "fresh"]
        shape = self.trials, whole_rows(self.tiles.padded)
        return {
            **noise_arrays(settings.noise, settings.seed, self.dt, self.tiles, kind),
            **{name: aligned_array(shape, kind) for name in rows},
        }

    @property
    def seconds_per_step(self) -> float:
        """Guess of the time of a step, at a speed that any processor exceeds."""
        weights = self.recurrent.nbytes / self.network.dtype.itemsize
        operations = 2 * weights + OPERATIONS_PER_UNIT * self.network.size * len(self.spec.variables)
        return self.scheme.stages * self.trials * operations / SLOWEST

    def restart(self, step: int, states: np.ndarray, held: np.ndarray | None) -> None:
        """Put the machine where a run stands."""
        self.arrays["clock"][:] = step
        self.arrays["state"][..., : self.network.size] = np.moveaxis(states, -1, 0)
        if "stage" in self.arrays:
            # kernels leave stage and sum equal to the state, and expect them so
            self.arrays["stage"][:] = self.arrays["total"][:] = self.arrays["state"]
        if held is not None:
            self.arrays["held"][:, : self.network.size] = held

    @property
    def step(self) -> int:
        """Steps that are done; kept by the kernel, so that it is right even after Ctrl-C."""
        return int(self.arrays["clock"][0])

    @property
    def states(self) -> np.ndarray:
        """Copy of the present states, shape (trials, units, variables)."""
        return np.moveaxis(self.arrays["state"][..., : self.network.size], 0, -1).copy()

    @property
    def colored_noise(self) -> np.ndarray | None:
        """Copy of the present colored noise, shape (trials, units)."""
        return self.arrays["held"][:, : self.network.size].copy() if self.spec.noise == "colored" else None

    def advance(self, steps: int) -> None:
        """Do some steps, recording the states before each."""
        self._call(steps, only_record=False)

    def record_last(self) -> None:
        """Record the present state, without a step."""
        self._call(1, only_record=True)

    def _call(self, steps: int, *, only_record: bool) -> None:
        if self.spec.inputs:
            self.arrays["inputs"] = self.inputs.sample(self.step, steps, self.scheme.nodes)
        values = {**self.arrays, "steps": steps, "only_record": only_record}
        kernel, names = self._kernel()
        if not self.divided:
            run_in_threads(kernel, [self._share(values, names, k) for k in range(len(self.shares))])
            return
        before = numba.get_num_threads()
        numba.set_num_threads(self.groups)
        try:
            run_in_threads(kernel, [[values[name] for name in names]])
        finally:
            numba.set_num_threads(before)

    def _kernel(self) -> tuple[Callable[..., None], tuple[str, ...]]:
        """Present kernel and the names of its arguments."""
        if self.divided not in self._kernels:
            spec = dataclasses.replace(self.spec, divided=self.divided)
            self._kernels[self.divided] = compile_kernel(module_text(spec, fingerprint())), spec.arguments
        return self._kernels[self.divided]

    def _share(self, values: dict[str, Any], names: tuple[str, ...], k: int) -> list[Any]:
        first, last = self.shares[k]
        own = {**values, "clock": values["clock"][k : k + 1], "first": first, "last": last}
        return [own[name] for name in names]
