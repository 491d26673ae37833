"""Trajectory of a network with delays and its tangent vectors, in NumPy: of the state and the rates on their way."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.connectivity.delays import weights_by_delay
from neurosim.engine.delay_line import delay_line
from neurosim.engine.inputs import Inputs
from neurosim.equations import evaluate, trace, unit_values
from neurosim.kernels.linalg.gram_schmidt import orthonormalize
from neurosim.network import Network
from neurosim.schemes import Tableau

__all__ = ["DelayedTangent"]


class DelayedTangent:
    r"""Trajectory of a network with delays and `count` tangent vectors. It changes in place.

    A step is a map of the state and the rates of the last steps, at each stage of the scheme, which connections still
    read (see `neurosim.engine.delay_line`). A tangent vector is a displacement of both:

    .. math:: \delta k_m = A\,\delta s_m + B \sum_k W_k\,\delta r^{(k)}_m, \qquad \delta r_m = C\,\delta s_m,

    where :math:`r^{(k)}` are the rates that arrive after the delay k, sums of those of past steps.

    Parameters
    ----------
    network : Network
    count : int
    dt : float
    scheme : Tableau
    inputs : Inputs
        Of one trial.

    Attributes
    ----------
    step : int
        Number of steps so far.
    """

    def __init__(self, network: Network, count: int, dt: float, scheme: Tableau, inputs: Inputs) -> None:
        line = delay_line(network.recurrent, dt, scheme)
        assert line is not None
        self.network, self.dt, self.scheme, self.step = network, dt, scheme, 0
        self._line, self._inputs = line, inputs
        matrices = weights_by_delay(network.recurrent)
        # one product with the rates of all delays, one above the other
        self._weights = np.hstack([matrices[delay] for delay in sorted(matrices)]).astype(np.float64)
        self._equations = trace(network.neuron)
        self._values = unit_values(network.neuron, network.size)
        self._present = network.has_variable.T
        # column 0 is the trajectory
        self._columns = np.zeros((*self._present.shape, 1 + count))
        self._rates = np.zeros((line.depth, scheme.stages, network.size, 1 + count))

    @property
    def state(self) -> np.ndarray:
        """Present state, shape (units, variables)."""
        return self._columns[..., 0].T.copy()

    @state.setter
    def state(self, state: np.ndarray) -> None:
        self._columns[..., 0] = state.T

    @property
    def past_rates(self) -> np.ndarray:
        """Rates of the past steps that are still read, the earliest first, shape (steps, stages, units)."""
        return self._rates[self._past, ..., 0]

    @past_rates.setter
    def past_rates(self, rates: np.ndarray) -> None:
        self._rates[self._past, ..., 0] = rates

    @property
    def _past(self) -> np.ndarray:
        """Places of the past steps, the earliest first."""
        return np.arange(self.step - self._line.depth + 1, self.step) % self._line.depth

    @property
    def size(self) -> int:
        """Length of a tangent vector."""
        return int(self._present.sum()) + self._rates[1:, ..., 0].size

    @property
    def vectors(self) -> np.ndarray:
        """Tangent vectors as columns, shape (size, count)."""
        own = self._columns[self._present][:, 1:]
        return np.concatenate([own, self._rates[self._past, ..., 1:].reshape(-1, own.shape[1])])

    @vectors.setter
    def vectors(self, columns: np.ndarray) -> None:
        own = int(self._present.sum())
        self._columns[self._present, 1:] = columns[:own]
        kept = self._rates[self._past, ..., 1:]
        self._rates[self._past, ..., 1:] = columns[own:].reshape(kept.shape)

    def orthonormalize(self) -> np.ndarray:
        """Make the vectors orthonormal and return the factors by which they had grown, shape (count,)."""
        rows = np.ascontiguousarray(self.vectors.T)
        growth = np.empty(len(rows))
        orthonormalize(rows, growth)
        self.vectors = rows.T
        return growth

    def advance(self, steps: int) -> None:
        """Advance the trajectory and all vectors by a number of steps."""
        scheme = self.scheme
        for _ in range(steps):
            stage, total = self._columns, self._columns.copy()
            for m, (ahead, share) in enumerate(zip(scheme.ahead, scheme.b, strict=True)):
                slope = self._slope(stage, m)
                total += self.dt * share * slope
                stage = self._columns + self.dt * ahead * slope
            self._columns = total
            self.step += 1

    def _slope(self, columns: np.ndarray, m: int) -> np.ndarray:
        """Time derivatives of the state and its displacements at a stage, whose rates are kept."""
        known, state = self._equations, columns[..., 0]
        rates = self._rates[self.step % self._line.depth, m]
        rates[:, 0] = self._evaluate(known.rate, state)
        by_state = np.array([self._evaluate(each, state) for each in known.rate_by_state])
        rates[:, 1:] = np.einsum("vi,vik->ik", by_state, columns[..., 1:])
        currents = self._weights @ self._arriving(m)
        current = currents[:, 0] + self._drive(m)
        slope = np.empty_like(columns)
        for v, drift in enumerate(known.drift):
            slope[v, :, 0] = self._evaluate(drift, state, current)
            slope[v, :, 1:] = (
                self._evaluate(known.drift_by_input[v], state, current)[:, None] * currents[:, 1:]
            )
            for w, derivative in enumerate(known.drift_by_state[v]):
                slope[v, :, 1:] += self._evaluate(derivative, state, current)[:, None] * columns[w, :, 1:]
        return slope

    def _arriving(self, m: int) -> np.ndarray:
        """Rates that arrive with each delay at a stage and their displacements, shape (delays units, 1 + count)."""
        taps, parts = self._line.taps, []
        for k, count in enumerate(taps.counts):
            slots = (self.step - taps.backs[k, m, :count]) % self._line.depth
            parts.append(np.tensordot(taps.weights[k, m, :count], self._rates[slots, taps.stages[k, m]], 1))
        return np.concatenate(parts)

    def _drive(self, m: int) -> np.ndarray:
        if self.network.inputs == 0:
            return self.network.bias
        nodes = (self.scheme.c[m],)
        sample = self._inputs.sample(self.step, 1, nodes)[0, 0, 0]
        return np.asarray(self.network.bias + self.network.input_weights @ sample)

    def _evaluate(self, expression: Any, state: np.ndarray, current: Any = 0.0) -> np.ndarray:
        values = {**dict(zip(self._equations.variables, state, strict=True)), "u": current, **self._values}
        return np.broadcast_to(evaluate(expression, values), state.shape[1:]).astype(np.float64)
