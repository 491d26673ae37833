"""Run of several trials in segments of steps, of which one at a time has its rates and derivatives saved."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.differentiable.checkpointing import Segments
from neurosim.engine.differentiable.kernels import AdjointKernels, Kernel
from neurosim.engine.differentiable.workspace import Workspace, groups_of
from neurosim.engine.noise_arrays import noise_arrays, stationary_noise
from neurosim.kernels.runtime.threads import run_in_threads
from neurosim.parameters import NEURON
from neurosim.state_layout import state_columns

__all__ = ["SegmentedRun", "Workspaces"]


class Workspaces:
    """Pool of arrays of finished runs for reuse; allocation would take a third of the time of a small run."""

    def __init__(self) -> None:
        self._free: dict[Any, list[Workspace]] = {}

    def take(self, owner: SegmentedRun, kernels: AdjointKernels, trials: int, length: int) -> Workspace:
        """Arrays that belong to the owner during its lifetime."""
        free = self._free.setdefault((kernels, trials), [])
        space = free.pop() if free else None
        if space is None or space.length < length:
            space = Workspace(kernels, trials, length)
        weakref.finalize(owner, free.append, space).atexit = False
        return space


class SegmentedRun:
    """Base of runs that go forward by segments, and back through the segment that is saved.

    Parameters
    ----------
    kernels : AdjointKernels
    values : dict of str to ndarray
        All parameters of the network.
    inputs : ndarray, shape (trials, steps, channels)
        C-contiguous, in the precision of the network.
    dt : float
    segments : Segments
    seed : SeedSequence or None
        Of the noise.
    threads : int
    workspaces : Workspaces
    first : int, optional
        Number of the first trial, by which its noise is drawn.
    """

    def __init__(
        self,
        kernels: AdjointKernels,
        values: dict[str, np.ndarray],
        inputs: np.ndarray,
        *,
        dt: float,
        segments: Segments,
        seed: SeedSequence | None,
        threads: int,
        workspaces: Workspaces,
        first: int = 0,
    ) -> None:
        network = kernels.network
        self.kernels, self.values, self.inputs, self.segments = kernels, values, inputs, segments
        self.threads, self.first, self.groups = threads, first, groups_of(len(inputs))
        self.shape = (*inputs.shape[:2], network.size)
        kind = network.dtype
        self._outputs = np.empty((*inputs.shape[:2], network.outputs), kind)
        drawn = stationary_noise(kernels.noise, seed, first + len(inputs), network.size)
        self._noise = None if drawn is None else drawn[first:]
        space = workspaces.take(self, kernels, len(inputs), segments.length)
        self._work, self._gradients = space.groups, space.gradients
        kernels.fill_forward(space.shared, values)
        self._constants = {
            **space.shared,
            "dt": kind.type(dt),
            **noise_arrays(kernels.noise, seed, dt, kernels.tiles, kind),
        }
        self._start()

    def _nothing(self, axes: int) -> np.ndarray:
        """Array without entries, for arguments that are not wanted."""
        return np.empty((0,) * axes, self.kernels.dtype)

    def _start(self) -> None:
        size = self.kernels.network.size
        start = state_columns(self.values["initial_state"], size)
        for (first, last), work in zip(self.groups, self._work, strict=True):
            work["state"][..., :size] = start[:, None]
            if self._noise is not None:
                work["held"][:, :size] = self._noise[first:last]

    def _go_forward(self, segment: int, states: np.ndarray) -> None:
        """Run one segment from the present state, and fill the states after its steps unless they have no entries."""
        kernel, names = self.kernels.forward
        start, count = self.segments.ranges[segment]
        seen = {"inputs": self.inputs, "outputs": self._outputs, "recorded_states": states}
        calls = []
        for (first, last), work in zip(self.groups, self._work, strict=True):
            # kernels require that stage and sum equal the state between steps
            work["stage_state"][:] = work["total"][:] = work["state"]
            own = _of_group(seen, first, last)
            values = {**self._constants, **work, **own, "start": start, "count": count}
            values["first"] = self.first + first
            calls.append([values[name] for name in names])
        run_in_threads(kernel, calls, self.threads)

    def _rates_of(self, segment: int, into: np.ndarray) -> np.ndarray:
        """Rates after each step of the segment that is saved, filled into an array of its steps."""
        count, size = self.segments.ranges[segment][1], self.kernels.network.size
        for (first, last), work in zip(self.groups, self._work, strict=True):
            saved = work["saved_rates"][1 : count + 1, 0, :, :size]
            into[first:last] = saved.transpose(1, 0, 2)
        return into

    def _go_back(
        self,
        kernel: Kernel,
        seen: dict[str, np.ndarray],
        steps: tuple[int, int],
        given: dict[str, int],
        gradients: list[dict[str, np.ndarray]],
    ) -> None:
        """Run a backward pass through some steps of the segment that is saved, counted from its start."""
        function, names = kernel
        low, stop = steps
        calls = []
        for (first, last), work, own in zip(self.groups, self._work, gradients, strict=True):
            saved = _of_window(work, low, stop - low, self.kernels.scheme.stages)
            values = {**self._constants, **work, **saved, **own, **given, **_of_group(seen, first, last)}
            values["count"] = stop - low
            calls.append([values[name] for name in names])
        run_in_threads(function, calls, self.threads)

    def _clear_gradients(self) -> None:
        for work, own in zip(self._work, self._gradients, strict=True):
            for array in (work["sums"], *own.values()):
                array.fill(0.0)
        self._clear_adjoints()

    def _clear_adjoints(self) -> None:
        """Forget the gradients of later steps."""
        for work in self._work:
            for name in ("adjoint", "line_gradients", "history_gradients"):
                if name in work:
                    work[name].fill(0.0)

    def _by_source(self, weights: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
        """Gradients of the weights and the right factor by unit, from those by the place of each source."""
        row, wanted = self.kernels.row, self.kernels.wanted
        return {
            "recurrent": row.to_weights(weights) if weights.ndim == 2 and "recurrent" in wanted else weights,
            "right": row.to_factor(right) if "right" in wanted else right,
        }

    def _by_name(self, outputs: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Sums over the groups, in the shapes of the parameters; `outputs` and `inputs` are the cotangents of those."""
        size, spec = self.kernels.network.size, self.kernels.spec
        total = {name: _sum([own[name] for own in self._gradients]) for name in self._gradients[0]}
        weights = total["weights_gradient"]
        units = total["unit_gradients"][:, :size]
        start = _sum([work["adjoint"].sum(axis=1) for work in self._work])[:, :size]
        gradients: dict[str, np.ndarray] = {
            "inputs": inputs,
            **self._by_source(weights, total["right_gradient"].T),
            "left": total["left_gradient"].T[:size],
            "input_weights": total["input_gradient"].T[:size],
            "bias": units[0],
            "readout_weights": total["readout_gradient"][:, :size],
            "readout_bias": outputs.sum(axis=(0, 1)),
            "initial_state": start.T.reshape(self.values["initial_state"].shape),
        }
        for name, every in zip(self.kernels.own, units[1:], strict=True):
            per_unit = every[self.kernels.units[name]]
            gradients[NEURON + name] = per_unit if name in spec.unitwise else per_unit.sum()
        # copies, since the next run of this shape reuses the arrays
        return {name: np.array(gradients[name], order="C") for name in self.kernels.wanted}


def _of_group(arrays: dict[str, np.ndarray], first: int, last: int) -> dict[str, Any]:
    """Views of the trials of one group; contiguous as the arrays are, since each layout is compiled by itself."""
    return {name: array[first:last] for name, array in arrays.items()}


def _of_window(work: dict[str, np.ndarray], low: int, count: int, stages: int) -> dict[str, np.ndarray]:
    """Saved arrays of some steps and of the sample after them, reshaped for products over blocks of steps."""
    saved = {name: work[name][low : low + count + 1] for name in ("saved_rates", "saved")}
    overlaps = work["saved_overlaps"][low : low + count + 1]
    rates = saved["saved_rates"]
    if "line" in work:
        before = len(work["line"]) - len(work["saved_rates"])
        saved["line"] = work["line"][low : low + before + count + 1]
    return {
        **saved,
        "rows_of_rates": rates.reshape(-1, *rates.shape[2:]),
        "rows_of_overlaps": overlaps.reshape(len(overlaps) * stages, *overlaps.shape[2:]),
        "final_rates": rates[1:, 0],
    }


def _sum(arrays: list[np.ndarray]) -> np.ndarray:
    total = arrays[0]
    for array in arrays[1:]:
        total += array
    return total
