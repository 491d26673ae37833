"""Certification of fixed points by the theorem of Newton and Kantorovich, up to rounding."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.results import Candidates, FixedPoints
from neurosim.analysis.fixed_points.search import Ends, Settings, distinct, smallest_singular_values
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.linear_regions.results import RegionFixedPoints
from neurosim.analysis.stability import growth_signs

__all__ = ["Certificate", "certificates", "certify"]

WIDE, NARROW = 1e-6, 1e-9
"""Displacements, in units of the state, for finite differences of derivatives in double precision.

At a kink the two differences disagree."""
FLAT = 1e3
"""How many times further apart two minima of the speed may be than two zeros, and still be one."""
SATURATED = 1e-6
"""Share of its size at the starts below which a row of J has vanished: the unit depends on nothing any more."""


class Certificate(NamedTuple):
    """Radius around a state within which its fixed point lies; NaN, with the reason, where that is not certain."""

    radius: float
    reason: str


def certify(
    network: Any,
    field: VectorField,
    starts: np.ndarray,
    ends: Ends,
    settings: Settings,
    known: RegionFixedPoints | None = None,
) -> FixedPoints:
    """Fixed points with their certificates, slow points, and the rest, from the ends of a search.

    Parameters
    ----------
    network : Network or System
        As it was given.
    field : VectorField
    starts : ndarray, shape (variables, starts, units)
    ends : Ends
    settings : Settings
    known : RegionFixedPoints, optional
        Fixed points that join those of the search.
    """
    ends = _joined(field, ends, known)
    separation = max(settings.separation, _probes(field)[1])
    saturated = _find_saturated(field, starts, ends)
    found, slow = ends.found & ~saturated, ~ends.found & (ends.speeds <= settings.slow_speed)
    chosen, counts = _groups(ends, found, separation, starts.shape[1])
    eigenvalues = field.map_jacobians(_eigenvalues, ends.states[:, chosen])
    order = np.lexsort((-counts, (growth_signs(eigenvalues, field.map_step) > 0).sum(axis=1)))
    chosen, counts = chosen[order], counts[order]
    points = ends.states[:, chosen]
    certain = certificates(field, points, ends.smallest[chosen], settings.time)
    flat = FLAT * separation
    return FixedPoints(
        network=network,
        inputs=field.inputs,
        states=field.outside(points),
        speeds=ends.speeds[chosen],
        eigenvalues=eigenvalues[order],
        radii=np.array([each.radius for each in certain]),
        reasons=tuple(each.reason for each in certain),
        counts=counts,
        distances=_nearest(points, starts),
        slow=_candidates(field, ends, slow, flat),
        saturated=_candidates(field, ends, ends.found & saturated, flat),
        unconverged=_candidates(field, ends, ~ends.found & ~slow, flat),
        tolerance=settings.tolerance,
        slow_speed=settings.slow_speed,
        separation=settings.separation,
        dt=field.map_step,
        status="complete" if known is not None and known.complete and len(known) == len(chosen) else "found",
    )


def _joined(field: VectorField, ends: Ends, known: RegionFixedPoints | None) -> Ends:
    """Ends of a search, and after them fixed points that are known."""
    if known is None or not len(known):
        return ends
    states, count = field.inside(known.states), len(known)
    more = (norms(field.speeds(states)), np.ones(count, bool), np.full(count, np.nan))
    joined = (np.concatenate(pair) for pair in zip(ends[1:], more, strict=True))
    return Ends(np.concatenate([ends.states, states], axis=1), *joined)


def certificates(
    field: VectorField, states: np.ndarray, smallest: np.ndarray | None = None, time: float = 1.0
) -> list[Certificate]:
    r"""Newton–Kantorovich radius of each state.

    With :math:`\beta = \|J^{-1}\|`, :math:`\eta = \beta \|F\|` and the Lipschitz constant L of J, a zero of F exists
    within :math:`2\eta / (1 + \sqrt{1 - 2h})`, :math:`h = \beta L \eta`, if :math:`h \le 1/2`, and is the only
    one within :math:`(1 + \sqrt{1 - 2h}) / (\beta L)`. To ‖F‖ its rounding error is added. L comes from differences of
    the local derivatives over 1e-6, doubled: reliable where the derivatives are smooth on that scale, which is
    checked, but not interval arithmetic.

    Parameters
    ----------
    field : VectorField
    states : ndarray, shape (variables, states, units)
    smallest : ndarray, shape (states,), optional
        Smallest singular values of J; those that are NaN are computed here.
    time : float, optional
        Fastest time constant, in which the thresholds are counted.

    References
    ----------
    J. M. Ortega, American Mathematical Monthly 75, 658 (1968).
    """
    smallest = np.full(states.shape[1], np.nan) if smallest is None else smallest.copy()
    missing = np.isnan(smallest)
    if missing.any():
        smallest[missing] = smallest_singular_values(field, states[:, missing])
    residual = norms(field.speeds(states)) + field.rounding(states)
    wide, narrow = (field.lipschitz(states, step) for step in _probes(field))
    largest = _probes(field)[1]
    return [
        _certificate(*case, largest)
        for case in zip(smallest * time, residual * time, wide * time, narrow * time, strict=True)
    ]


def _probes(field: VectorField) -> tuple[float, float]:
    """The wide and the narrow displacement, longer where the functions are less precise than double."""
    loss = field.precision / np.finfo(np.float64).eps
    return WIDE * loss**0.4, NARROW * loss**0.575


def _certificate(smallest: float, residual: float, wide: float, narrow: float, largest: float) -> Certificate:
    """Radius from dimensionless numbers: all are per fastest time constant."""
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
    if radius > largest:
        return Certificate(
            np.nan, f"the radius {radius:.2g} exceeds the {largest:.2g} within which J is known to be smooth"
        )
    return Certificate(float(radius), "")


def _find_saturated(field: VectorField, starts: np.ndarray, ends: Ends) -> np.ndarray:
    """Which ends are zeros only because a gate is closed: a row of J has vanished that had not at the starts."""
    usual = np.median(field.map_jacobians(_row_norms, starts[:, :: max(1, starts.shape[1] // 32)]), axis=0)
    chosen = np.flatnonzero(ends.found)
    representatives, groups = distinct(ends.states[:, chosen], ends.speeds[chosen], 1e-6)
    rows = field.map_jacobians(_row_norms, ends.states[:, chosen[representatives]])
    result = np.zeros(len(ends.found), bool)
    result[chosen] = (rows < SATURATED * usual).any(axis=1)[groups]
    return result


def _row_norms(jacobians: np.ndarray) -> np.ndarray:
    return np.linalg.norm(jacobians, axis=2)


def _groups(ends: Ends, chosen: np.ndarray, separation: float, begun: int) -> tuple[np.ndarray, np.ndarray]:
    """Which ends represent the distinct ones among those chosen, and how many of the `begun` starts ended at each."""
    starts = np.flatnonzero(chosen)
    representatives, groups = distinct(ends.states[:, starts], ends.speeds[starts], separation)
    counts = np.bincount(groups[starts < begun], minlength=len(representatives))
    return starts[representatives], counts


def _candidates(field: VectorField, ends: Ends, chosen: np.ndarray, separation: float) -> Candidates:
    representatives, counts = _groups(ends, chosen, separation, len(ends.found))
    return Candidates(field.outside(ends.states[:, representatives]), ends.speeds[representatives], counts)


def _eigenvalues(jacobians: np.ndarray) -> np.ndarray:
    """Eigenvalues of each Jacobian by descending real part."""
    values = np.linalg.eigvals(jacobians).astype(np.complex128)
    return np.take_along_axis(values, np.lexsort((-values.imag, -values.real), axis=-1), axis=-1)


def _nearest(points: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Root mean square distance from each point to the nearest start."""
    size = np.sqrt(points.shape[0] * points.shape[2])
    return np.array([norms(starts - points[:, k : k + 1]).min() for k in range(points.shape[1])]) / size
