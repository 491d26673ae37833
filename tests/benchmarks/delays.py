"""Conduction delays: cost of a delay of fifty steps in all blocks, in a simulation and in a gradient, on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from measure import Row, interleaved, ratio

import neurosim as ns
from neurosim.engine import Cotangents, Rollout
from neurosim.engine.differentiable.passes import ForwardPass

SIZE, STEPS, DT, DELAY = 500, 2000, 0.1, 5.0
BATCH, LENGTH = 32, 200


def _networks() -> dict[str, ns.Network]:
    """A circuit of two populations with all four blocks, and the same with a delay, whole or not, in all of them."""
    unit = ns.LeakyRate("tanh", tau=2.0)
    cells = ns.Populations(E=ns.Population(unit, size=SIZE - 100), I=ns.Population(unit, size=100))
    blocks = {(target, source): ns.Gaussian(1.5) for target in "EI" for source in "EI"}
    options = {"inputs": 1, "outputs": 1, "rng": 0}
    delays = {
        "without": None,
        "whole steps": DELAY,
        "cubic": DELAY + 0.3 * DT,
        "classes": (DELAY, 2.0 * DELAY),
    }
    return {name: ns.Network(cells, ns.Blocks(blocks, delay=d), **options) for name, d in delays.items()}


def _simulated(network: ns.Network, trials: int) -> Callable[[], object]:
    steps = STEPS if trials == 1 else STEPS // 8
    return lambda: ns.simulate(
        network, steps * DT, DT, scheme="heun", trials=trials, record=(), rng=1, threads=1, progress=False
    )


def _trained(network: ns.Network) -> Callable[[], object]:
    """Forward and backward pass of a batch, with gradients of all weights."""
    draw = np.random.default_rng(0)
    inputs, slopes = draw.standard_normal((2, BATCH, LENGTH, 1))
    rollout = Rollout(network, DT, threads=1, memory=2000.0)
    kernels = rollout._program((), frozenset({"recurrent", "input_weights", "readout_weights", "bias"}))

    def step() -> object:
        run: ForwardPass = rollout._run(kernels, {**rollout.values, "inputs": inputs}, None)
        return run.gradients(Cotangents(outputs=slopes))

    return step


def rows() -> Iterator[Row]:
    """Ratios to the network without delays."""
    networks = _networks()
    works = {f"Heun, {trials} trials": (trials, 1.3) for trials in (1, 16)}
    for work, (trials, bound) in works.items():
        contestants = {name: _simulated(each, trials) for name, each in networks.items()}
        yield from _rows(work, interleaved(contestants, clock=time.thread_time), bound)
    contestants = {name: _trained(each) for name, each in networks.items()}
    yield from _rows(f"gradient, {BATCH} trials", interleaved(contestants, clock=time.thread_time), 1.5)


def _rows(work: str, seconds: dict[str, list[float]], bound: float) -> Iterator[Row]:
    for name in ("whole steps", "cubic", "classes"):
        goal = {"ratio": ("<=", bound)} if name != "classes" else {}
        yield Row(f"{work}, {name} / without", {"ratio": ratio(seconds[name], seconds["without"])}, goal)
