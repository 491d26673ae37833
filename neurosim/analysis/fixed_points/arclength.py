"""A curve of fixed points in the space of state and parameter, followed by pseudo-arclength steps."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField

__all__ = ["Curve", "Place", "followed"]

DIFFERENCE = 1e-6
"""Step of the parameter, in parts of the span, by which the derivative along it is taken."""
SHORTEST = 1e-3
"""Shortest step, in parts of the longest."""
CORRECTIONS = 8


class Place(NamedTuple):
    """Point of a curve, the unit vector along it, and the eigenvalues of J there, by descending real part."""

    at: np.ndarray
    tangent: np.ndarray
    eigenvalues: np.ndarray

    @property
    def unstable(self) -> int:
        """Number of growing modes."""
        return int((self.eigenvalues.real > 0.0).sum())


class Curve:
    r"""The curve F(s, p) = 0.

    Points are vectors :math:`(s / \sqrt{D}, (p - p_0) / (p_1 - p_0))`, D numbers of the state and one of the parameter.
    Their lengths are root mean square changes of the state, and parts of the span.

    Parameters
    ----------
    field_at : callable
        Field at a value of the parameter.
    low, high : float
        Both ends of the span, p₀ and p₁; the curve is entered at the first.
    shape : tuple of int
        Of a state, (variables, 1, units).
    """

    def __init__(
        self, field_at: Callable[[float], VectorField], low: float, high: float, shape: tuple[int, ...]
    ) -> None:
        # one value of the parameter is asked for many things in a row
        self.field_at = functools.lru_cache(maxsize=8)(field_at)
        self.low, self.high, self.shape = low, high, shape
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

    def corrected(self, at: np.ndarray, tangent: np.ndarray) -> np.ndarray | None:
        """Point of the curve in the plane through `at` across the tangent; None where Newton's method fails."""
        plane = float(tangent @ at)
        for _ in range(CORRECTIONS):
            field, state = self.field(at), self.state(at)
            speed = field.speeds(state)
            if np.linalg.norm(speed) <= max(1e-11, float(field.rounding(state)[0])):
                return at
            matrix = np.concatenate([self.derivative(at), tangent[None]])
            try:
                at = at - np.linalg.solve(matrix, np.append(speed.reshape(-1), tangent @ at - plane))
            except np.linalg.LinAlgError:
                return None
            if not np.isfinite(at).all():
                return None
        return None

    def place(self, at: np.ndarray, before: np.ndarray) -> Place:
        """Everything about a point of the curve; its tangent goes on in the direction of the one before."""
        _, singular, rows = np.linalg.svd(self.derivative(at))
        # where another curve crosses, two directions are left: the one along the way so far is kept
        null = rows[self.size - 1 :] if singular[-1] < 1e-9 * singular[0] else rows[self.size :]
        tangent = null.T @ (null @ before)
        values = np.linalg.eigvals(self.jacobian(at)).astype(np.complex128)
        order = np.lexsort((-values.imag, -values.real))
        return Place(at, tangent / np.linalg.norm(tangent), values[order])


def _unwatched(_share: float) -> None:
    pass


def followed(
    curve: Curve, state: np.ndarray, step: float, points: int, advance: Callable[[float], object] = _unwatched
) -> tuple[list[Place], str]:
    """Places along the curve from a state at the low end, and why they end; Ctrl-C is one of the reasons.

    Steps grow by 1.5 where Newton's method converges, and are halved where it does not, where the curve turns by more
    than 25 degrees, or where more than two modes change stability at once. `advance` is told by how much the largest
    part of the span that was reached has grown.
    """
    forward = np.append(np.zeros(curve.size), 1.0)
    places = [curve.place(curve.point(state, 0.0), forward)]
    try:
        return places, _extended(curve, places, step, points, advance)
    except KeyboardInterrupt:
        return places, f"stopped by Ctrl-C at {curve.parameter(places[-1].at):.6g}"


def _extended(
    curve: Curve, places: list[Place], step: float, points: int, advance: Callable[[float], object]
) -> str:
    """Append places until the curve ends, and say why it does."""
    length, furthest = 0.1 * step, 0.0
    while len(places) < points:
        last = places[-1]
        at = curve.corrected(last.at + length * last.tangent, last.tangent)
        new = None if at is None else curve.place(at, last.tangent)
        if new is None or _too_far(last, new, length):
            length *= 0.5
            if length < SHORTEST * step:
                if new is None:
                    return f"stopped at {curve.parameter(last.at):.6g}: Newton's method fails beyond"
                length = SHORTEST * step
                places.append(new)
            continue
        if not 0.0 <= new.at[-1] <= 1.0:
            places.append(_at_border(curve, last, new))
            return f"left the span at {curve.parameter(places[-1].at):.6g}"
        places.append(new)
        if new.at[-1] > furthest:
            advance(float(new.at[-1]) - furthest)
            furthest = float(new.at[-1])
        length = min(step, 1.5 * length)
        if _closed(places):
            return "came back to where it began"
    return f"stopped after points = {points}"


def _too_far(last: Place, new: Place, length: float) -> bool:
    turned = last.tangent @ new.tangent < 0.9
    strayed = float(np.linalg.norm(new.at - last.at)) > 2.0 * length
    return bool(turned or strayed or abs(new.unstable - last.unstable) > 2)


def _closed(places: list[Place]) -> bool:
    gap = float(np.linalg.norm(places[-1].at - places[0].at))
    return len(places) > 10 and gap < float(np.linalg.norm(places[-1].at - places[-2].at)) * 0.5


def _at_border(curve: Curve, last: Place, new: Place) -> Place:
    """The place between two where the curve leaves the span: at a value of the parameter, not across the tangent."""
    border = 0.0 if new.at[-1] < 0.0 else 1.0
    share = (border - last.at[-1]) / (new.at[-1] - last.at[-1])
    guess = last.at + share * (new.at - last.at)
    across = np.append(np.zeros(curve.size), 1.0)
    at = curve.corrected(np.append(guess[:-1], border), across)
    return new if at is None else curve.place(at, last.tangent)
