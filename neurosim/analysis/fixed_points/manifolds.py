"""Stable and unstable manifolds of fixed points of a flow, followed up to a length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.stability import growth_in_flow
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError
from neurosim.randomness import Seed, stream
from neurosim.results.result import Result
from neurosim.validation import check_keywords, instance_of, one_of, positive, whole_number

__all__ = ["InvariantManifold", "invariant_manifold"]

FIRST = 1e-4
"""Distance from the point at which branches begin, in parts of the length."""
NEAR = 5.0
"""Distance in steps within which the end of a branch is at a fixed point."""


@dataclass(frozen=True, eq=False)
class InvariantManifold(Result):
    r"""Branches of the stable or unstable manifold of one fixed point.

    Attributes
    ----------
    points : FixedPoints
        The points, of which one is the origin.
    point : int
        Its index.
    kind : {"unstable", "stable"}
    dimension : int
        Number of growing, or of decaying, modes. A manifold of one dimension is its two branches; of another,
        they are a sample of the trajectories on it.
    states : ndarray, shape (branches, samples, units) or (branches, samples, units, variables)
        At equal distances along each branch, from the fixed point on; NaN after its end.
    lengths : ndarray, shape (branches,)
        Length of each branch, in units of the state.
    status : tuple of {"length", "fixed point", "infinite"}
        Why each branch ends: the length was reached; a fixed point; or a state that is not finite.
    reached : ndarray of int, shape (branches,)
        Index of the fixed point at the end of a branch; -1 where it is none of `points`.
    """

    points: FixedPoints
    point: int
    kind: str
    dimension: int
    states: np.ndarray
    lengths: np.ndarray
    status: tuple[str, ...]
    reached: np.ndarray

    def __len__(self) -> int:
        return len(self.lengths)


@check_keywords
@one_blas_thread()
def invariant_manifold(
    points: FixedPoints,
    point: int,
    length: float,
    kind: Literal["unstable", "stable"] = "unstable",
    *,
    branches: int = 32,
    steps: int = 1000,
    rng: Seed = None,
) -> InvariantManifold:
    r"""Unstable manifold of a fixed point, where trajectories from it go, or stable manifold, on which others reach it.

    Branches begin at a small distance from the point, in the space of its growing (decaying) modes, and follow the flow
    (backward) by arc length,

    .. math:: ds/d\ell = \pm F(s) / \|F(s)\|,

    in steps of fourth order. The stable manifold of a saddle of index 1 separates basins.

    Parameters
    ----------
    points : FixedPoints
        Of a flow.
    point : int
        Index of the one whose manifold it is.
    length : float
        Greatest length of a branch: Euclidean, in units of the state.
    kind : {"unstable", "stable"}, optional
    branches : int, optional
        How many directions are drawn at random where the manifold has two dimensions or more. One of one dimension
        has two branches.
    steps : int, optional
        Steps in `length`.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the directions.

    Returns
    -------
    InvariantManifold

    Raises
    ------
    ParameterError
        Where there is no such mode, and for points of an Euler map, whose manifolds are not those of its flow.

    Notes
    -----
    The error of the beginning is of the order of (length / 10⁴)². A branch ends at a fixed point where its
    direction turns back within a step. Of several growing modes, trajectories approach the fastest: a sample is dense
    along that one.

    Examples
    --------
    From the saddle of a switch, one branch leads to either memory.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> pair = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0, -2.0], [-2.0, 0.0]])), size=2, rng=0)
    >>> points = ns.analysis.fixed_points(pair, rng=1)
    >>> ns.analysis.invariant_manifold(points, 2, length=5.0).status
    ('fixed point', 'fixed point')
    """
    instance_of("points", points, FixedPoints, "try neurosim.analysis.fixed_points(network)")
    one_of("kind", kind, ("unstable", "stable"))
    length, steps, branches = (
        positive("length", length),
        whole_number("steps", steps),
        whole_number("branches", branches),
    )
    if points.dt is not None:
        raise ParameterError(
            f"points must be those of a flow (got those of an Euler map with dt = {points.dt:g}); search in "
            f"network.replace(stepping=None)."
        )
    field = as_field(points.network, points.inputs if points.inputs.size else None)
    space = _directions(points, point, kind)
    if space.shape[1] > 1:
        drawn = space @ stream(rng, "directions").standard_normal((space.shape[1], branches))
        drawn /= np.linalg.norm(drawn, axis=0)
    else:
        drawn = np.concatenate([space, -space], axis=1)
    origin = field.inside(points.states[[point]])
    moves = drawn.T.reshape(-1, field.variables, field.units).transpose(1, 0, 2)
    states, status = _follow(field, origin, moves, length, steps, 1.0 if kind == "unstable" else -1.0)
    samples = np.isfinite(states).all(axis=(1, 3)).sum(axis=0)
    ends = states[samples - 1, :, np.arange(len(samples))].transpose(1, 0, 2)
    return InvariantManifold(
        points=points,
        point=point,
        kind=kind,
        dimension=space.shape[1],
        states=np.stack([field.outside(states[:, :, k].transpose(1, 0, 2)) for k in range(len(samples))]),
        lengths=length * (FIRST + (1.0 - FIRST) / steps * (samples - 2)),
        status=tuple(status),
        reached=_reached(field, points, ends, status, NEAR * length / steps),
    )


def _directions(points: FixedPoints, point: int, kind: str) -> np.ndarray:
    """Orthonormal basis of the space of the growing or decaying modes, shape (dimension, modes)."""
    right, _ = points.eigenvectors(point)
    signs = growth_in_flow(points.eigenvalues[point])
    chosen = right[:, signs == (1 if kind == "unstable" else -1)]
    if not chosen.size:
        raise ParameterError(
            f"point must have a {'growing' if kind == 'unstable' else 'decaying'} mode for a manifold that is {kind} "
            f"(got point = {point}, a {points.kinds[point]}); try another point."
        )
    # conjugate pairs span the plane of their real and imaginary parts
    left, values, _ = np.linalg.svd(np.concatenate([chosen.real, chosen.imag], axis=1), full_matrices=False)
    return left[:, : chosen.shape[1]] if values.size else left


def _follow(
    field: VectorField, origin: np.ndarray, moves: np.ndarray, length: float, steps: int, sign: float
) -> tuple[np.ndarray, list[str]]:
    """States (samples, variables, branches, units) by arc length, NaN after the end of each branch, and why it ends."""
    step = (1.0 - FIRST) * length / steps
    course = np.full((steps + 2, *moves.shape), np.nan)
    course[0] = origin
    course[1] = origin + FIRST * length * moves
    status = ["length"] * moves.shape[1]
    active, before = np.arange(moves.shape[1]), moves
    for k in range(1, steps + 1):
        here = course[k][:, active]
        slopes = [_unit_speeds(field, here, sign)]
        for part in (0.5, 0.5, 1.0):
            slopes.append(_unit_speeds(field, here + part * step * slopes[-1], sign))
        turned = np.einsum("vqi,vqi->q", slopes[0], before) < 0.0
        # the inner slopes already point back where a fixed point is within the step
        turned |= np.einsum("vqi,vqi->q", slopes[3], slopes[0]) < 0.0
        there = here + step / 6.0 * (slopes[0] + 2.0 * slopes[1] + 2.0 * slopes[2] + slopes[3])
        lost = ~np.isfinite(there).all(axis=(0, 2))
        for branch, end in ((active[turned], "fixed point"), (active[lost & ~turned], "infinite")):
            for one in branch:
                status[one] = end
        going = ~turned & ~lost
        active, before = active[going], slopes[0][:, going]
        if not active.size:
            break
        course[k + 1][:, active] = there[:, going]
    return course, status


def _unit_speeds(field: VectorField, states: np.ndarray, sign: float) -> np.ndarray:
    speeds = field.speeds(states)
    return sign * speeds / np.maximum(norms(speeds), 1e-300)[:, None]


def _reached(
    field: VectorField, points: FixedPoints, ends: np.ndarray, status: list[str], near: float
) -> np.ndarray:
    """Index of the fixed point at which each branch ends, -1 where there is none."""
    known = field.inside(points.states)
    gaps = np.array([norms(known - ends[:, k : k + 1]) for k in range(ends.shape[1])])
    at_point = (np.array(status) == "fixed point") & (gaps.min(axis=1) <= near)
    return np.where(at_point, gaps.argmin(axis=1), -1)
