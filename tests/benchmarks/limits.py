"""What no implementation can do without: reading the weights, the activation, storing the result.

The activation is neurosim's own, the fastest one here; the vectors are as wide as the processor has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from measure import Contestants
from problems import Problem

from neurosim.kernels.functions.float_bits import wide_vectors
from neurosim.kernels.functions.table import float32, float64
from neurosim.kernels.linalg.layout import aligned_array
from neurosim.kernels.runtime.jit import FAST_MATH

summing = numba.njit(error_model="numpy", fastmath=FAST_MATH | {"reassoc"})
plain = numba.njit(error_model="numpy", fastmath=FAST_MATH)


def activation(dtype: str) -> Any:
    """Compiled loop of tanh over a vector."""
    tanh = {"float64": float64, "float32": float32}[dtype].tanh

    @plain
    def activate(states: np.ndarray, rates: np.ndarray) -> None:
        wide_vectors()
        for i in range(states.size):
            rates[i] = tanh(states[i])

    return activate


@summing
def sum_of(values: np.ndarray) -> float:
    """Sum of a vector as four streams of many lanes, which reads any cache level and memory as fast as one core can."""
    wide_vectors()
    quarter = values.size // 4
    a, b, c, d = (
        values[:quarter],
        values[quarter : 2 * quarter],
        values[2 * quarter : 3 * quarter],
        values[3 * quarter : 4 * quarter],
    )
    first = second = third = fourth = values[0] - values[0]
    for i in range(quarter):
        first += a[i]
        second += b[i]
        third += c[i]
        fourth += d[i]
    return (first + second) + (third + fourth)


def _filled(values: np.ndarray) -> np.ndarray:
    copy = aligned_array(values.shape, values.dtype)
    copy[...] = values
    return copy


def reading_limit(problem: Problem) -> Contestants:
    """One trial: read W once for each product and apply the activation."""
    activate = activation(problem.dtype)
    weights, states = _filled(problem.weights().ravel()), _filled(problem.start())
    rates = _filled(states)

    @plain
    def bound(weights: np.ndarray, states: np.ndarray, rates: np.ndarray, products: int) -> float:
        total = weights[0] - weights[0]
        for _ in range(products):
            activate(states, rates)
            total += sum_of(weights)
            # the next product has to wait for this one, as in a simulation
            states[0] = total
        return total

    return {"limit": lambda: bound(weights, states, rates, problem.steps * problem.stages)}


def product_limit(problem: Problem) -> Contestants:
    """Many trials: BLAS's product of this shape, the activation, and storing every state."""
    activate = activation(problem.dtype)
    columns, start = _filled(problem.weights().T), _filled(problem.start())
    rates, currents = _filled(start), _filled(start)
    states = np.empty((problem.steps, *start.shape), start.dtype)

    @plain
    def bound(
        columns: np.ndarray, rates: np.ndarray, currents: np.ndarray, states: np.ndarray, stages: int
    ) -> None:
        for k in range(states.shape[0]):
            for _ in range(stages):
                activate(currents.reshape(-1), rates.reshape(-1))
                np.dot(rates, columns, currents)
            states[k] = currents

    return {"limit": lambda: bound(columns, rates, currents, states, problem.stages)}


def limit(problem: Problem) -> Contestants:
    """The bound that goes with a problem."""
    kind: Callable[[Problem], Contestants] = reading_limit if problem.trials == 1 else product_limit
    return kind(problem)
