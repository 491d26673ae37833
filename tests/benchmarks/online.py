"""A trial of an online rule beside its forward pass, and a step of RTRL, on one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from measure import Goal, Row, interleaved, ratio

import neurosim as ns
from neurosim.trainers import RFLO, RTRL, EProp

STEPS = 1000
SIZES = (100, 200, 400)
GOALS: dict[str, Goal] = {"step / forward": ("<=", 1.5)}


def _row(rule: type[RFLO] | type[EProp], neuron: ns.Neuron, size: int) -> Row:
    task = ns.tasks.PeriodicPattern(period=100.0, duration=float(STEPS))
    network = ns.Network(neuron, ns.Gaussian(1.2), size, outputs=task.outputs, rng=0)
    start = network.replace(initial_state=network.resting_state())
    trials = task.trials(1, 1.0)
    objective = rule(dt=1.0, threads=1)._objective(start, np.random.SeedSequence(0))
    free = objective.start()
    seconds = interleaved(
        {
            "step": lambda: objective.differentiate(free, trials, None),
            "forward": lambda: ns.simulate(
                start, **trials.simulation, record="outputs", threads=1, progress=False
            ),
        },
        clock=time.process_time,
    )
    numbers = {
        "step / forward": ratio(seconds["step"], seconds["forward"]),
        "step ms": 1e3 * float(np.median(seconds["step"])),
        "forward ms": 1e3 * float(np.median(seconds["forward"])),
    }
    name = f"{rule.__name__}, {type(neuron).__name__}, N = {size}, {STEPS} steps"
    return Row(name, numbers, GOALS)


def _influence_row(size: int, steps: int) -> Row:
    """Milliseconds that RTRL takes for each step of a trial."""
    task = ns.tasks.PeriodicPattern(period=10.0, duration=float(steps))
    network = ns.Network(ns.LeakyRate("tanh", tau=10.0), ns.Gaussian(1.2), size, outputs=task.outputs, rng=0)
    start = network.replace(initial_state=network.resting_state())
    objective = RTRL(dt=1.0, threads=1)._objective(start, np.random.SeedSequence(0))
    free, trials = objective.start(), task.trials(1, 1.0)
    run = {"trial": lambda: objective.differentiate(free, trials, None)}
    seconds = interleaved(run, rounds=5, clock=time.process_time)["trial"]
    return Row(f"RTRL, N = {size}", {"ms a step of time": 1e3 * float(np.median(seconds)) / steps})


def rows() -> Iterator[Row]:
    """RFLO for leaky units, and e-prop also for units with a slow variable; RTRL for small networks."""
    for size, steps in ((16, 100), (32, 50), (64, 20), (100, 10)):
        yield _influence_row(size, steps)
    leaky = ns.LeakyRate("tanh", tau=10.0)
    slow = ns.Adaptive("tanh", tau=10.0, tau_adaptation=100.0, strength=0.5)
    for size in SIZES:
        yield _row(RFLO, leaky, size)
        yield _row(EProp, leaky, size)
        yield _row(EProp, slow, size)
