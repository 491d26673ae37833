r"""Gradient of a loss through the memory of single units, as local learning rules compute it, forward in time.

With the local derivatives A, B of the drift and C of the rate (see `neurosim.equations.trace`), the eligibility trace

.. math:: p_{ij} \leftarrow (1 + dt\,A_i)\,p_{ij} + dt\,B_i\,r_j

of a weight is the derivative of the state of its unit, where all paths through other units are left out, and the
gradient of the weight is :math:`\sum_t L_i\,C_i\,p_{ij}` with a learning signal L for each unit. Within a block of
steps the two sums are exchanged: L is summed back in time first, which takes a few numbers for each unit instead of
some for each weight, and the products with the rates become one matrix product. From one block to the next the traces
are carried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neurosim.engine.differentiable.checkpointing import Segments
from neurosim.engine.differentiable.kernels import AdjointKernels
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.segmented_run import SegmentedRun, Workspaces
from neurosim.engine.differentiable.workspace import bytes_of_step
from neurosim.errors import MemoryLimitError
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.noise import Noise
from neurosim.parameters import NEURON, parameters_of
from neurosim.randomness import Seed, seed_sequence
from neurosim.schemes import EULER
from neurosim.validation import positive

__all__ = ["LocalGradient", "Slopes"]

Slopes = Callable[[range, range, np.ndarray, Callable[[], np.ndarray]], Cotangents]
"""Function of trials, steps, outputs before the function of the readout, and a function that returns the rates, of one
block; it returns the derivatives of the loss with respect to these outputs and rates."""

UNIT_AXIS = {"weights_gradient": 0, "input_gradient": -1, "left_gradient": -1, "unit_gradients": -1}
"""Axis of the postsynaptic unit in the arrays of the gradients that have traces."""


class LocalGradient:
    """Gradient through the memory of single units, for batches of trials of a network under Euler steps.

    Parameters
    ----------
    network : Network
        Gives the structure, and the values of parameters that are not arguments of the call.
    dt : float
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
    memory : float, optional
        MB that may be saved of one batch within a block of steps. A batch that needs more is computed trial by trial,
        in blocks between which the traces are carried, units² numbers for each variable; it costs about twice as much.
    threads : int, optional
        Largest number of threads. The result does not depend on it.

    Notes
    -----
    Cost: beside the forward pass, one outer product for each step and trial. Memory: does not depend on the length of
    trials, beyond that of their inputs and outputs.
    """

    def __init__(
        self,
        network: Network,
        dt: float,
        *,
        noise: Noise | None = None,
        memory: float = 50.0,
        threads: int | None = None,
    ) -> None:
        require_undelayed(network, "learning rules that do not go back through time")
        self.network, self.dt, self.noise = network, positive("dt", dt), noise
        self.memory, self.threads = positive("memory", memory), threads_available(threads)
        self.values = parameters_of(network)
        self._kernels: dict[frozenset[str], AdjointKernels] = {}
        self._workspaces = Workspaces()

    def __call__(
        self,
        inputs: np.ndarray,
        parameters: Mapping[str, np.ndarray],
        feedback: np.ndarray,
        slopes: Slopes,
        rng: Seed = None,
    ) -> dict[str, np.ndarray]:
        """Gradients of the parameters that are given, by name.

        Parameters
        ----------
        inputs : ndarray, shape (trials, steps, channels)
        parameters : mapping of str to ndarray
            Weights and biases, by the names of `neurosim.parameters.parameters_of`. Those of the readout have their
            exact gradients.
        feedback : ndarray, shape (units, outputs)
            Weights by which derivatives with respect to outputs reach the units, in place of the transposed readout.
        slopes : callable
            See `Slopes`.
        rng : int, SeedSequence, Generator or None, optional
            Seed of the noise.

        Raises
        ------
        MemoryLimitError
            If the batch does not fit into `memory`, and the recurrent weights have a low-rank part.
        """
        kernels = self._kernels_of(frozenset(parameters))
        kind = self.network.dtype
        inputs = np.ascontiguousarray(inputs, kind)
        values = {name: np.asarray(v, kind, order="C") for name, v in {**self.values, **parameters}.items()}
        seed = None if self.noise is None else seed_sequence(rng)
        count, steps = inputs.shape[:2]
        total: dict[str, np.ndarray] = {}
        for trials, length in self._parts(kernels, count, steps):
            run = LocalRun(
                kernels,
                values,
                inputs[trials.start : trials.stop],
                dt=self.dt,
                segments=Segments(steps, length),
                seed=seed,
                threads=self.threads,
                workspaces=self._workspaces,
                first=trials.start,
            )
            found = run.gradients(np.asarray(feedback, kind), slopes)
            total = {name: total[name] + part for name, part in found.items()} if total else found
        return total

    def _kernels_of(self, wanted: frozenset[str]) -> AdjointKernels:
        if wanted not in self._kernels:
            own = (name for name in self.values if name.startswith(NEURON) and self.values[name].ndim)
            unitwise = tuple(name.removeprefix(NEURON) for name in own)
            self._kernels[wanted] = AdjointKernels(
                self.network, EULER, self.noise, unitwise=unitwise, wanted=wanted
            )
        return self._kernels[wanted]

    def _parts(self, kernels: AdjointKernels, count: int, steps: int) -> list[tuple[range, int]]:
        """Trials that are computed together, and the length of their blocks."""
        allowed = self.memory * 1e6
        if bytes_of_step(kernels, count) * (steps + 1) <= allowed:
            return [(range(count), steps)]
        if self.network.recurrent.rank:
            raise MemoryLimitError(
                f"memory must be at least {bytes_of_step(kernels, count) * (steps + 1) / 1e6:.3g} MB for {count} "
                f"trials of {steps} steps (got {self.memory:g}), since the factors of low-rank weights have no traces "
                f"of single units; give a larger memory, or fewer trials in a batch."
            )
        length = max(1, min(steps, int(allowed / bytes_of_step(kernels, 1)) - 1))
        return [(range(k, k + 1), length) for k in range(count)]


Arrays = dict[str, np.ndarray]


class LocalRun(SegmentedRun):
    """Run that computes the local gradient of each segment before it goes on to the next.

    Several segments are for a single trial, since each trial has traces of its own.
    """

    def gradients(self, feedback: np.ndarray, slopes: Slopes) -> dict[str, np.ndarray]:
        """Gradients by name, summed over the trials."""
        self.kernels.fill_backward(self._constants, {**self.values, "readout_weights": feedback.T})
        self._clear_gradients()
        output_slopes = np.zeros_like(self._outputs)
        traces: list[Arrays] | None = None
        for k, (start, count) in enumerate(self.segments.ranges):
            self._go_forward(k, self._nothing(4))
            found = self._slopes(k, slopes)
            steps = slice(start, start + count)
            output_slopes[:, steps] = found.outputs
            seen = self._seen(steps, output_slopes[:, steps], found.rates)
            self._set_adjoint(None)
            ending = {"start": 0, "joined": 0, "ends": 1}
            self._go_back(self.kernels.local_backward, seen, (0, count), ending, self._gradients)
            if traces is not None:
                self._add_to(self._gradients[0], traces)
            if steps.stop < self.segments.steps:
                traces = self._carry(seen, count, traces)
        return self._by_name(output_slopes, self._nothing(3))

    def _slopes(self, segment: int, slopes: Slopes) -> Cotangents:
        (start, count), trials = self.segments.ranges[segment], len(self.inputs)

        def rates() -> np.ndarray:
            shape = trials, count, self.kernels.network.size
            return self._rates_of(segment, np.empty(shape, self.kernels.dtype))

        own, steps = range(self.first, self.first + trials), range(start, start + count)
        return slopes(own, steps, self._outputs[:, start : start + count], rates)

    def _seen(self, steps: slice, outputs: np.ndarray, rates: np.ndarray | None) -> Arrays:
        """Arrays that the backward pass of one block reads."""
        return {
            "inputs": np.ascontiguousarray(self.inputs[:, steps]),
            "output_cotangents": np.ascontiguousarray(outputs),
            "rate_cotangents": self._nothing(3) if rates is None else np.ascontiguousarray(rates),
            "state_cotangents": self._nothing(4),
            "input_cotangents": self._nothing(3),
            "adjoints": self._nothing(4),
        }

    def _set_adjoint(self, variable: int | None) -> None:
        """Start the backward pass from zero, or from the present value of one variable of each unit."""
        for work in self._work:
            work["adjoint"].fill(0.0)
            if variable is not None:
                work["adjoint"][variable].fill(1.0)

    def _carry(self, seen: Arrays, count: int, traces: list[Arrays] | None) -> list[Arrays]:
        """Traces after a block, one dict of arrays for each variable, from those before it."""
        (own,) = self._gradients
        silent = {
            **seen,
            "output_cotangents": np.zeros_like(seen["output_cotangents"]),
            "rate_cotangents": self._nothing(3),
        }
        later = []
        for variable in self.kernels.spec.variables:
            self._set_adjoint(variable)
            trace = {name: np.zeros_like(array) for name, array in own.items()}
            passing = {"start": 0, "joined": 0, "ends": 0}
            self._go_back(self.kernels.local_backward, silent, (0, count), passing, [trace])
            if traces is not None:
                self._add_to(trace, traces)
            later.append(trace)
        return later

    def _add_to(self, sums: Arrays, traces: list[Arrays]) -> None:
        """Add the traces, times the adjoint of their units before the block, summed over variables."""
        (work,) = self._work
        for adjoint, trace in zip(work["adjoint"][:, 0], traces, strict=True):
            for name, axis in UNIT_AXIS.items():
                if sums[name].size:
                    sums[name] += self._of_units(adjoint, sums[name], axis) * trace[name]

    def _of_units(self, adjoint: np.ndarray, array: np.ndarray, axis: int) -> Any:
        if axis:
            return adjoint
        if array.ndim == 1:
            base: Any = self.kernels.network.recurrent.base
            return np.repeat(adjoint[: base.shape[0]], np.diff(base.indptr))
        return adjoint[: len(array), None]
