"""Local derivatives of single units, as arrays: of drift and rate by state and input."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from neurosim.equations.evaluation import evaluate
from neurosim.equations.trace import trace, unit_values

__all__ = ["LocalDerivatives", "local_derivatives"]


class LocalDerivatives(NamedTuple):
    r"""Local derivatives of each unit; the Jacobian of a network is :math:`J = A + B W C`.

    Attributes
    ----------
    drift_by_state : ndarray, shape (variables, variables, units)
        A, in 1/time: of drift i by variable j.
    drift_by_input : ndarray, shape (variables, units)
        B: of drift i by the input current.
    rate_by_state : ndarray, shape (variables, units)
        C: of the rate by variable j.
    """

    drift_by_state: np.ndarray
    drift_by_input: np.ndarray
    rate_by_state: np.ndarray


def local_derivatives(neuron: Any, state: np.ndarray, current: np.ndarray) -> LocalDerivatives:
    """Local derivatives of a neuron at given states.

    Parameters
    ----------
    neuron : Neuron
    state : ndarray, shape (variables, units)
    current : ndarray, shape (units,)
        Input current of each unit.
    """
    equations = trace(neuron)
    own = unit_values(neuron, np.shape(current)[-1])
    values = {**dict(zip(equations.variables, state, strict=True)), "u": current, **own}

    def array(expression: Any) -> np.ndarray:
        return np.broadcast_to(evaluate(expression, values), np.shape(current)).astype(np.float64)

    return LocalDerivatives(
        np.array([[array(entry) for entry in row] for row in equations.drift_by_state]),
        np.array([array(entry) for entry in equations.drift_by_input]),
        np.array([array(entry) for entry in equations.rate_by_state]),
    )
