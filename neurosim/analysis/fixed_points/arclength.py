"""Pseudo-arclength continuation of a curve of fixed points in the space of state and parameter."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField

__all__ = ["ArclengthCurve", "CurveEnd", "CurvePoint", "Status", "follow"]

Status = Literal["left the span", "closed", "most points", "no convergence", "interrupted"]
"""Why a curve ends: what control flow reads."""

DIFFERENCE = 1e-6
"""Step of the parameter, in parts of the span, for the finite difference along it."""
SHORTEST = 1e-3
"""Shortest step, in parts of the longest."""
CORRECTIONS = 8


class CurvePoint(NamedTuple):
    """Point of a curve, the unit tangent there, and the eigenvalues of J by descending real part."""

    at: np.ndarray
    tangent: np.ndarray
    eigenvalues: np.ndarray

    @property
    def unstable(self) -> int:
        """Number of eigenvalues with a positive real part: where it changes there is a bifurcation."""
        return int((self.eigenvalues.real > 0.0).sum())


class CurveEnd(NamedTuple):
    """Why a curve ends: as a status, and as a sentence."""

    status: Status
    reason: str


class ArclengthCurve:
    r"""The curve F(s, p) = 0 of a family of vector fields.

    Points are vectors :math:`(s / \sqrt{D}, (p - p_0) / (p_1 - p_0))`, D numbers of the state and one of the parameter.
    Their lengths are root mean square changes of the state, and parts of the span.

    Parameters
    ----------
    field_at : callable
        Vector field at a value of the parameter.
    low, high : float
        Ends of the span, p₀ and p₁; the curve begins at the first.
    shape : tuple of int
        Of a state, (variables, 1, units).
    tolerance : float
        Largest norm of F on the curve, in units of the state per time.
    """

    def __init__(
        self,
        field_at: Callable[[float], VectorField],
        low: float,
        high: float,
        shape: tuple[int, ...],
        tolerance: float,
    ) -> None:
        # each value of the parameter is used several times in a row
        self.field_at = functools.lru_cache(maxsize=8)(field_at)
        self.low, self.high, self.shape, self.tolerance = low, high, shape, tolerance
        self.size = int(np.prod(shape))
        self.scale = np.sqrt(self.size)

    def point(self, state: np.ndarray, share: float) -> np.ndarray:
        """Vector of a state, at a part of the span."""
        return np.append(state.reshape(-1) / self.scale, share)

    def state(self, at: np.ndarray) -> np.ndarray:
        """State at a point, shape (variables, 1, units)."""
        return (at[:-1] * self.scale).reshape(self.shape)

    def parameter(self, at: np.ndarray) -> float:
        """Value of the parameter at a point."""
        return float(self.low + at[-1] * (self.high - self.low))

    def field(self, at: np.ndarray) -> VectorField:
        """Field at the parameter of a point."""
        return self.field_at(self.parameter(at))

    def speed(self, at: np.ndarray) -> np.ndarray:
        """F at a point, of the shape of a state."""
        return self.field(at).speeds(self.state(at))

    def jacobian(self, at: np.ndarray) -> np.ndarray:
        """Jacobian J of the flow at a point."""
        return self.field(at).jacobians(self.state(at))[0]

    def derivative(self, at: np.ndarray) -> np.ndarray:
        """Derivative of F by the vector of a point, shape (D, D + 1)."""
        ahead, behind = at.copy(), at.copy()
        ahead[-1] += DIFFERENCE
        behind[-1] -= DIFFERENCE
        along = (self.speed(ahead) - self.speed(behind)).reshape(-1, 1) / (2.0 * DIFFERENCE)
        return np.concatenate([self.jacobian(at) * self.scale, along], axis=1)

    def correct(self, at: np.ndarray, tangent: np.ndarray) -> np.ndarray | None:
        """Point of the curve in the plane through `at` normal to the tangent; None where Newton's method fails."""
        plane = float(tangent @ at)
        for _ in range(CORRECTIONS):
            field, state = self.field(at), self.state(at)
            speed = field.speeds(state)
            if np.linalg.norm(speed) <= max(self.tolerance, float(field.rounding(state)[0])):
                return at
            matrix = np.concatenate([self.derivative(at), tangent[None]])
            try:
                at = at - np.linalg.solve(matrix, np.append(speed.reshape(-1), tangent @ at - plane))
            except np.linalg.LinAlgError:
                return None
            if not np.isfinite(at).all():
                return None
        return None

    def point_at(self, at: np.ndarray, before: np.ndarray) -> CurvePoint:
        """Tangent and eigenvalues at a point of the curve; the tangent continues in the direction of the one before."""
        _, singular, rows = np.linalg.svd(self.derivative(at))
        # where another curve crosses, two directions solve this: the one nearest to the last tangent is taken
        null = rows[self.size - 1 :] if singular[-1] < 1e-9 * singular[0] else rows[self.size :]
        tangent = null.T @ (null @ before)
        values = np.linalg.eigvals(self.jacobian(at)).astype(np.complex128)
        order = np.lexsort((-values.imag, -values.real))
        return CurvePoint(at, tangent / np.linalg.norm(tangent), values[order])


