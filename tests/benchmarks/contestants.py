"""neurosim and its peers on one problem, each written as its practised users would.

Every function returns the ways to do all steps of a problem and keep every state. Where the order of the weights in
memory matters, both orders take part and the faster one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from measure import Contestants
from problems import DT, Problem

import neurosim as ns

HALF, SIXTH = DT / 2, DT / 6


def neurosim_contestants(problem: Problem) -> Contestants:
    """All steps, and one step only: the difference is free of the set-up of a call."""
    network, start = problem.network(), problem.start()

    def simulated(steps: int) -> Callable[[], object]:
        return lambda: ns.simulate(
            network,
            steps * DT,
            DT,
            problem.scheme,
            trials=problem.trials,
            initial_state=start,
            record="states",
            threads=1,
            progress=False,
        )

    return {"neurosim": simulated(problem.steps), "one step": simulated(1)}


def _numpy_euler(multiply: Any, start: np.ndarray, states: np.ndarray) -> None:
    rates, change, keep = np.empty_like(start), np.empty_like(start), start.dtype.type(1 - DT)
    states[0] = start
    for before, after in pairwise(states):
        np.tanh(before, out=rates)
        multiply(rates, change)
        np.multiply(before, keep, out=after)
        after += change


def _numpy_rk4(multiply: Any, start: np.ndarray, states: np.ndarray) -> None:
    rates, slope, stage, change = (np.empty_like(start) for _ in range(4))

    def drift(state: np.ndarray) -> None:
        np.tanh(state, out=rates)
        multiply(rates, slope)
        np.subtract(slope, state, out=slope)

    states[0] = start
    for before, after in pairwise(states):
        drift(before)
        np.multiply(slope, SIXTH, out=change)
        for to_stage, to_change in ((HALF, 2 * SIXTH), (HALF, 2 * SIXTH), (DT, SIXTH)):
            np.multiply(slope, to_stage, out=stage)
            stage += before
            drift(stage)
            slope_share = np.multiply(slope, to_change, out=rates)
            change += slope_share
        np.add(before, change, out=after)


def numpy_contestants(problem: Problem) -> Contestants:
    """NumPy without temporaries, into a recording that is there already; dt goes into the weights with Euler."""
    loop, scale = (_numpy_euler, DT) if problem.scheme == "euler" else (_numpy_rk4, 1.0)
    start = problem.start()
    states = np.empty((problem.steps + 1, *start.shape), start.dtype)
    rows = problem.weights() * start.dtype.type(scale)

    def run(weights: np.ndarray) -> Callable[[], object]:
        def one(rates: np.ndarray, into: np.ndarray) -> None:
            np.dot(weights, rates, out=into)

        transposed = weights.T

        def many(rates: np.ndarray, into: np.ndarray) -> None:
            np.dot(rates, transposed, out=into)

        return lambda: loop(one if problem.trials == 1 else many, start, states)

    return {"numpy, W in rows": run(rows), "numpy, W in columns": run(np.asfortranarray(rows))}


def jax_contestants(problem: Problem) -> Contestants:
    """One compiled scan over the steps."""
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import numpy as jnp

    start, rows = jnp.asarray(problem.start()), jnp.asarray(problem.weights())
    kind = start.dtype.type

    def advance(multiply: Any, x: Any) -> Any:
        def drift(y: Any) -> Any:
            return multiply(jnp.tanh(y)) - y

        if problem.scheme == "euler":
            return x + kind(DT) * drift(x)
        k1 = drift(x)
        k2 = drift(x + kind(HALF) * k1)
        k3 = drift(x + kind(HALF) * k2)
        k4 = drift(x + kind(DT) * k3)
        return x + kind(SIXTH) * (k1 + 2 * k2 + 2 * k3 + k4)

    def run(product: Any, weights: Any) -> Callable[[], object]:
        @jax.jit
        def states(weights: Any, start: Any) -> Any:
            def step(x: Any, _: Any) -> Any:
                x = advance(lambda rates: product(weights, rates), x)
                return x, x

            return jax.lax.scan(step, start, None, length=problem.steps)[1]

        return lambda: states(weights, start).block_until_ready()

    by_row = (lambda w, r: w @ r) if problem.trials == 1 else (lambda w, r: r @ w.T)
    return {"jax, W r": run(by_row, rows), "jax, r W": run(lambda w, r: r @ w, jnp.array(rows.T))}


def torch_contestants(problem: Problem) -> Contestants:
    """Eager PyTorch without gradients; the product and the leak are one fused call."""
    import torch

    torch.set_num_threads(1)
    start, rows = torch.from_numpy(problem.start()), torch.from_numpy(problem.weights())
    states = torch.empty((problem.steps + 1, *start.shape), dtype=start.dtype)
    rates = torch.empty_like(start)

    def fused(weights: Any) -> Any:
        transposed = weights.T

        def one(x: Any, into: Any, keep: float, scale: float) -> Any:
            return torch.addmv(x, weights, torch.tanh(x, out=rates), beta=keep, alpha=scale, out=into)

        def many(x: Any, into: Any, keep: float, scale: float) -> Any:
            return torch.addmm(x, torch.tanh(x, out=rates), transposed, beta=keep, alpha=scale, out=into)

        return one if problem.trials == 1 else many

    @torch.no_grad()
    def euler(step: Any) -> None:
        states[0] = start
        for before, after in pairwise(states):
            step(before, after, 1 - DT, DT)

    @torch.no_grad()
    def rk4(step: Any) -> None:
        k1, k2, k3, k4 = (torch.empty_like(start) for _ in range(4))
        states[0] = start
        for before, after in pairwise(states):
            step(before, k1, -1, 1)
            step(torch.add(before, k1, alpha=HALF), k2, -1, 1)
            step(torch.add(before, k2, alpha=HALF), k3, -1, 1)
            step(torch.add(before, k3, alpha=DT), k4, -1, 1)
            k1.add_(k2, alpha=2).add_(k3, alpha=2).add_(k4)
            torch.add(before, k1, alpha=SIXTH, out=after)

    loop = euler if problem.scheme == "euler" else rk4
    in_rows, in_columns = fused(rows), fused(rows.T.contiguous().T)
    return {
        "torch, W in rows": lambda: loop(in_rows),
        "torch, W in columns": lambda: loop(in_columns),
    }


PEERS = {"numpy": numpy_contestants, "jax": jax_contestants, "torch": torch_contestants}
