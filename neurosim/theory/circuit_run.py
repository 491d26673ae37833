"""Runs of an effective circuit: what they are given, and their result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite, whole_number

__all__ = ["CircuitRun", "sampled_inputs"]


@dataclass(frozen=True, eq=False)
class CircuitRun(Result, times="time"):
    """Run of an effective circuit; ``trials.accuracy(run)`` is its accuracy in a task.

    Attributes
    ----------
    times : ndarray, shape (steps + 1,)
        From 0.
    kappa : ndarray, shape (trials, steps + 1, rank)
        Collective variables.
    outputs : ndarray, shape (trials, steps + 1, outputs)
        Predicted outputs of the readout.
    """

    times: np.ndarray
    kappa: np.ndarray
    outputs: np.ndarray


def sampled_inputs(
    inputs: Any, kappa: np.ndarray, steps: int, trials: int | None, channels: int, rank: int
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (trials or 1, steps, channels), and initial κ (trials, rank).

    Raises
    ------
    ShapeError
        When they do not fit each other, or the numbers of steps, channels or pairs.
    """
    held = np.zeros(channels) if inputs is None else np.atleast_1d(finite("inputs", inputs, np.float64))
    held = held.reshape((1,) * (3 - held.ndim) + held.shape) if held.ndim < 3 else held
    if held.ndim != 3 or held.shape[2] != channels or held.shape[1] not in (1, steps):
        raise ShapeError(
            f"inputs must have shape ({channels},), ({steps}, {channels}) or (trials, {steps}, {channels}) (got "
            f"{np.shape(inputs)}); check duration and dt."
        )
    kappa = np.atleast_2d(kappa)
    if kappa.ndim != 2 or kappa.shape[1] != rank:
        raise ShapeError(f"start must have shape ({rank},) or (trials, {rank}) (got {kappa.shape}).")
    given = max(len(held), len(kappa))
    count = given if trials is None else whole_number("trials", trials)
    if {len(held), len(kappa)} - {1, count}:
        raise ShapeError(
            f"inputs and start must have 1 or {count} trials (got {len(held)} and {len(kappa)})."
        )
    return np.broadcast_to(held, (len(held), steps, channels)), np.broadcast_to(kappa, (count, rank))
