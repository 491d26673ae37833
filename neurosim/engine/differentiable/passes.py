"""Forward pass of a differentiable run, and the backward pass that takes gradients through it."""

from __future__ import annotations

import dataclasses
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.differentiable.checkpointing import Segments
from neurosim.engine.differentiable.kernels import AdjointKernels
from neurosim.engine.differentiable.workspace import Workspace, groups_of
from neurosim.engine.noise_arrays import noise_arrays, stationary_noise
from neurosim.kernels.runtime.threads import run_in_threads
from neurosim.parameters import NEURON
from neurosim.state_layout import state_columns
from neurosim.validation import require_memory

__all__ = ["Cotangents", "ForwardPass", "Workspaces"]


@dataclass
class Cotangents:
    """Cotangents: gradients of a loss with respect to outputs, rates and states; None where it does not depend on them.

    Attributes
    ----------
    outputs : ndarray, shape (trials, steps, outputs), or None
    rates : ndarray, shape (trials, steps, units), or None
    states : ndarray, shape (trials, steps, units, variables), or None
    """

    outputs: np.ndarray | None = None
    rates: np.ndarray | None = None
    states: np.ndarray | None = None

    def __add__(self, other: Cotangents) -> Cotangents:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))
        return Cotangents(*(b if a is None else a if b is None else a + b for a, b in pairs))


class Workspaces:
    """Pool of arrays of finished runs for reuse; allocation would take a third of the time of a small run."""

    def __init__(self) -> None:
        self._free: dict[Any, list[Workspace]] = {}

    def take(self, owner: ForwardPass, kernels: AdjointKernels, trials: int, length: int) -> Workspace:
        """Arrays that belong to the owner during its lifetime."""
        free = self._free.setdefault((kernels, trials), [])
        space = free.pop() if free else None
        if space is None or space.length < length:
            space = Workspace(kernels, trials, length)
        weakref.finalize(owner, free.append, space).atexit = False
        return space


