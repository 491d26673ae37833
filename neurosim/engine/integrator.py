"""Integrator of one simulation: its arrays, and the compiled time loop that advances them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from neurosim.engine.codegen.time_loop import module_text
from neurosim.engine.delay_line import delay_line
from neurosim.engine.inputs import Inputs
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import base_arrays, factor_arrays, parameter_arrays
from neurosim.engine.noise_arrays import noise_arrays
from neurosim.engine.source_row import row_kinds
from neurosim.engine.trajectory import Recording, Settings, State
from neurosim.kernels.linalg.layout import aligned_array, tile_columns, tile_rows, tiles_of
from neurosim.kernels.linalg.panels import MANY_STRIP, ONE_STRIP, TRIALS
from neurosim.kernels.random.normals import whole_rows
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.kernels.runtime.threads import run_in_threads, shares
from neurosim.network import Network
from neurosim.schemes import find_scheme

__all__ = ["Integrator"]

PARALLEL_LIGHT_UNITS = 20_000
"""Units from which threads on one trial with sparse or low-rank weights gain more than they cost to start."""

SLOWEST = 1e9
"""Operations per second assumed for the first estimate of the time of a step."""
OPERATIONS_PER_UNIT = 100
"""Estimate for rate, drift and recording."""


def _may_divide(network: Network, tiles: int, trials: int, threads: int) -> bool:
    """Whether threads may share the tiles of a single trial with a gain."""
    enough = 0 if network.recurrent.kind_of_base == "dense" else PARALLEL_LIGHT_UNITS
    return trials == 1 < min(threads, tiles) and network.size >= enough


class Integrator:
    """Arrays and compiled loop of one simulation, advanced in place; what it returns are copies.

    Parameters
    ----------
    network : Network
    settings : Settings
    inputs : Inputs
    recording : Recording
        Filled while the simulation advances.
    state : State
        Where it starts.
    threads : int
    """

    def __init__(
        self,
        network: Network,
        settings: Settings,
        inputs: Inputs,
        recording: Recording,
        state: State,
        threads: int,
    ) -> None:
        self.network, self.dt, self.inputs = network, settings.dt, inputs
        self.scheme = find_scheme(settings.scheme)
        self.recurrent, self.trials, self.every = network.recurrent, settings.trials, settings.every
        self.tiles = tiles_of(network.size, network.dtype, long=self.recurrent.base is None)
        self.groups = threads
        # TRIALS trials are multiplied with the weights at once, so a block of them goes to one thread
        self.shares = shares(self.trials, TRIALS, threads)
        self.strip = ONE_STRIP if settings.trials == 1 else MANY_STRIP
        self.line = delay_line(self.recurrent, settings.dt, self.scheme)
        base = base_arrays(network, self.tiles, self.strip, self.line)
        self.spec = KernelSpec.of(
            network,
            settings.noise,
            base="blocks" if "blocks" in base else self.recurrent.kind_of_base,
            several_stages=self.scheme.stages > 1,
            readout=recording.outputs is not None and recording.outputs.shape[-1] > 0,
            bias=bool(np.any(network.bias)) or inputs.added is not None,
            inputs=inputs.varying,
            one_trial=settings.trials == 1,
            tiled=self.tiles.count > 1,
        )
        self.may_divide = _may_divide(network, self.tiles.count, settings.trials, threads)
        self.divided = False
        self._kernels: dict[bool, tuple[Callable[..., None], tuple[str, ...]]] = {}
        self.arrays = {
            **self._clock(),
            **self._work(),
            **base,
            **factor_arrays(self.recurrent, self.tiles),
            **self._drive(inputs),
            **parameter_arrays(network, self.spec, self.tiles),
            **self._recording(recording, settings),
            **self._noise(settings),
        }
        self.restart(state)

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
        work: dict[str, Any] = {
            "state": aligned_array((count, trials, tiles.padded), kind),
            "rates": aligned_array(self._shape_of_rates(), kind),
            "currents": aligned_array((max(self.groups, trials), tiles.width), kind),
        }
        if stages > 1:
            for name in ("stage_state", "total", "slope"):
                work[name] = aligned_array((count, trials, tiles.padded), kind)
            work["ahead"], work["share"] = np.array(self.scheme.ahead, kind), np.array(self.scheme.b, kind)
            # inputs that are held have one sample a step, functions of time one for each distinct stage time
            held = self.inputs.function is None
            work["nodes"] = np.array([0 if held else self.scheme.nodes.index(c) for c in self.scheme.c])
        if self.line is not None:
            self.line.require_memory(trials, tiles.padded, kind.itemsize)
            work["line"] = aligned_array((self.line.depth, stages, trials, tiles.padded), kind)
            work |= {**self.line.arrays, "row_kinds": row_kinds(self.recurrent)}
        return work

    def _shape_of_rates(self) -> tuple[int, int]:
        if self.line is not None:
            return self.trials, self.line.width
        if self.spec.base != "none":
            return self.trials, self.tiles.padded
        return self.trials, self.groups * self.tiles.width

    def _drive(self, inputs: Inputs) -> dict[str, Any]:
        network, tiles, kind, strip = self.network, self.tiles, self.network.dtype, self.strip
        arrays: dict[str, Any] = {}
        if self.spec.bias:
            bias = network.bias
            if inputs.added is not None:
                bias = bias + network.input_weights @ inputs.added.astype(kind)
            arrays["bias"] = tiles.unit_vector(bias, kind)
        if self.spec.inputs:
            arrays["input_columns"] = tile_columns(network.input_weights, tiles, kind, strip)
        return arrays

    def _recording(self, recording: Recording, settings: Settings) -> dict[str, Any]:
        kind, network = self.network.dtype, self.network
        readout = network.readout_weights if self.spec.readout else network.readout_weights[:0]
        right = np.zeros((0, network.size), kind) if self.recurrent.right is None else self.recurrent.right.T
        rows = tile_rows([right, readout], self.tiles, kind)
        nothing = np.empty((len(self.spec.variables), self.trials, 0, 0), kind)
        units = np.arange(network.size) if settings.units is None else settings.units
        return {
            "rows": rows,
            "rank": self.recurrent.rank,
            "partials": np.zeros((self.tiles.count, self.trials, len(rows)), kind),
            "overlaps": np.zeros((self.trials, len(rows)), kind),
            "recorded": nothing if recording.states is None else recording.states,
            "units": np.empty(0, np.int64) if recording.states is None else units,
            "outputs": recording.outputs,
            "readout_bias": network.readout_bias,
        }

    def _noise(self, settings: Settings) -> dict[str, Any]:
        kind = self.network.dtype
        rows = [] if settings.noise is None else ["held", "fresh"]
        shape = self.trials, whole_rows(self.tiles.padded)
        return {
            **noise_arrays(settings.noise, settings.seed, self.dt, self.tiles, kind),
            **{name: aligned_array(shape, kind) for name in rows},
        }

    @property
    def seconds_per_step(self) -> float:
        """Estimated time of a step, at a speed that any processor exceeds."""
        weights = self.recurrent.nbytes / self.network.dtype.itemsize
        operations = 2 * weights + OPERATIONS_PER_UNIT * self.network.size * len(self.spec.variables)
        return self.scheme.stages * self.trials * operations / SLOWEST

    def restart(self, state: State) -> None:
        """Continue from this state."""
        self.arrays["clock"][:] = state.step
        self.arrays["state"][..., : self.network.size] = np.moveaxis(state.states, -1, 0)
        if "stage_state" in self.arrays:
            # kernels require that stage and sum equal the state between steps
            self.arrays["stage_state"][:] = self.arrays["total"][:] = self.arrays["state"]
        if state.colored_noise is not None:
            self.arrays["held"][:, : self.network.size] = state.colored_noise
        if state.line is not None:
            self.arrays["line"][self._slots(state.step), ..., : self.network.size] = state.line

    def _slots(self, step: int) -> np.ndarray:
        """Places of the steps before this one in the ring of kept rates, the earliest first."""
        assert self.line is not None
        return np.arange(step - self.line.depth + 1, step) % self.line.depth

    @property
    def step(self) -> int:
        """Number of steps done; counted by the kernel, so that it is right also after Ctrl-C."""
        return int(self.arrays["clock"][0])

    @property
    def state(self) -> State:
        """Copy of the present state."""
        size = self.network.size
        states = np.moveaxis(self.arrays["state"][..., :size], 0, -1).copy()
        colored = self.arrays["held"][:, :size].copy() if self.spec.noise == "colored" else None
        line = None if self.line is None else self.arrays["line"][self._slots(self.step), ..., :size]
        return State(self.step, states, colored, line)

    def advance(self, steps: int) -> None:
        """Advance by some steps, recording the states before each."""
        self._call(steps, only_record=False)

    def record_last(self) -> None:
        """Record the present state without a step."""
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
        """Kernel in use, and the names of its arguments."""
        if self.divided not in self._kernels:
            spec = dataclasses.replace(self.spec, divided=self.divided)
            self._kernels[self.divided] = compile_kernel(module_text(spec, fingerprint())), spec.arguments
        return self._kernels[self.divided]

    def _share(self, values: dict[str, Any], names: tuple[str, ...], k: int) -> list[Any]:
        first, last = self.shares[k]
        own = {**values, "clock": values["clock"][k : k + 1], "first": first, "last": last}
        return [own[name] for name in names]
