"""Line attractors: curves of slow states of a network under a constant input, followed from one point on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.fixed_points import fixed_points, search_settings
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.search import newton
from neurosim.analysis.fixed_points.vector_field import VectorField
from neurosim.analysis.system import System
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.results.result import Result
from neurosim.validation import check_keywords, positive, whole_number

__all__ = ["LineAttractor", "line_attractor"]

STARTS = 50
"""Starts of the search for a point on the attractor."""
CORRECTIONS = 12
TOLERANCE = 1e-9
"""Largest speed across the curve, in units of the state per fastest time constant and root of the dimension."""
SHORTEST = 1e-3
"""Shortest step, in parts of the longest."""
REAL = 1e-8
"""Imaginary part, relative to the largest modulus, below which an eigenvalue is real."""


@dataclass(frozen=True, eq=False)
class LineAttractor(Result, positions="state", drift="state/time", eigenvalues="1/time"):
    r"""Line attractor: a curve of states with tangent t along which the flow is slow, :math:`F(s) = d\, t`.

    Distances are root mean squares over the units.

    Attributes
    ----------
    network : Network or System
    inputs : ndarray, shape (channels,)
    states : ndarray, shape (points, units) or (points, units, variables)
    positions : ndarray, shape (points,)
        Length along the curve, from 0 at the point where it was found. They increase with the first output that
        changes, or with the sum of the states where there is none.
    tangents : ndarray, shape (points, units variables)
        Of norm one, ordered by variable, then by unit.
    drift : ndarray, shape (points,)
        Speed d along the curve; it vanishes at fixed points, and at all points of a perfect line attractor.
    eigenvalues : ndarray of complex, shape (points, units variables)
        Of the Jacobian, by descending real part: the first, leading one belongs to the curve.
    status : tuple of str
        Why the curve ends on either side.
    """

    network: Any
    inputs: np.ndarray
    states: np.ndarray
    positions: np.ndarray
    tangents: np.ndarray
    drift: np.ndarray
    eigenvalues: np.ndarray
    status: tuple[str, str]

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def length(self) -> float:
        """Length of the curve."""
        return float(np.ptp(self.positions))

    @property
    def fixed(self) -> np.ndarray:
        """Positions of fixed points, where the drift changes sign, by linear interpolation."""
        before, after = self.drift[:-1], self.drift[1:]
        crossing = np.flatnonzero((before * after < 0.0) | (before == 0.0))
        change = np.where(before == after, 1.0, before - after)[crossing]
        return self.positions[crossing] + before[crossing] / change * np.diff(self.positions)[crossing]

    @property
    def time_constants(self) -> np.ndarray:
        """Time constant of the mode of the curve at each point, -1 / λ; negative where it grows."""
        with np.errstate(divide="ignore"):
            return -1.0 / self.eigenvalues[:, 0].real

    def at(self, places: Any) -> np.ndarray:
        """States at places from -1, the first point, through 0, where the curve was found, to 1, the last point.

        Parameters
        ----------
        places : array_like, shape (places,)

        Returns
        -------
        ndarray, shape (places, units) or (places, units, variables)
            By linear interpolation.
        """
        wanted = np.interp(places, [-1.0, 0.0, 1.0], [self.positions[0], 0.0, self.positions[-1]])
        flat = self.states.reshape(len(self), -1)
        found = np.array([np.interp(wanted, self.positions, column) for column in flat.T]).T
        return found.reshape(-1, *self.states.shape[1:])


class _Point(NamedTuple):
    state: np.ndarray
    tangent: np.ndarray
    drift: float
    eigenvalues: np.ndarray


@check_keywords
@one_blas_thread()
def line_attractor(
    network: Network | System,
    inputs: np.ndarray | None = None,
    state: np.ndarray | None = None,
    *,
    step: float = 0.05,
    points: int = 101,
    separation: float = 2.0,
    rng: Seed = None,
) -> LineAttractor:
    r"""Find the line attractor of a network under a constant input, and follow it to both sides.

    At a fixed point whose leading mode is real and much slower than all others, the curve leaves along the right
    eigenvector of that mode, whether it decays or grows. Continuation: from a point s with the tangent t, Newton's
    method finds the next one from :math:`F(s') = d\, t` and :math:`t \cdot (s' - s) = step` with the unknown drift d,
    so that it goes on where there are no exact fixed points, as in nearly all trained networks. The curve ends where
    its mode is no longer slow.

    Parameters
    ----------
    network : Network or System
    inputs : ndarray, shape (channels,), optional
        Constant input, such as the cue of a context without evidence. Default: zero.
    state : ndarray, shape (units,) or (units, variables), optional
        A fixed point on the attractor, or a state near it, from which Newton's method may find one. Default: of the
        fixed and slow points that a search finds, the one whose leading mode is slowest beside the others.
    step : float, optional
        Length of a step, in root mean square change of the state.
    points : int, optional
        Most points, on both sides together.
    separation : float, optional
        The curve goes on while every other mode is so many times faster than its own.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the search.

    Returns
    -------
    LineAttractor

    Raises
    ------
    ParameterError
        When there is no fixed or slow point, or its leading mode rotates or is not slow enough.

    Notes
    -----
    Each point costs the eigenvalues of the Jacobian, 10 dimension³ operations, and a few linear systems. The curve is
    an invariant manifold up to the first order of the step.

    References
    ----------
    V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome, Nature 503, 78 (2013), who list slow points.

    Examples
    --------
    Two units that inhibit each other, with an exact line of fixed points s₁ + s₂ = 1 as long as both are active:

    >>> import numpy as np
    >>> import neurosim as ns
    >>> pair = ns.Network(ns.LeakyCurrent("relu"), ns.Explicit([[0.0, -1.0], [-1.0, 0.0]]), size=2, rng=0)
    >>> line = ns.analysis.line_attractor(pair.replace(bias=np.ones(2)), state=np.array([0.5, 0.5]))
    >>> bool(np.abs(line.drift).max() < 1e-12), np.abs(line.tangents[0]).round(3)
    (True, array([0.707, 0.707]))
    """
    step, separation = positive("step", step), positive("separation", separation)
    points = whole_number("points", points, minimum=3)
    field = as_field(network, inputs)
    begin = _begin(network, field, inputs, state, rng)
    first = _first_point(field, begin, separation)
    sides = [_follow(field, first, sign * step, (points - 1) // 2, separation) for sign in (-1.0, 1.0)]
    (before, low), (after, high) = sides
    curve = [*reversed(before), first, *after]
    states = np.concatenate([point.state for point in curve], axis=1)
    flat = states.transpose(1, 0, 2).reshape(len(curve), -1)
    lengths = np.linalg.norm(np.diff(flat, axis=0), axis=1) / np.sqrt(field.size)
    positions = np.concatenate([[0.0], np.cumsum(lengths)])
    positions -= positions[len(before)]
    found = LineAttractor(
        network,
        field.inputs,
        field.outside(states),
        positions,
        np.array([point.tangent for point in curve]),
        np.array([point.drift for point in curve]) / np.sqrt(field.size),
        np.array([point.eigenvalues for point in curve]),
        (low, high),
    )
    return found if _increases(field, states[:, [0, -1]]) else _reversed(found)


def _begin(network: Any, field: VectorField, inputs: Any, state: Any, rng: Seed) -> np.ndarray:
    if state is not None:
        begin = field.inside(state)
        if begin.shape[1] != 1:
            raise ShapeError(f"state must be one state (got shape {np.shape(state)}).")
        return begin
    found = fixed_points(network, inputs, starts=STARTS, progress=False, rng=rng)
    states = np.concatenate([found.states, found.slow.states])
    if not len(states):
        raise ParameterError(
            "network must have a fixed or slow point under these inputs to have a line attractor (found none); try to "
            "give a state."
        )
    inside = field.inside(states)
    ratios = [_slowness(_eigenvalues(field, inside[:, k : k + 1])) for k in range(len(states))]
    k = int(np.argmax(ratios))
    return inside[:, k : k + 1]


def _slowness(eigenvalues: np.ndarray) -> float:
    """How many times slower the leading mode is than all others; 0 where it rotates."""
    if abs(eigenvalues[0].imag) > REAL * np.abs(eigenvalues).max():
        return 0.0
    first, others = abs(eigenvalues[0].real), np.abs(eigenvalues[1:].real).min(initial=np.inf)
    return float(np.inf if first == 0.0 else others / first)


def _eigenvalues(field: VectorField, state: np.ndarray) -> np.ndarray:
    values = np.linalg.eigvals(field.jacobians(state)[0]).astype(np.complex128)
    return values[np.lexsort((-values.imag, -values.real))]


def _first_point(field: VectorField, begin: np.ndarray, separation: float) -> _Point:
    """Point on the curve next to a state, or next to the fixed point that Newton's method finds from there."""
    try:
        return _slow_point(field, begin, separation)
    except ParameterError:
        settings = search_settings(field.time_constants(begin))
        near = newton(field, begin, settings)
        if not near.found[0]:
            raise
        return _slow_point(field, near.states, separation)


