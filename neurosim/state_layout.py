"""Layout of states: the order of variables and units in the arrays of users and of computations.

Users see states as (..., units), with a last axis for the variable where a unit has several. Computations have the
variable first, (variables, ..., units), so that the values of a variable are contiguous. Flattened, as in Jacobians,
all units of the first variable come first, then all of the second.
"""

from __future__ import annotations

import numpy as np

__all__ = ["state_columns", "variables_first", "variables_last"]


def state_columns(state: np.ndarray, units: int) -> np.ndarray:
    """One state, of shape (units,) or (units, variables), as a view of shape (variables, units)."""
    return state.reshape(units, -1).T


def variables_first(states: np.ndarray, variables: int) -> np.ndarray:
    """States (..., units), or (..., units, variables) with several variables, as a view (variables, ..., units)."""
    return np.moveaxis(states, -1, 0) if variables > 1 else states[None]


def variables_last(states: np.ndarray) -> np.ndarray:
    """States (variables, ..., units) as a view (..., units), or (..., units, variables) with several variables."""
    return np.moveaxis(states, 0, -1) if len(states) > 1 else states[0]
