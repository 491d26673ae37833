"""Time to build the trials of a task, beside NeuroGym's task of the same name, timing, channels and step."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from measure import Row, interleaved, ratio

import neurosim as ns
from neurosim.tasks import Task, Uniform

BATCH = 64
BATCHES = 14
"""Batches that a Dataset is asked for in one sample: it makes many at once, and hands them out one by one."""


class Pair(NamedTuple):
    """A task, its step, and NeuroGym's environment with what it is made with; the times of both are the same."""

    task: Task
    dt: float
    environment: str
    options: dict[str, Any]


PAIRS = (
    Pair(
        ns.tasks.PerceptualDecision(fixation=100.0, stimulus=2000.0, response=100.0, catch=0.0),
        20.0,
        "PerceptualDecisionMaking-v0",
        {"dt": 20},
    ),
    Pair(
        ns.tasks.ContextIntegration(fixation=300.0, stimulus=760.0, response=400.0, catch=0.0),
        20.0,
        "ContextDecisionMaking-v0",
        {"dt": 20, "use_expl_context": True, "timing": {"stimulus": 760, "delay": 300}},
    ),
    Pair(
        ns.tasks.MultisensoryIntegration(fixation=300.0, stimulus=760.0, response=100.0),
        20.0,
        "MultiSensoryIntegration-v0",
        {"dt": 20, "timing": {"stimulus": 760}},
    ),
    Pair(
        ns.tasks.ParametricWorkingMemory(
            fixation=500.0, first=500.0, delay=1000.0, second=500.0, response=100.0, catch=0.0
        ),
        20.0,
        "DelayComparison-v0",
        {"dt": 20},
    ),
    Pair(
        ns.tasks.DelayedMatchToSample(directions=32, units=32),
        20.0,
        "DelayMatchSample-v0",
        {"dt": 20, "dim_ring": 32},
    ),
    Pair(
        ns.tasks.ReadySetGo(fixation=100.0, interval=Uniform(800.0, 1500.0), rest=1500.0, gains=(1.0,)),
        20.0,
        "ReadySetGo-v0",
        {"dt": 20},
    ),
    # the unit of time of the one is tau, of the other ms: 75 steps in both
    Pair(
        ns.tasks.GoNoGo(fixation=5.0, stimulus=5.0, rest=5.0, grace=0.0, noise=0.1),
        0.2,
        "GoNogo-v0",
        {"dt": 20},
    ),
)


def _row(pair: Pair, neurogym: Any) -> Row:
    environment = neurogym.make(pair.environment, **pair.options).unwrapped
    environment.seed(0)
    environment.reset()
    steps = pair.task.trials(1, pair.dt, rng=0).steps
    dataset = neurogym.Dataset(pair.environment, pair.options, batch_size=BATCH, seq_len=steps)
    generator = np.random.default_rng(0)

    def alone() -> None:
        for _ in range(BATCH):
            environment.new_trial()

    def batches() -> None:
        for _ in range(BATCHES):
            dataset()

    seconds = interleaved(
        {
            "neurosim": lambda: pair.task.trials(BATCH, pair.dt, generator),
            "new_trial": alone,
            "Dataset": batches,
        }
    )
    own, trial, batch = (
        seconds[name] / size
        for name, size in (("neurosim", BATCH), ("new_trial", BATCH), ("Dataset", BATCH * BATCHES))
    )
    shown = len(pair.task.inputs), environment.observation_space.shape[0]
    numbers = {
        "steps": steps,
        "steps of NeuroGym": len(environment.ob),
        "channels": shown[0],
        "channels of NeuroGym": shown[1],
        "us a trial": 1e6 * float(np.median(own)),
        "new_trial / neurosim": ratio(trial, own),
        "Dataset / neurosim": ratio(batch, own),
    }
    goals = dict.fromkeys(("new_trial / neurosim", "Dataset / neurosim"), (">=", 10.0))
    return Row(f"{type(pair.task).__name__}, {pair.environment}", numbers, goals)


def rows(peer: str) -> Iterator[Row]:
    """One row for each task that both have; `peer` is neurogym."""
    warnings.filterwarnings(
        "ignore", message=".*WARN: "
    )  # Gymnasium about what environments say of themselves
    neurogym = importlib.import_module(peer)
    yield from (_row(pair, neurogym) for pair in PAIRS)
