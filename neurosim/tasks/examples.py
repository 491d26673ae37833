"""Example trials of a task, with a time step that resolves them."""

from __future__ import annotations

from neurosim.errors import NeurosimError, ParameterError
from neurosim.randomness import Seed, seed_sequence
from neurosim.tasks.base import Task
from neurosim.tasks.trials import Trials

__all__ = ["example"]

STEPS = tuple(digit * 10.0**power for power in (1, 0, -1, -2, -3, -4) for digit in (2.0, 1.0, 0.5))
"""Time steps that are tried, in the time unit of the task."""
FEWEST = 50
"""Steps that a trial has at least."""


def example(task: Task, count: int = 1, rng: Seed = 0) -> Trials:
    """Example trials, with the published time step or else the longest one that resolves them.

    That is the longest of 20, 10, 5, 2, 1, ..., 0.00005 for which every epoch exists and a trial has at least 50 steps.

    Raises
    ------
    ParameterError
        If there is no such step.
    """
    seed, given = seed_sequence(rng), task.settings.get("trainer", {}).get("dt")
    for dt in STEPS if given is None else (given, *STEPS):
        try:
            trials = task.trials(count, dt, seed)
        except NeurosimError as error:
            reason = str(error)
            continue
        if dt == given or trials.steps >= FEWEST:
            return trials
        reason = f"trials have {trials.steps} steps of dt = {dt:g}"
    raise ParameterError(f"epochs of {type(task).__name__} must be longer to be shown: {reason.rstrip('.')}.")
