"""The training steps that every contestant makes: tau dx/dt = -x + W phi(x) + W_in y + b, random targets, Adam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import neurosim as ns
from neurosim.tasks import Task, Trials

LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
"""Adam as in its paper."""


@dataclass(frozen=True)
class RandomTargets(Task):
    """Random numbers are shown and random numbers wanted: an update costs the same whatever is learned.

    The trials are the same for every seed, and a smaller batch is the beginning of a larger one.
    """

    duration: float = 20.0
    shown: int = 2
    wanted: int = 1

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(f"input_{k}" for k in range(self.shown))

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(f"output_{k}" for k in range(self.wanted))

    def trials(self, count, dt, rng=None):
        del rng
        steps = round(self.duration / dt)
        inputs = np.random.default_rng(1).standard_normal((count, steps, self.shown))
        targets = np.random.default_rng(2).standard_normal((count, steps, self.wanted))
        return Trials(self, dt, inputs, targets)

    def accuracy(self, trials, outputs):
        return np.mean(np.abs(outputs[:, -1] - trials.targets[:, -1]) < 0.5, axis=1)


@dataclass(frozen=True)
class TrainingProblem:
    """A network of `size` units and the batch that it learns; `leak` is dt / tau."""

    size: int
    trials: int
    steps: int
    activation: str
    leak: float
    inputs: int
    outputs: int
    dtype: str

    @property
    def work(self) -> str:
        """Name of the row in the table."""
        shape = f"N = {self.size}, {self.trials} trials, {self.steps} steps, {self.activation}"
        return f"{shape}, {self.inputs} in, {self.outputs} out, {self.dtype}"

    @property
    def task(self) -> RandomTargets:
        """Task that makes the batch."""
        return RandomTargets(self.steps * self.leak, self.inputs, self.outputs)

    def network(self) -> ns.Network:
        """Network before the first step, drawn with the seed 0; it starts from x = 0."""
        return ns.Network(
            ns.LeakyCurrent(self.activation, tau=1.0),
            ns.Gaussian(gain=0.9),
            self.size,
            inputs=self.inputs,
            outputs=self.outputs,
            dtype=self.dtype,
            rng=0,
        )

    def parameters(self) -> dict[str, np.ndarray]:
        """Copies of everything that is trained."""
        network = self.network()
        found = {
            "recurrent": network.recurrent.dense(),
            "input_weights": network.input_weights,
            "bias": network.bias,
            "readout_weights": network.readout_weights,
            "readout_bias": network.readout_bias,
        }
        return {name: np.array(value, self.dtype, order="C") for name, value in found.items()}

    def batch(self) -> Trials:
        """Batch as neurosim takes it, trial by trial."""
        return self.task.trials(self.trials, self.leak).astype(self.dtype)

    def by_step(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets in the order that suits a loop over time: (steps, trials, channels)."""
        batch = self.batch()
        inputs, targets = (np.moveaxis(array, 0, 1) for array in (batch.inputs, batch.targets))
        return np.ascontiguousarray(inputs), np.ascontiguousarray(targets)


def training_problems() -> list[TrainingProblem]:
    """A small network of physics, and one as large as those that learn twenty tasks at once."""
    return [
        TrainingProblem(*shape, dtype)
        for shape in ((50, 32, 200, "tanh", 0.1, 2, 1), (256, 64, 90, "softplus", 0.2, 85, 33))
        for dtype in ("float64", "float32")
    ]
