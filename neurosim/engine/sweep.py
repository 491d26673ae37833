"""One run of a network through time, forward, and the gradients of what was made of it, backward."""

from __future__ import annotations

import dataclasses
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.layout import aligned
from neurosim.engine.noise_arrays import noise_arrays, stationary_noise
from neurosim.engine.program import Program
from neurosim.engine.segments import Segments
from neurosim.engine.threads import together
from neurosim.engine.workspace import block_of, groups_of, workspace
from neurosim.parameters import NEURON
from neurosim.validation import require_memory

__all__ = ["Slopes", "Sweep", "Workspaces"]


@dataclass
class Slopes:
    """Gradients of a loss with respect to what a run shows; None where it does not depend on that.

    Attributes
    ----------
    outputs : ndarray, shape (trials, steps, outputs), or None
    rates : ndarray, shape (trials, steps, units), or None
    states : ndarray, shape (trials, steps, units, variables), or None
    """

    outputs: np.ndarray | None = None
    rates: np.ndarray | None = None
    states: np.ndarray | None = None

    def __add__(self, other: Slopes) -> Slopes:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))
        return Slopes(*(b if a is None else a if b is None else a + b for a, b in pairs))


class Workspaces:
    """Arrays of runs that are over, to be used again: fresh memory costs as much time as a third of a small run."""

    def __init__(self) -> None:
        self._free: dict[Any, list[list[dict[str, Any]]]] = {}

    def taken(self, program: Program, trials: int, length: int) -> list[dict[str, Any]]:
        """Arrays for every group of trials; `kept` by the pool again once the owner is gone."""
        free = self._free.setdefault((program, trials, length), [])
        if free:
            return free.pop()
        block = block_of(program, trials)
        return [workspace(program, last - first, length, block) for first, last in groups_of(trials)]

    def give_back(self, program: Program, trials: int, length: int, work: list[dict[str, Any]]) -> None:
        """Let the next run of this shape have the arrays."""
        self._free[program, trials, length].append(work)


