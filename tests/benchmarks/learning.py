"""How long it takes until a network can do a task, on two threads, with the trials that have to be made for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from measure import Goal, Row

import neurosim as ns
from neurosim.experiments import load_training
from neurosim.tasks import Task
from neurosim.trainers import Trainer

THREADS, TESTED = 2, 1000
"""Threads, and new trials on which a trained network is tested."""


@dataclass(frozen=True)
class Lesson:
    """What learns what, and how."""

    network: ns.Network
    task: Task
    trainer: Trainer
    seed: int


def _shipped(name: str, task: Task | None = None) -> Lesson:
    """A training that the package ships, of its own task or of another one with the same channels."""
    shipped = load_training(name)
    plan = shipped.network
    return Lesson(plan.build(shipped.seed), plan.task if task is None else task, plan.trainer, shipped.seed)


LESSONS = {
    "AND": lambda: _shipped("xor", ns.tasks.And()),
    "OR": lambda: _shipped("xor", ns.tasks.Or()),
    "XOR": lambda: _shipped("xor"),
    "3-bit flip-flop": lambda: _shipped("flipflop"),
}
"""All gates as Jarne & Laje (2023) trained them: 15,000 sequences, 20 epochs."""
GATE: dict[str, Goal] = {"s": ("<=", 90.0), "accuracy": (">=", 0.995)}
FLIP_FLOP: dict[str, Goal] = {"s": ("<=", 120.0), "accuracy": (">=", 0.99)}


def _seconds(given: Lesson, **settings: int) -> tuple[float, ns.Training]:
    trainer = replace(given.trainer, threads=THREADS, **settings)
    begin = time.perf_counter()
    training = trainer.fit(given.network, given.task, rng=given.seed, progress=False)
    return time.perf_counter() - begin, training


def _accuracy(given: Lesson, network: ns.Network) -> float:
    trials = given.task.trials(TESTED, given.trainer.dt, rng=99)
    start = np.zeros(network.size) if network.initial_state is None else network.initial_state
    run = ns.simulate(network, **trials.simulation, initial_state=start, progress=False)
    return float(trials.accuracy(run).mean())


def _row(name: str) -> Row:
    given, goals = LESSONS[name](), FLIP_FLOP if "flip-flop" in name else GATE
    _seconds(given, epochs=1, trials=given.trainer.batch_size)  # may compile
    seconds, training = _seconds(given)
    history = training.history
    learned = history["validation_accuracy" if "validation_accuracy" in history.names else "accuracy"]
    reached = np.flatnonzero(learned >= goals["accuracy"][1])
    numbers = {
        "s": seconds,
        "epochs": float(history.length),
        "accuracy": _accuracy(given, training.network),
        "s to accuracy": seconds * (reached[0] + 1) / history.length if reached.size else float("inf"),
    }
    return Row(f"{name}, N = {given.network.size}, {given.network.dtype}", numbers, goals)


def rows() -> Iterator[Row]:
    """One row for each task."""
    yield from map(_row, LESSONS)
