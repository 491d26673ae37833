"""Where searches begin: states that were given, or states that the network visits."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.network_field import NetworkField
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.time_constants import step_or, time_constants
from neurosim.validation import non_negative, whole_number

__all__ = ["start_states"]

TRIALS = 100
"""Trajectories from which states are drawn: enough to end in each of many basins."""
DURATION = 50.0
"""Their length, in the slowest time constant of a unit by itself: transients included."""
MOST_STEPS = 20_000


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
        axes = (-1, *starts.states.shape[2:])
        states = field.inside(starts.states.reshape(axes))
    elif isinstance(starts, (int, np.integer)) and isinstance(field, NetworkField):
        states = _visited(field, whole_number("starts", starts), seed)
    elif isinstance(starts, (int, np.integer)):
        raise ParameterError(
            f"starts = {starts} would be drawn from a network; a System needs states (starts, size)."
        )
    else:
        states = field.inside(starts)
    draw = np.random.default_rng(child(seed, "displacement"))
    return states + non_negative("displacement", displacement) * draw.standard_normal(states.shape)


def _visited(field: NetworkField, count: int, seed: Any) -> np.ndarray:
    constants = time_constants(field.network)
    dt = step_or(None, constants)
    steps = min(MOST_STEPS, int(np.ceil(DURATION * constants.slowest / dt)))
    run = simulate(
        field.network.replace(initial_state=None),
        steps * dt,
        dt,
        "rk4",
        inputs=field.inputs if field.inputs.size else None,
        trials=min(count, TRIALS),
        record="states",
        every=max(1, steps // 1000),
        rng=child(seed, "trajectories"),
        progress=False,
    )
    draw = np.random.default_rng(child(seed, "starts"))
    # saddles are passed on the way, and in the end much stands still: a third of the times are in the first tenth
    samples = (draw.random(count) ** 2 * run.states.shape[1]).astype(np.intp)
    return field.inside(run.states[np.arange(count) % len(run.states), samples])