class Sweep:
    """Forward sweep of all trials, done when it is made.

    Parameters
    ----------
    program : Program
    values : dict of str to ndarray
        All parameters of the network.
    inputs : ndarray, shape (trials, steps, channels)
        C-contiguous, in the precision of the network.
    dt : float
    segments : Segments
    seed : SeedSequence
    threads : int
    workspaces : Workspaces
    states : bool
        Whether to record the states.
    """

    def __init__(
        self,
        program: Program,
        values: dict[str, np.ndarray],
        inputs: np.ndarray,
        *,
        dt: float,
        segments: Segments,
        seed: SeedSequence,
        threads: int,
        workspaces: Workspaces,
        states: bool,
    ) -> None:
        network = program.network
        self.program, self.values, self.inputs, self.segments = program, values, inputs, segments
        self.threads, self.groups = threads, groups_of(len(inputs))
        self.shape = (*inputs.shape[:2], network.size)
        kind = network.dtype
        self.outputs = np.empty((*inputs.shape[:2], len(network.output_names)), kind)
        self._states = self._empty_states() if states else None
        self._noise = stationary_noise(program.noise, seed, len(inputs), network.size)
        self._constants = {
            "dt": kind.type(dt),
            "inputs": inputs,
            "outputs": self.outputs,
            **program.forward_arrays(values),
            **noise_arrays(program.noise, seed, dt, program.tiles, kind),
        }
        place = program, len(inputs), segments.length
        self.work = workspaces.taken(*place)
        weakref.finalize(self, workspaces.give_back, *place, self.work).atexit = False
        self._checkpoints: list[list[dict[str, np.ndarray]]] = []
        self._present = -1
        self._start()
        for k in range(len(segments.ranges)):
            self._checkpoints.append(self._checkpoint())
            self._run(k)

    def _empty_states(self) -> np.ndarray:
        variables, kind = len(self.program.plan.variables), self.program.dtype
        shape = (*self.shape, variables)
        nbytes = float(np.prod(shape, dtype=float)) * kind.itemsize
        require_memory(nbytes, f"the states of {self.shape[1]} steps", "Take fewer trials in a batch.")
        return np.empty(shape, kind)

    def _start(self) -> None:
        size = self.program.network.size
        start = self.values["initial_state"].reshape(size, -1).T
        for (first, last), work in zip(self.groups, self.work, strict=True):
            work["state"][..., :size] = start[:, None]
            if self._noise is not None:
                work["held"][:, :size] = self._noise[first:last]

    def _checkpoint(self) -> list[dict[str, np.ndarray]]:
        names = ["state", *(["held"] if self._noise is not None else [])]
        return [{name: work[name].copy() for name in names} for work in self.work]

    def _run(self, segment: int) -> None:
        """Run forward through one segment, from the present state."""
        kernel, names = self.program.forward(states=self._states is not None)
        start, count = self.segments.ranges[segment]
        calls = []
        for (first, _), work in zip(self.groups, self.work, strict=True):
            # kernels leave stage and sum equal to the state, and expect them so
            work["stage"][:] = work["total"][:] = work["state"]
            given = {"first": first, "start": start, "count": count, "kept_states": self._states}
            values = {**self._constants, **work, **given}
            calls.append([values[name] for name in names])
        together(kernel, calls, self.threads)
        self._present = segment

    def _load(self, segment: int) -> None:
        """Have what was kept of a segment at hand."""
        if segment == self._present:
            return
        for work, kept in zip(self.work, self._checkpoints[segment], strict=True):
            for name, array in kept.items():
                work[name][:] = array
        self._run(segment)

    @property
    def rates(self) -> np.ndarray:
        """Rates after every step, shape (trials, steps, units)."""
        trials, steps, size = self.shape
        nbytes = float(trials * steps * size) * self.program.dtype.itemsize
        require_memory(nbytes, f"the rates of {steps} steps", "Take fewer trials in a batch.")
        rates = np.empty(self.shape, self.program.dtype)
        for k, (start, count) in enumerate(self.segments.ranges):
            self._load(k)
            for (first, last), work in zip(self.groups, self.work, strict=True):
                kept = work["kept_rates"][1 : count + 1, 0, :, :size]
                rates[first:last, start : start + count] = kept.transpose(1, 0, 2)
        return rates

    @property
    def states(self) -> np.ndarray:
        """States after every step, shape (trials, steps, units, variables)."""
        if self._states is None:
            self._states, self._present = self._empty_states(), -1
            for k in range(len(self.segments.ranges)):
                self._load(k)
        return self._states

    def gradients(self, slopes: Slopes, adjoints: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Gradients with respect to all arrays that are wanted, by name.

        Parameters
        ----------
        slopes : Slopes
        adjoints : ndarray, shape (trials, steps + 1, units, variables), optional
            Filled with the gradients with respect to the states, from the initial one to the last.
        """
        program, kind = self.program, self.program.dtype
        rates, states = slopes.rates is not None, slopes.states is not None
        kernel, names = program.backward(rates=rates, states=states, adjoints=adjoints is not None)
        outputs = np.zeros_like(self.outputs) if slopes.outputs is None else slopes.outputs
        pushed = np.empty_like(self.inputs) if "inputs" in program.wanted else None
        constants = {
            **self._constants,
            **program.backward_arrays(self.values),
            "slope_of_outputs": np.ascontiguousarray(outputs, kind),
            "slope_of_rates": np.ascontiguousarray(slopes.rates, kind) if rates else None,
            "slope_of_states": np.ascontiguousarray(slopes.states, kind) if states else None,
            "slope_of_inputs": pushed,
            "adjoints": adjoints,
        }
        sums = [self._empty_gradients() for _ in self.groups]
        for work in self.work:
            work["adjoint"][:] = work["sums"][:] = 0.0
        for k in reversed(range(len(self.segments.ranges))):
            self._load(k)
            self._run_back(kernel, names, constants, sums, k)
        return self._named(sums, constants["slope_of_outputs"], pushed)

    def _empty_gradients(self) -> dict[str, np.ndarray]:
        program, network = self.program, self.program.network
        width, rank, base = program.tiles.padded, network.recurrent.rank, network.recurrent.base
        weights = (
            (network.size, width) if isinstance(base, np.ndarray) else (0 if base is None else base.nnz,)
        )
        shapes: dict[str, tuple[int, ...]] = {
            "weights_gradient": weights,
            "left_gradient": (rank, width),
            "right_gradient": (rank, width),
            "input_gradient": (len(network.input_names), width),
            "readout_gradient": (len(network.output_names), width),
            "unit_gradients": (1 + len(program.kept.wanted), width),
        }
        return {name: aligned(shape, program.dtype) for name, shape in shapes.items()}

    def _run_back(
        self,
        kernel: Any,
        names: tuple[str, ...],
        constants: dict[str, Any],
        sums: list[dict[str, np.ndarray]],
        segment: int,
    ) -> None:
        begin, steps = self.segments.ranges[segment]
        for start, stop in self.segments.windows(begin, steps):
            part = slice(start - begin, stop - begin + 1)
            given = {"start": start, "count": stop - start, "joined": self.segments.crossed(start)}
            given["ends"] = not self.segments.crossed(stop)
            calls = []
            for (first, _), work, own in zip(self.groups, self.work, sums, strict=True):
                if given["ends"]:
                    work["adjoint"][:] = 0.0
                kept = {name: work[name][part] for name in ("kept_rates", "kept", "kept_overlaps")}
                values = {**constants, **work, **kept, **own, **given, "first": first}
                calls.append([values[name] for name in names])
            together(kernel, calls, self.threads)

    def _named(
        self, sums: list[dict[str, np.ndarray]], outputs: np.ndarray, pushed: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """Sums over the groups, in their order, cut to size and turned as the parameters are."""
        size, plan = self.program.network.size, self.program.plan
        total = {name: _sum([own[name] for own in sums]) for name in sums[0]}
        weights = total["weights_gradient"]
        units = total["unit_gradients"][:, :size]
        start = _sum([work["adjoint"].sum(axis=1) for work in self.work])[:, :size]
        gradients = {
            "recurrent": np.ascontiguousarray(weights[:, :size]) if weights.ndim == 2 else weights,
            "left": total["left_gradient"].T[:size],
            "right": total["right_gradient"].T[:size],
            "input_weights": total["input_gradient"].T[:size],
            "bias": units[0],
            "readout_weights": total["readout_gradient"][:, :size],
            "readout_bias": outputs.sum(axis=(0, 1)),
            "initial_state": start.T.reshape(self.values["initial_state"].shape),
        }
        for name, per_unit in zip(self.program.kept.wanted, units[1:], strict=True):
            gradients[NEURON + name] = per_unit if name in plan.unitwise else per_unit.sum()
        if pushed is not None:
            gradients["inputs"] = pushed
        return {name: np.asarray(gradients[name]) for name in self.program.wanted}


def _sum(arrays: list[np.ndarray]) -> np.ndarray:
    total = arrays[0]
    for array in arrays[1:]:
        total += array
    return total