def _ignore(_share: float) -> None:
    pass


def follow(
    curve: ArclengthCurve,
    state: np.ndarray,
    step: float,
    points: int,
    advance: Callable[[float], object] = _ignore,
) -> tuple[list[CurvePoint], CurveEnd]:
    """Points along the curve from a state at the low end, and why they end.

    Steps grow by 1.5 where Newton's method converges, and are halved where it does not, where the curve turns by more
    than 25 degrees, or where more than two modes change stability at once. `advance` is called with the increase
    of the largest part of the span reached.
    """
    forward = np.append(np.zeros(curve.size), 1.0)
    found = [curve.point_at(curve.point(state, 0.0), forward)]
    try:
        return found, _extend(curve, found, step, points, advance)
    except KeyboardInterrupt:
        return found, CurveEnd("interrupted", f"stopped by Ctrl-C at {curve.parameter(found[-1].at):.6g}")


def _extend(
    curve: ArclengthCurve,
    found: list[CurvePoint],
    step: float,
    points: int,
    advance: Callable[[float], object],
) -> CurveEnd:
    """Append points until the curve ends; return why it does."""
    length, furthest = 0.1 * step, 0.0
    while len(found) < points:
        last = found[-1]
        at = curve.correct(last.at + length * last.tangent, last.tangent)
        new = None if at is None else curve.point_at(at, last.tangent)
        if new is None or _too_far(last, new, length):
            length *= 0.5
            if length < SHORTEST * step:
                if new is None:
                    return CurveEnd(
                        "no convergence",
                        f"stopped at {curve.parameter(last.at):.6g}: Newton's method fails beyond",
                    )
                length = SHORTEST * step
                found.append(new)
            continue
        if not 0.0 <= new.at[-1] <= 1.0:
            found.append(_at_border(curve, last, new))
            return CurveEnd("left the span", f"left the span at {curve.parameter(found[-1].at):.6g}")
        found.append(new)
        if new.at[-1] > furthest:
            advance(float(new.at[-1]) - furthest)
            furthest = float(new.at[-1])
        length = min(step, 1.5 * length)
        if _closes(found):
            return CurveEnd("closed", "came back to where it began")
    return CurveEnd("most points", f"stopped after points = {points}")


def _too_far(last: CurvePoint, new: CurvePoint, length: float) -> bool:
    turned = last.tangent @ new.tangent < 0.9
    strayed = float(np.linalg.norm(new.at - last.at)) > 2.0 * length
    return bool(turned or strayed or abs(new.unstable - last.unstable) > 2)


def _closes(found: list[CurvePoint]) -> bool:
    gap = float(np.linalg.norm(found[-1].at - found[0].at))
    return len(found) > 10 and gap < float(np.linalg.norm(found[-1].at - found[-2].at)) * 0.5


def _at_border(curve: ArclengthCurve, last: CurvePoint, new: CurvePoint) -> CurvePoint:
    """Point between two others where the curve leaves the span, at that value of the parameter."""
    border = 0.0 if new.at[-1] < 0.0 else 1.0
    share = (border - last.at[-1]) / (new.at[-1] - last.at[-1])
    guess = last.at + share * (new.at - last.at)
    across = np.append(np.zeros(curve.size), 1.0)
    at = curve.correct(np.append(guess[:-1], border), across)
    return new if at is None else curve.point_at(at, last.tangent)
