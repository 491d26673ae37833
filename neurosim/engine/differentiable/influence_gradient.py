r"""Gradient of a loss by real-time recurrent learning: the derivative of the state by all weights, carried forward.

The influence matrix :math:`P = \partial s / \partial \theta` of an Euler step obeys

.. math:: P \leftarrow (1 + dt\,(A + B W C))\,P + dt\,B\,\partial u / \partial \theta, \qquad
          \frac{dL}{d\theta} = \sum_t \frac{\partial L}{\partial r}\,C\,P,

which gives the gradient of backpropagation through time without going back.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from neurosim.blas import one_blas_thread
from neurosim.engine.differentiable.checkpointing import Segments
from neurosim.engine.differentiable.kernels import AdjointKernels
from neurosim.engine.differentiable.local_gradient import Slopes
from neurosim.engine.differentiable.segmented_run import SegmentedRun, Workspaces
from neurosim.engine.differentiable.workspace import bytes_of_step
from neurosim.equations import sections_of
from neurosim.equations.evaluation import evaluate
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.noise import Noise
from neurosim.parameters import NEURON, PARTS, gradients_of_parts, parameters_of
from neurosim.randomness import Seed, seed_sequence
from neurosim.schemes import EULER
from neurosim.validation import positive, require_memory

__all__ = ["InfluenceGradient"]

Arrays = dict[str, np.ndarray]


class InfluenceGradient:
    """Gradient by real-time recurrent learning, for batches of trials of a small network under Euler steps.

    Parameters
    ----------
    network : Network
        Gives the structure, and the values of parameters that are not arguments of the call.
    dt : float
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
    memory : float, optional
        MB for the influence matrices of the trials that are computed together; at least one is.
    threads : int, optional
        Largest number of threads of the forward pass.

    Raises
    ------
    MemoryLimitError
        If the influence matrix of one trial does not fit in memory.

    Notes
    -----
    Cost: for a network of N units, N⁴ operations for each step and trial. Memory: N³ numbers for each trial, whatever
    the length of trials.
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
        require_undelayed(network, "real-time recurrent learning")
        self.network, self.dt, self.noise = network, positive("dt", dt), noise
        self.memory, self.threads = positive("memory", memory), threads_available(threads)
        self.values = parameters_of(network)
        own = (name for name in self.values if name.startswith(NEURON) and self.values[name].ndim)
        unitwise = tuple(name.removeprefix(NEURON) for name in own)
        self._kernels = AdjointKernels(network, EULER, noise, unitwise=unitwise, wanted=frozenset())
        self._workspaces = Workspaces()
        require_memory(
            2.0 * self._bytes_of_trial,
            f"the influence of all weights on {network.size} units",
            "Train a smaller network, or take RFLO or EProp, whose traces are those of single connections.",
        )

    @property
    def _bytes_of_trial(self) -> int:
        sources = self.network.size + len(self.network.input_names) + 1
        variables = len(self.network.neuron.variables())
        return variables * self.network.size**2 * sources * 8

    def __call__(
        self,
        inputs: np.ndarray,
        parameters: Mapping[str, np.ndarray],
        slopes: Slopes,
        rng: Seed = None,
    ) -> Arrays:
        """Gradients of the weights and biases that are given, by name; arguments as in `LocalGradient`."""
        kind = self.network.dtype
        inputs = np.ascontiguousarray(inputs, kind)
        values = {name: np.asarray(v, kind, order="C") for name, v in {**self.values, **parameters}.items()}
        seed = None if self.noise is None else seed_sequence(rng)
        count, steps = inputs.shape[:2]
        together = max(1, min(count, int(self.memory * 1e6 / self._bytes_of_trial)))
        length = max(1, min(steps, int(self.memory * 1e6 / bytes_of_step(self._kernels, together)) - 1))
        total: Arrays = {}
        for first in range(0, count, together):
            run = InfluenceRun(
                self._kernels,
                values,
                inputs[first : first + together],
                dt=self.dt,
                segments=Segments(steps, length),
                seed=seed,
                threads=self.threads,
                workspaces=self._workspaces,
                first=first,
            )
            found = run.gradients(slopes, self.dt)
            total = {name: total[name] + part for name, part in found.items()} if total else found
        return {name: np.asarray(total[name], kind) for name in parameters}


