"""A training step with a penalty on Lyapunov exponents, beside the step without it and beside JAX, on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from measure import Goal, Row, interleaved, ratio

import neurosim as ns
from neurosim.trainers import LyapunovPenalty

SIZE, COUNT, STEPS, BATCH = 80, 75, 55, 16
PENALTY = LyapunovPenalty(count=COUNT)
WORK = f"N = {SIZE}, {COUNT} exponents, {STEPS} steps, batch of {BATCH}"
CLOSE = 1e-8
"""Largest relative difference of gradients: QR steps lose the condition numbers of the Jacobians."""
GOALS: dict[str, Goal] = {"with / without": ("<=", 10.0), "jax / neurosim": (">=", 1.0)}

Step = Callable[[], Any]


def _problem() -> tuple[ns.Network, ns.tasks.Trials, ns.BPTT]:
    """The network of Engelken (2023) and a batch, of which one trial has its exponents measured."""
    task = ns.tasks.PeriodicPattern(period=float(STEPS), duration=float(STEPS))
    network = ns.Network(
        ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(1.0), SIZE, outputs=task.outputs, rng=0
    ).replace(initial_state=np.random.default_rng(0).standard_normal(SIZE))
    return network, task.trials(BATCH, 1.0), ns.BPTT(dt=1.0, threads=1, penalties=PENALTY)


def _jax_step(network: ns.Network, trials: ns.tasks.Trials, free: dict[str, np.ndarray]) -> Step:
    """Gradient by ``jit(grad)``: a scan over the states of the batch, and one over frames with the QR of jax.numpy."""
    import jax

    jax.config.update("jax_enable_x64", True)
    from jax import numpy as jnp

    start = jnp.asarray(np.tile(network.initial_state, (BATCH, 1)))
    columns, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((SIZE, COUNT)))
    frame, targets, mask = jnp.asarray(columns), jnp.asarray(trials.targets), jnp.asarray(trials.mask)
    discard = int(PENALTY.alignment * STEPS)

    # dt = tau = 1: a state is the current of the rates before it
    def objective(free: dict[str, Any]) -> Any:
        def advance(states: Any, _: Any) -> tuple[Any, Any]:
            later = jnp.tanh(states) @ free["recurrent"].T + free["bias"]
            return later, later

        def stretch(frame: Any, state: Any) -> tuple[Any, Any]:
            slopes = 1.0 - jnp.tanh(state) ** 2
            later, triangle = jnp.linalg.qr(free["recurrent"] @ (slopes[:, None] * frame))
            return later, jnp.log(jnp.abs(jnp.diag(triangle)))

        _, states = jax.lax.scan(advance, start, None, length=STEPS)
        outputs = jnp.tanh(states) @ free["readout_weights"].T + free["readout_bias"]
        loss = jnp.mean(mask.swapaxes(0, 1) * (outputs - targets.swapaxes(0, 1)) ** 2)
        before = jnp.concatenate([start[:1], states[:-1, 0]])
        _, logarithms = jax.lax.scan(stretch, frame, before)
        return loss + PENALTY.strength * jnp.mean(logarithms[discard:].mean(axis=0) ** 2)

    compiled, given = jax.jit(jax.grad(objective)), {name: jnp.asarray(value) for name, value in free.items()}
    return lambda: jax.block_until_ready(compiled(given))


def _require_agreement(own: dict[str, np.ndarray], other: dict[str, Any]) -> None:
    """Stop unless the two have the same gradients."""
    for name, gradient in own.items():
        difference = float(np.abs(np.asarray(other[name]) - gradient).max() / np.abs(gradient).max())
        if not difference < CLOSE:
            raise RuntimeError(f"the gradient of {name} by JAX is off by {difference:.1e}")


def rows(peer: str = "") -> Iterator[Row]:
    """The step with the penalty beside that without it, or beside JAX."""
    network, trials, trainer = _problem()
    floss = trainer.objective(network)
    free = floss.start()
    contestants: dict[str, Step] = {"with": lambda: floss.differentiate(free, trials, None)}
    if peer == "jax":
        contestants["jax"] = _jax_step(network, trials, free)
        _require_agreement(floss.differentiate(free, trials, None).gradients, contestants["jax"]())
    else:
        plain = trainer.replace(penalties=()).objective(network)
        contestants["without"] = lambda: plain.differentiate(free, trials, None)
    seconds = interleaved(contestants, clock=time.process_time)
    if peer == "jax":
        numbers = {"jax / neurosim": ratio(seconds["jax"], seconds["with"])}
    else:
        numbers = {
            "with / without": ratio(seconds["with"], seconds["without"]),
            "with ms": 1e3 * float(np.median(seconds["with"])),
            "without ms": 1e3 * float(np.median(seconds["without"])),
        }
    yield Row(WORK, numbers, {name: goal for name, goal in GOALS.items() if name in numbers})
