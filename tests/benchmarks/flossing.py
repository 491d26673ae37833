"""A training step with a penalty on Lyapunov exponents beside the same step without it, on one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from measure import Goal, Row, interleaved, ratio

import neurosim as ns
from neurosim.trainers import LyapunovPenalty

SIZE, COUNT, STEPS, BATCH = 80, 75, 55, 16
GOALS: dict[str, Goal] = {"with / without": ("<=", 10.0)}


def rows() -> Iterator[Row]:
    """The network and the exponents of Engelken (2023), along one trial of a batch of 16."""
    task = ns.tasks.PeriodicPattern(period=float(STEPS), duration=float(STEPS))
    network = ns.Network(
        ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(1.0), SIZE, outputs=task.outputs, rng=0
    ).replace(initial_state=np.random.default_rng(0).standard_normal(SIZE))
    trials, trainer = task.trials(BATCH, 1.0), ns.BPTT(dt=1.0, threads=1)
    plain = trainer.objective(network)
    floss = trainer.replace(penalties=LyapunovPenalty(count=COUNT)).objective(network)
    free = plain.start()
    seconds = interleaved(
        {
            "with": lambda: floss.differentiate(free, trials, None),
            "without": lambda: plain.differentiate(free, trials, None),
        },
        clock=time.process_time,
    )
    numbers = {
        "with / without": ratio(seconds["with"], seconds["without"]),
        "with ms": 1e3 * float(np.median(seconds["with"])),
        "without ms": 1e3 * float(np.median(seconds["without"])),
    }
    yield Row(f"N = {SIZE}, {COUNT} exponents, {STEPS} steps, batch of {BATCH}", numbers, GOALS)