class ForwardPass:
    """Forward pass of all trials, computed on construction.

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
    ) -> None:
        network = kernels.network
        self.kernels, self.values, self.inputs, self.segments = kernels, values, inputs, segments
        self.threads, self.groups = threads, groups_of(len(inputs))
        self.shape = (*inputs.shape[:2], network.size)
        kind = network.dtype
        self.outputs = np.empty((*inputs.shape[:2], network.outputs), kind)
        self._states: np.ndarray | None = None
        self._noise = stationary_noise(kernels.noise, seed, len(inputs), network.size)
        space = workspaces.take(self, kernels, len(inputs), segments.length)
        self._work, self._gradients = space.groups, space.gradients
        kernels.fill_forward(space.shared, values)
        self._constants = {
            **space.shared,
            "dt": kind.type(dt),
            **noise_arrays(kernels.noise, seed, dt, kernels.tiles, kind),
        }
        self._checkpoints: list[list[dict[str, np.ndarray]]] = []
        self._present = -1
        self._start()
        for k in range(len(segments.ranges)):
            self._checkpoints.append(self._checkpoint())
            self._run(k)

    def _nothing(self, axes: int) -> np.ndarray:
        """Array without entries, for arguments that are not wanted."""
        return np.empty((0,) * axes, self.kernels.dtype)

    def _empty_states(self) -> np.ndarray:
        variables, kind = len(self.kernels.spec.variables), self.kernels.dtype
        shape = (*self.shape, variables)
        nbytes = float(np.prod(shape, dtype=float)) * kind.itemsize
        require_memory(nbytes, f"the states of {self.shape[1]} steps", "Take fewer trials in a batch.")
        return np.empty(shape, kind)

    def _start(self) -> None:
        size = self.kernels.network.size
        start = state_columns(self.values["initial_state"], size)
        for (first, last), work in zip(self.groups, self._work, strict=True):
            work["state"][..., :size] = start[:, None]
            if self._noise is not None:
                work["held"][:, :size] = self._noise[first:last]

    def _checkpoint(self) -> list[dict[str, np.ndarray]]:
        names = ["state", *(["held"] if self._noise is not None else [])]
        return [{name: work[name].copy() for name in names} for work in self._work]

    def _run(self, segment: int) -> None:
        """Run one segment forward from the present state."""
        kernel, names = self.kernels.forward
        start, count = self.segments.ranges[segment]
        states = self._nothing(4) if self._states is None else self._states
        seen = {"inputs": self.inputs, "outputs": self.outputs, "recorded_states": states}
        calls = []
        for (first, last), work in zip(self.groups, self._work, strict=True):
            # kernels require that stage and sum equal the state between steps
            work["stage_state"][:] = work["total"][:] = work["state"]
            own = _of_group(seen, first, last)
            values = {**self._constants, **work, **own, "first": first, "start": start, "count": count}
            calls.append([values[name] for name in names])
        run_in_threads(kernel, calls, self.threads)
        self._present = segment

    def _load(self, segment: int) -> None:
        """Make the saved arrays of a segment available, computing it again if necessary."""
        if segment == self._present:
            return
        for work, saved in zip(self._work, self._checkpoints[segment], strict=True):
            for name, array in saved.items():
                work[name][:] = array
        self._run(segment)

    @property
    def rates(self) -> np.ndarray:
        """Rates after every step, shape (trials, steps, units)."""
        trials, steps, size = self.shape
        nbytes = float(trials * steps * size) * self.kernels.dtype.itemsize
        require_memory(nbytes, f"the rates of {steps} steps", "Take fewer trials in a batch.")
        rates = np.empty(self.shape, self.kernels.dtype)
        for k, (start, count) in enumerate(self.segments.ranges):
            self._load(k)
            for (first, last), work in zip(self.groups, self._work, strict=True):
                saved = work["saved_rates"][1 : count + 1, 0, :, :size]
                rates[first:last, start : start + count] = saved.transpose(1, 0, 2)
        return rates

    @property
    def states(self) -> np.ndarray:
        """States after every step, shape (trials, steps, units, variables)."""
        if self._states is None:
            self._states, self._present = self._empty_states(), -1
            for k in range(len(self.segments.ranges)):
                self._load(k)
        return self._states

    def gradients(self, cotangents: Cotangents, adjoints: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Gradients with respect to the wanted arrays, by name.

        Parameters
        ----------
        cotangents : Cotangents
        adjoints : ndarray, shape (trials, steps + 1, units, variables), optional
            Filled with the gradients with respect to the states, from the initial one to the last.
        """
        kernels, kind = self.kernels, self.kernels.dtype
        kernels.fill_backward(self._constants, self.values)

        def contiguous(cotangent: np.ndarray | None, axes: int) -> np.ndarray:
            return self._nothing(axes) if cotangent is None else np.ascontiguousarray(cotangent, kind)

        outputs = np.zeros_like(self.outputs) if cotangents.outputs is None else cotangents.outputs
        seen = {
            "inputs": self.inputs,
            "output_cotangents": contiguous(outputs, 3),
            "rate_cotangents": contiguous(cotangents.rates, 3),
            "state_cotangents": contiguous(cotangents.states, 4),
            "input_cotangents": np.empty_like(self.inputs)
            if "inputs" in kernels.wanted
            else self._nothing(3),
            "adjoints": self._nothing(4) if adjoints is None else adjoints,
        }
        for work, own in zip(self._work, self._gradients, strict=True):
            for array in (work["adjoint"], work["sums"], *own.values()):
                array.fill(0.0)
        for k in reversed(range(len(self.segments.ranges))):
            self._load(k)
            self._run_back(seen, k)
        return self._by_name(seen)

    def _run_back(self, seen: dict[str, np.ndarray], segment: int) -> None:
        kernel, names = self.kernels.backward
        begin, steps = self.segments.ranges[segment]
        for start, stop in self.segments.windows(begin, steps):
            low, count = start - begin, stop - start
            given = {"start": start, "count": count, "joined": int(self.segments.crosses(start))}
            given["ends"] = int(not self.segments.crosses(stop))
            calls = []
            for (first, last), work, own in zip(self.groups, self._work, self._gradients, strict=True):
                if given["ends"]:
                    work["adjoint"][:] = 0.0
                saved = _of_window(work, low, count, self.kernels.scheme.stages)
                values = {**self._constants, **work, **saved, **own, **given, **_of_group(seen, first, last)}
                calls.append([values[name] for name in names])
            run_in_threads(kernel, calls, self.threads)

    def _by_name(self, seen: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Sums over the groups, in the shapes of the parameters."""
        size, spec = self.kernels.network.size, self.kernels.spec
        total = {name: _sum([own[name] for own in self._gradients]) for name in self._gradients[0]}
        weights = total["weights_gradient"]
        units = total["unit_gradients"][:, :size]
        start = _sum([work["adjoint"].sum(axis=1) for work in self._work])[:, :size]
        gradients: dict[str, np.ndarray] = {
            "inputs": seen["input_cotangents"],
            "recurrent": weights[:, :size] if weights.ndim == 2 else weights,
            "left": total["left_gradient"].T[:size],
            "right": total["right_gradient"].T[:size],
            "input_weights": total["input_gradient"].T[:size],
            "bias": units[0],
            "readout_weights": total["readout_gradient"][:, :size],
            "readout_bias": seen["output_cotangents"].sum(axis=(0, 1)),
            "initial_state": start.T.reshape(self.values["initial_state"].shape),
        }
        for name, every in zip(self.kernels.own, units[1:], strict=True):
            per_unit = every[self.kernels.units[name]]
            gradients[NEURON + name] = per_unit if name in spec.unitwise else per_unit.sum()
        # copies, since the next run of this shape reuses the arrays
        return {name: np.array(gradients[name], order="C") for name in self.kernels.wanted}


def _of_group(arrays: dict[str, np.ndarray], first: int, last: int) -> dict[str, Any]:
    """Views of the trials of one group, with the steps as first axis."""
    return {name: array[first:last].swapaxes(0, 1) for name, array in arrays.items()}


def _of_window(work: dict[str, np.ndarray], low: int, count: int, stages: int) -> dict[str, np.ndarray]:
    """Saved arrays of some steps and of the sample after them, reshaped for products over blocks of steps."""
    saved = {name: work[name][low : low + count + 1] for name in ("saved_rates", "saved")}
    overlaps = work["saved_overlaps"][low : low + count + 1]
    rates = saved["saved_rates"]
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
