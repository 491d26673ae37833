"""Proof, up to rounding, that there is one fixed point near a state: the theorem of Newton and Kantorovich."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.network_field import NetworkField
from neurosim.analysis.fixed_points.system_field import SystemField
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.equations.local import LocalDerivatives

__all__ = ["Certificate", "certificates", "smallest_singular_values"]

WIDE, NARROW = 1e-6, 1e-9
"""Displacements, in units of the state, over which derivatives are compared. A kink shows in their ratio."""


class Certificate(NamedTuple):
    """Radius around a state within which its fixed point lies; NaN with the reason where that is not certain."""

    radius: float
    reason: str


def certificates(field: NetworkField | SystemField, states: np.ndarray) -> list[Certificate]:
    r"""Newton–Kantorovich radius of each state.

    With :math:`\beta = \|J^{-1}\|`, :math:`\eta = \beta \|F\|` and the Lipschitz constant L of J, a zero of F exists
    within :math:`2\eta / (1 + \sqrt{1 - 2h})`, :math:`h = \beta L \eta`, if :math:`h \le 1/2`, and is the only
    one within :math:`(1 + \sqrt{1 - 2h}) / (\beta L)`. To ‖F‖ its rounding error is added. L comes from differences of
    the local derivatives over 1e-6, doubled: reliable where the derivatives are smooth on that scale, which is
    checked, but not interval arithmetic.

    Parameters
    ----------
    field : Field or SystemField
    states : ndarray, shape (variables, states, units)

    References
    ----------
    J. M. Ortega, American Mathematical Monthly 75, 658 (1968).
    """
    smallest = smallest_singular_values(field, states)
    residual = norms(field.speeds(states)) + field.rounding(states)
    wide, narrow = (_slope(field, states, step) for step in (WIDE, NARROW))
    return [_certificate(*case) for case in zip(smallest, residual, wide, narrow, strict=True)]


def smallest_singular_values(field: VectorField, states: np.ndarray) -> np.ndarray:
    """Smallest singular value of the Jacobian at each state, in 1/time, shape (states,): 0 where it is singular."""
    return field.each_jacobian(lambda jacobians: np.linalg.svd(jacobians, compute_uv=False)[:, -1], states)


def _certificate(smallest: float, residual: float, wide: float, narrow: float) -> Certificate:
    if narrow > 10.0 * wide + 1e-3:
        return Certificate(np.nan, "a unit is at a kink of its activation, where the Jacobian jumps")
    if smallest <= 1e-13:
        return Certificate(np.nan, "the Jacobian is singular: a bifurcation, or not an isolated point")
    eta = residual / smallest
    h = 2.0 * wide * eta / smallest
    if not h <= 0.5:
        return Certificate(
            np.nan,
            f"the Jacobian is nearly singular (smallest singular value {smallest:.2g}) for a speed of {residual:.2g}",
        )
    radius = 2.0 * eta / (1.0 + np.sqrt(1.0 - 2.0 * h))
    if radius > NARROW:
        return Certificate(
            np.nan, f"the radius {radius:.2g} exceeds the {NARROW:g} within which J is known to be smooth"
        )
    return Certificate(float(radius), "")


def _slope(field: NetworkField | SystemField, states: np.ndarray, step: float) -> np.ndarray:
    """Estimate of the Lipschitz constant of J around each state."""
    if isinstance(field, SystemField):
        return _slope_of_functions(field, states, step)
    return _slope_of_network(field, states, step)


def _slope_of_functions(field: SystemField, states: np.ndarray, step: float) -> np.ndarray:
    """From the change of J along each variable."""
    here, total = field.jacobians(states), np.zeros(states.shape[1])
    for k in range(field.size):
        changes = []
        for sign in (1.0, -1.0):
            moved = states.copy()
            moved[0, :, k] += sign * step
            changes.append(np.linalg.norm(field.jacobians(moved) - here, axis=(1, 2)) / step)
        total += np.maximum(*changes) ** 2
    return np.sqrt(total)


def _slope_of_network(field: NetworkField, states: np.ndarray, step: float) -> np.ndarray:
    """From the change of the local derivatives in J = A + B W C."""
    local = field.local(states)
    weights = float(np.linalg.norm(field.weights, 2))
    rate_slope = _largest(local.rate_by_state)
    # a displacement of the states of length one moves the currents by at most this
    reach = weights * rate_slope
    gain = _largest(local.drift_by_input)
    arguments = np.concatenate([states, field.currents(states)[None]])
    total = np.zeros(states.shape[1])
    for k in range(len(arguments)):
        a, b, c = _change(field, arguments, local, k, step)
        length = reach if k == field.variables else 1.0
        total += length * (a + b * reach) + gain * weights * c
    return total


def _change(
    field: NetworkField, arguments: np.ndarray, local: LocalDerivatives, k: int, step: float
) -> list[np.ndarray]:
    """Largest slope of A, B and C along one of their arguments, the states and the current, for each state."""
    slopes = [np.zeros(arguments.shape[1])] * 3
    for sign in (1.0, -1.0):
        moved = arguments.copy()
        moved[k] += sign * step
        there = field.local_at(moved[:-1], moved[-1])
        found = [_largest(after - before) / step for after, before in zip(there, local, strict=True)]
        slopes = [np.maximum(old, new) for old, new in zip(slopes, found, strict=True)]
    return slopes


def _largest(derivatives: np.ndarray) -> np.ndarray:
    """Largest norm over units of a block of local derivatives, for each state: (..., states, units) to (states,)."""
    return np.sqrt((derivatives**2).sum(axis=tuple(range(derivatives.ndim - 2)))).max(axis=-1)
