"""Inputs of a simulation: none, an array with one sample per step, or a function of time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.validation import as_array, finite

__all__ = ["Inputs", "count_trials"]


class Inputs:
    """Input values at each step, from an array or from a function of time.

    Parameters
    ----------
    given : None, ndarray or callable
        A number (for a single channel), or an array of shape (channels,), (steps, channels) or
        (trials, steps, channels): sample k is held during step k. A function of time returns (channels,) or
        (trials, channels) and is called at every stage time of the scheme.
    network : Network
    trials : int
    dt : float
    steps : int
    """

    def __init__(self, given: Any, network: Network, trials: int, dt: float, steps: int) -> None:
        self.trials, self.dt, self.steps, self.channels = trials, dt, steps, network.inputs
        self.dtype, self.names = network.dtype, network.input_names
        self._followed = bool(network.neuron.channels())
        _require_one_length(given)
        if np.shape(given)[-1:] == (0,) == (self.channels,):
            given = None  # trials of a task without inputs
        if given is not None and self.channels == 0:
            raise ShapeError(
                "inputs were given, but the network has no input channel; declare Network(..., inputs=1)."
            )
        self.function: Callable[[float], Any] | None = given if callable(given) else None
        self.array = None if self.function or given is None else self._array(given)

    def _array(self, given: Any) -> np.ndarray:
        array = np.atleast_1d(finite("inputs", given))
        if array.ndim not in (1, 2, 3) or array.shape[-1] != self.channels:
            raise ShapeError(
                f"inputs must have shape ({self.channels},), (steps, {self.channels}) or "
                f"(trials, steps, {self.channels}), one value for each of {', '.join(self.names)} "
                f"(got {array.shape})."
            )
        array = array.reshape((1,) * (3 - array.ndim) + array.shape)
        if array.shape[0] not in (1, self.trials):
            raise ShapeError(
                f"inputs must have as many trials as the simulation, {self.trials}, or one for all "
                f"(got {array.shape[0]})."
            )
        if array.shape[1] != self.steps and array.shape[:2] != (1, 1):
            raise ShapeError(
                f"inputs must have one sample for each of the {self.steps} steps of the simulation "
                f"(got {array.shape[1]}); sample k is held during step k. Give as many, or change duration or dt."
            )
        return array

    @property
    def constant(self) -> np.ndarray | None:
        """Input that is the same in all steps and trials, shape (channels,), or None."""
        if self.array is None or self.array.shape[:2] != (1, 1):
            return None
        return self.array[0, 0]

    @property
    def added(self) -> np.ndarray | None:
        """The constant input, where all it does is to add to the bias; not where neurons follow a channel."""
        return None if self._followed else self.constant

    @property
    def varying(self) -> bool:
        """Whether kernels read inputs: they change during the simulation or between trials, or neurons follow them."""
        return self.function is not None or (self.array is not None and self.added is None)

    def sample(self, first: int, count: int, nodes: tuple[float, ...]) -> np.ndarray:
        """Inputs of `count` steps from `first`, shape (count, nodes, trials, channels), for a kernel."""
        if self.function is None:
            values = self.at_steps(np.arange(first, first + count))
            # a copy, since kernels are compiled again for arrays that cannot be written
            return np.array(values.transpose(1, 0, 2)[:, None], self.dtype, order="C")
        values = np.empty((count, len(nodes), self.trials, self.channels), self.dtype)
        for k in range(count):
            for n, node in enumerate(nodes):
                values[k, n] = self._evaluate((first + k + node) * self.dt)
        return values

    def at_steps(self, steps: np.ndarray) -> np.ndarray:
        """Inputs at the start of given steps, shape (trials, steps, channels)."""
        if self.function is not None:
            values = np.empty((self.trials, len(steps), self.channels))
            for k, step in enumerate(steps):
                values[:, k] = self._evaluate(step * self.dt)
            return values
        if self.array is None:
            return np.zeros((self.trials, len(steps), self.channels))
        chosen = self.array[:, np.minimum(steps, self.array.shape[1] - 1)]
        return np.broadcast_to(chosen, (self.trials, len(steps), self.channels))

    def _evaluate(self, time: float) -> np.ndarray:
        assert self.function is not None
        value = np.asarray(as_array(f"inputs({time:g})", self.function(float(time))), np.float64)
        if value.shape not in ((self.channels,), (1, self.channels), (self.trials, self.channels)):
            raise ShapeError(
                f"inputs({time:g}) must have shape ({self.channels},) or ({self.trials}, {self.channels}) "
                f"(got {value.shape})."
            )
        if not np.isfinite(value).all():
            raise ParameterError(
                f"inputs({time:g}) must be finite (got {value.tolist()}); check the function."
            )
        return value


def count_trials(given: Any) -> int | None:
    """Number of trials of an array (trials, steps, channels); None for other inputs, which serve any number."""
    if given is None or callable(given):
        return None
    _require_one_length(given)
    shape = np.shape(as_array("inputs", given))
    return shape[0] if len(shape) == 3 else None


def _require_one_length(given: Any) -> None:
    """Raise for a list of trials of different length, which are not an array."""
    if not isinstance(given, (list, tuple)):
        return
    lengths = sorted({np.shape(trial)[0] for trial in given if getattr(trial, "ndim", 0) == 2})
    if len(lengths) > 1:
        raise ShapeError(
            f"inputs must have the same number of samples in every trial (got {lengths[0]} to {lengths[-1]}); "
            f"pad to one length and give a mask, as ns.tasks.Trials.from_ragged does."
        )
