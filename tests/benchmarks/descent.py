"""Fixed points by gradient descent, as users of fixed-point finders search for them, in one compiled JAX function.

Adam on q = ½‖F‖² of every start by itself, in double precision, with the settings of FixedPointFinder (Golub &
Sussillo, J. Open Source Softw. 3, 1003, 2018): a rate that falls where q no longer does, at most 5000 iterations, a
start given up once q no longer changes. The gradient is JᵀF in closed form, which costs two products.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import neurosim as ns

ITERATIONS, RATE = 5000, 1e-2
CHECK = 100
"""Iterations between two looks at q."""
FACTOR = 0.7
"""By which the rate falls where the mean of q did not fall since the last look."""
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Descent(NamedTuple):
    """Where the starts ended, and q there."""

    states: np.ndarray
    q: np.ndarray


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
        for begun in range(0, iterations, CHECK):
            states, mean, square, q = some(states, mean, square, rate, float(begun))
            now = float(q.mean())
            rate, last = (rate * FACTOR if now >= last else rate), now
        return Descent(np.asarray(states), np.asarray(q))

    return search