def _slow_point(field: VectorField, begin: np.ndarray, separation: float) -> _Point:
    """Point on the curve next to a state, with the right eigenvector of its leading mode as tangent."""
    values, vectors = np.linalg.eig(field.jacobians(begin)[0])
    leading = int(values.real.argmax())
    if abs(values[leading].imag) > REAL * np.abs(values).max():
        raise ParameterError(
            f"state must have a leading mode that does not rotate, to lie on a line attractor (got λ = "
            f"{values[leading]:.4g}); try another state."
        )
    direction = vectors[:, leading].real
    direction /= np.linalg.norm(direction)
    point = _correct(field, begin, direction)
    if point is None:
        raise ParameterError(
            "state must be near a slow curve (got one where Newton's method fails); try another."
        )
    if _slowness(point.eigenvalues) <= separation:
        raise ParameterError(
            f"separation must be below {_slowness(point.eigenvalues):.3g} for a line attractor here, where the leading "
            f"mode has λ = {point.eigenvalues[0].real:.4g} and the next one a real part of "
            f"{point.eigenvalues[1].real:.4g} (got {separation:g}); try that, or another state."
        )
    return point


def _follow(
    field: VectorField, first: _Point, step: float, most: int, separation: float
) -> tuple[list[_Point], str]:
    """Points beyond the first one on one side, and why they end. A negative step goes against the tangent."""
    found: list[_Point] = []
    last, length = first, step
    scale = np.sqrt(field.size)
    while len(found) < most:
        ahead = last.state + length * scale * last.tangent.reshape(last.state.shape)
        new = _correct(field, ahead, last.tangent)
        if new is None or new.tangent @ last.tangent < 0.9:
            length *= 0.5
            if abs(length) < SHORTEST * abs(step):
                return found, "turns sharply" if new is not None else "no convergence"
            continue
        if _slowness(new.eigenvalues) <= separation:
            return found, "no longer slow"
        found.append(new)
        last, length = new, np.sign(step) * min(abs(step), 1.5 * abs(length))
    return found, "most points"


