"""Fixed points by gradient descent, as users of fixed-point finders search for them, in one compiled JAX function.

Adam on q = ½‖F‖² of every start by itself, in double precision, with the settings of FixedPointFinder (Golub &
Sussillo, J. Open Source Softw. 3, 1003, 2018): a rate that falls where q no longer does, at most 5000 iterations, none
once q < 1e-12 for all. Rate and factor are the best of five pairs in the flip-flop of `fixed_points`. The gradient is
JᵀF in closed form, which costs two products.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

import neurosim as ns

ITERATIONS, RATE = 5000, 0.1
CHECK = 50
"""Iterations between two looks at q."""
FACTOR = 0.9
"""By which the rate falls where the mean of q did not fall since the last look."""
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


SLOW = 1e-12
"""Largest q of what counts as a fixed point; gradient descent comes nowhere near ‖F‖ = 1e-12."""


class Descent(NamedTuple):
    """Where the starts ended, q there, and after each look the seconds so far and the share of starts with small q."""

    states: np.ndarray
    q: np.ndarray
    seconds: np.ndarray
    shares: np.ndarray

    @property
    def seconds_that_helped(self) -> float:
        """Time after which at most one start in a hundred still came to a point."""
        return float(self.seconds[self.shares >= self.shares[-1] - 0.01][0])


def searcher(network: ns.Network) -> Any:
    """Function of starts (starts, units) that returns a `Descent`, for `LeakyRate` or `LeakyCurrent` with tanh."""
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import numpy as jnp

    double = network.astype("float64")
    weights, bias = jnp.asarray(double.recurrent.dense()), jnp.asarray(double.bias)
    rate_form, tau = isinstance(network.neuron, ns.LeakyRate), network.neuron.tau

    def speed_and_gradient(states: Any) -> tuple[Any, Any]:
        if rate_form:
            rates = jnp.tanh(states @ weights.T + bias)
            speed = (rates - states) / tau
            return speed, (((1.0 - rates * rates) * speed) @ weights - speed) / tau
        rates = jnp.tanh(states)
        speed = (rates @ weights.T + bias - states) / tau
        return speed, ((1.0 - rates * rates) * (speed @ weights) - speed) / tau

    @jax.jit
    def some(states: Any, mean: Any, square: Any, rate: Any, begun: Any) -> Any:
        def step(k: Any, held: Any) -> Any:
            states, mean, square = held
            gradient = speed_and_gradient(states)[1]
            mean = BETA1 * mean + (1 - BETA1) * gradient
            square = BETA2 * square + (1 - BETA2) * gradient * gradient
            root = jnp.sqrt(1 - BETA2 ** (begun + k + 1.0))
            scale = rate * root / (1 - BETA1 ** (begun + k + 1.0))
            return states - scale * mean / (jnp.sqrt(square) + EPSILON * root), mean, square

        states, mean, square = jax.lax.fori_loop(0, CHECK, step, (states, mean, square))
        return states, mean, square, 0.5 * (speed_and_gradient(states)[0] ** 2).sum(axis=1)

    def search(starts: np.ndarray, iterations: int = ITERATIONS) -> Descent:
        states, rate, last = jnp.asarray(starts), RATE, np.inf
        mean, square = jnp.zeros_like(states), jnp.zeros_like(states)
        looks, start = [], time.perf_counter()
        for begun in range(0, iterations, CHECK):
            states, mean, square, q = some(states, mean, square, rate, float(begun))
            now = float(q.mean())
            rate, last = (rate * FACTOR if now >= last else rate), now
            looks.append((time.perf_counter() - start, float((q <= SLOW).mean())))
            if looks[-1][1] == 1.0:
                break
        seconds, shares = np.array(looks).T
        return Descent(np.asarray(states), np.asarray(q), seconds, shares)

    return search
