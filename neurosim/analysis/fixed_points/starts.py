"""Starts of a search: states that are given, states of a run, or states that the network visits."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.engine.trajectory import Trajectory
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.validation import non_negative, require_memory, whole_number

__all__ = ["start_states"]


def start_states(field: VectorField, starts: Any, displacement: float, rng: Seed) -> np.ndarray:
    """States to begin from, shape (variables, states, units).

    Parameters
    ----------
    field : VectorField
    starts : int, Trajectory or ndarray
        How many to draw from trajectories of the network under the field's input; or all recorded states of a run;
        or the states.
    displacement : float
        Standard deviation of Gaussian numbers that are added.
    rng : int, SeedSequence, Generator or None
    """
    seed = seed_sequence(rng)
    if isinstance(starts, Trajectory):
        states = field.inside(starts.states.reshape(-1, *starts.states.shape[2:]))
    elif isinstance(starts, (int, np.integer)):
        count = whole_number("starts", starts)
        require_memory(16.0 * count * field.size, f"starts = {count} states", "Take fewer starts.")
        states = field.visit(count, seed)
    else:
        states = field.inside(starts)
    draw = np.random.default_rng(child(seed, "displacement"))
    return states + non_negative("displacement", displacement) * draw.standard_normal(states.shape)