def _correct(field: VectorField, state: np.ndarray, tangent: np.ndarray) -> _Point | None:
    """Point at which the flow is along the tangent, in the plane through a state normal to it; None if not found."""
    plane, at = state.reshape(-1) @ tangent, state
    bordered = np.zeros((field.size + 1, field.size + 1))
    bordered[:-1, -1] = bordered[-1, :-1] = tangent
    for _ in range(CORRECTIONS):
        speed = field.speeds(at).reshape(-1)
        drift = float(speed @ tangent)
        across = speed - drift * tangent
        bordered[:-1, :-1] = field.jacobians(at)[0]
        allowed = TOLERANCE * np.sqrt(field.size) / field.time_constants(at).fastest
        if np.linalg.norm(across) <= max(allowed, float(field.rounding(at)[0])):
            return _point(field, at, bordered, drift)
        try:
            change = np.linalg.solve(bordered, np.append(-across, plane - at.reshape(-1) @ tangent))
        except np.linalg.LinAlgError:
            return None
        at = at + change[:-1].reshape(at.shape)
        if not np.isfinite(at).all():
            return None
    return None


def _point(field: VectorField, state: np.ndarray, bordered: np.ndarray, drift: float) -> _Point | None:
    """Tangent of the curve, along which F stays parallel to the last one, and eigenvalues."""
    try:
        along = np.linalg.solve(bordered, np.append(np.zeros(field.size), 1.0))[:-1]
    except np.linalg.LinAlgError:
        return None
    return _Point(state, along / np.linalg.norm(along), drift, _eigenvalues(field, state))


def _increases(field: VectorField, ends: np.ndarray) -> bool:
    """Whether the first output that changes, or else the sum of the states, increases from the first to the last."""
    sums = ends.sum(axis=(0, 2))[:, None]
    change = np.diff(np.concatenate([field.outputs(ends), sums], axis=1), axis=0)[0]
    sizes = np.abs(change)
    return bool(change[int(np.argmax(sizes > 1e-9 * sizes.max()))] >= 0.0)


def _reversed(found: LineAttractor) -> LineAttractor:
    return LineAttractor(
        found.network,
        found.inputs,
        found.states[::-1],
        -found.positions[::-1],
        -found.tangents[::-1],
        -found.drift[::-1],
        found.eigenvalues[::-1],
        found.status[::-1],
    )
