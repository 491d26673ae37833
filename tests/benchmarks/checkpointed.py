"""Memory of one training step over a very long time, in processes that do nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from measure import Row

SIZE, TRIALS, STEPS, CHANNELS = 200, 8, 100_000, 2
SHORT = 200

SCRIPT = f"""
import json, time
from dataclasses import replace
from host import peak_bytes
from training_contestants import neurosim_learner
from training_problems import TrainingProblem

problem = TrainingProblem({SIZE}, {TRIALS}, {STEPS}, "tanh", 0.1, {CHANNELS}, 1, "{{dtype}}")
learned = replace(problem, steps={{steps}})
held = None if learned == problem else problem.batch()
learner = neurosim_learner(learned, threads=1)
begin = time.perf_counter()
loss = learner.step()
print(json.dumps([peak_bytes(), time.perf_counter() - begin, loss]))
"""


def _measured(dtype: str, steps: int) -> tuple[float, float]:
    """Peak bytes of a fresh process that holds all inputs and learns from `steps` steps, and seconds of that."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(dtype=dtype, steps=steps)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    peak, seconds, loss = json.loads(finished.stdout)
    if not 0.0 < loss < 10.0:
        raise RuntimeError(f"the loss is {loss}: nothing was learned from these {steps} steps")
    return peak, seconds


def rows() -> Iterator[Row]:
    """One row for each precision; the first process fills the cache of kernels and is not counted."""
    for dtype, bytes_kept in (("float64", 16), ("float32", 8)):
        _measured(dtype, SHORT)
        short, _ = _measured(dtype, SHORT)
        long, seconds = _measured(dtype, STEPS)
        numbers = {
            "MB more": (long - short) / 1e6,
            "MB without checkpoints": bytes_kept * SIZE * TRIALS * STEPS / 1e6,
            "s a step": seconds,
        }
        work = f"N = {SIZE}, {TRIALS} trials, {STEPS:,} steps, {dtype}"
        yield Row(work, numbers, {"MB more": ("<=", 500.0)})
