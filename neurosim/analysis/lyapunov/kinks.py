"""Trajectories that stay at a kink of the equations, where the Jacobian jumps and exponents are not defined."""

from __future__ import annotations

import warnings

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.errors import KinkWarning

__all__ = ["is_at_kink", "warn_of_kink"]

STEP = 1e-6
"""Length of the differences, relative to the largest entry of the state or 1."""
JUMP = 1e-3
"""Difference of one-sided derivatives that is no curvature: curvature gives the length of the step."""


def is_at_kink(field: VectorField, states: np.ndarray) -> bool:
    """Whether the one-sided derivatives of a vector field at a state differ, along a fixed random direction.

    Parameters
    ----------
    field : VectorField
    states : ndarray, shape (variables, 1, units)
    """
    direction = np.random.default_rng(0).standard_normal(states.shape)
    length = STEP * max(1.0, float(np.abs(states).max()))
    here, after, before = (field.speeds(states + k * length * direction) for k in (0, 1, -1))
    right, left = (after - here) / length, (here - before) / length
    return bool((np.abs(right - left) > JUMP * (1.0 + np.abs(right) + np.abs(left))).any())


def warn_of_kink(field: VectorField, states: np.ndarray) -> None:
    """Warn where a run ends at a kink: a trajectory that stays there has no exponents."""
    if is_at_kink(field, states):
        warnings.warn(
            "the trajectory ends at a kink of the rate or the drift, where the Jacobian jumps: exponents of a state "
            "that stays there are those of one side, chosen by convention. Take a bias that keeps units off their "
            "threshold, or a smooth activation such as softplus.",
            KinkWarning,
            stacklevel=4,
        )