class InfluenceRun(SegmentedRun):
    """Run that carries the influence matrix of each trial along."""

    @one_blas_thread()
    def gradients(self, slopes: Slopes, dt: float) -> Arrays:
        """Gradients by name, in float64, summed over the trials."""
        network = self.kernels.network
        operator = network.recurrent.with_weights(
            **{part: self.values[name] for part, name in PARTS.items() if name in self.values}
        )
        weights, readout = operator.dense().astype(np.float64), self.values["readout_weights"]
        trials, size, channels = len(self.inputs), network.size, self.inputs.shape[2]
        variables, sources = len(self.kernels.spec.variables), size + channels + 1
        influence = np.zeros((variables, trials, size, size, sources))
        by_source, by_rate = np.zeros((size, sources)), np.zeros((len(network.output_names), size))
        by_output = np.zeros(len(network.output_names))
        for k, (start, count) in enumerate(self.segments.ranges):
            self._go_forward(k, self._nothing(4))
            rates = self._rates_of(k, np.empty((trials, count, size), self.kernels.dtype))
            own, steps = range(self.first, self.first + trials), range(start, start + count)
            found = slopes(
                own, steps, self._outputs[:, start : start + count], functools.partial(np.asarray, rates)
            )
            assert found.outputs is not None
            pulls = found.outputs @ readout + (0.0 if found.rates is None else found.rates)
            by_rate += np.tensordot(found.outputs, rates, axes=([0, 1], [0, 1]))
            by_output += found.outputs.sum(axis=(0, 1))
            for step in range(count):
                influence = self._advance(influence, weights, step, start + step, dt)
                reach = self._local("rate_by_state", step + 1) * pulls[:, step]
                by_source += np.tensordot(reach, influence, axes=3)
        recurrent = by_source[:, :size]
        gradients = {
            "input_weights": by_source[:, size : size + channels],
            "bias": by_source[:, -1],
            "readout_weights": by_rate,
            "readout_bias": by_output,
        }
        return gradients | gradients_of_parts(network.recurrent, self.values, recurrent)

    def _advance(
        self, influence: np.ndarray, weights: np.ndarray, step: int, number: int, dt: float
    ) -> np.ndarray:
        """Influence after one step of the segment that is saved."""
        variables, trials, size, _, _sources = influence.shape
        outer = (..., None, None)
        carried = (self._local("rate_by_state", step)[outer] * influence).sum(axis=0)
        pushed = (weights @ carried.reshape(trials, size, -1)).reshape(carried.shape)
        inputs = self.inputs[:, number]
        by_input = self._local("by_input", step, inputs)
        later = influence + dt * by_input[outer] * pushed
        for v in range(variables):
            for w in range(variables):
                later[v] += dt * self._derivative(f"drift{v}_by_state{w}", step, inputs)[outer] * influence[w]
        ones = np.ones((trials, 1))
        present = np.concatenate([self._rates_at(step), inputs, ones], axis=1)
        units = np.arange(size)
        later[:, :, units, units] += dt * by_input[..., None] * present[:, None]
        return later

    def _local(self, kind: str, step: int, inputs: np.ndarray | None = None) -> np.ndarray:
        """Derivatives of the rate by each variable, or of each drift by the input, shape (variables, trials, units)."""
        pattern = "rate_by_state{}" if kind == "rate_by_state" else "drift{}_by_input"
        variables = self.kernels.spec.variables
        return np.array([self._derivative(pattern.format(v), step, inputs) for v in variables])

    def _derivative(self, name: str, step: int, inputs: np.ndarray | None) -> np.ndarray:
        """One local derivative at a sample of the segment that is saved, (trials, units); 0 where there is none.

        Parameters that follow a channel are those of the inputs (trials, channels) of the step.
        """
        size = self.kernels.network.size
        found = np.zeros((len(self.inputs), size))
        sections = sections_of(self.kernels.network.neuron)
        for own, section in zip(self.kernels.saved, sections, strict=True):
            units = slice(*section.units.indices(size))
            if name in own.stored_names:
                k = own.places.index(name)
                found[:, units] = np.concatenate([work["saved"][step, 0, k, :, units] for work in self._work])
            elif name in own.steady:
                names = zip(own.equations.parameters, own.kind.parameters, strict=True)
                now = {} if inputs is None else {p: inputs[:, [k]] for p, k in self.kernels.spec.followed}
                values = {local: now.get(full, self.values[NEURON + full]) for local, full in names}
                found[:, units] = evaluate(own.steady[name], values)
        return found

    def _rates_at(self, step: int) -> np.ndarray:
        size = self.kernels.network.size
        return np.concatenate([work["saved_rates"][step, 0, :, :size] for work in self._work])
