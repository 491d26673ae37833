"""All fixed points of a continuous piecewise-linear map, by solving for them in each of its regions."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from neurosim.analysis.linear_regions.hinge_map import HingeMap
from neurosim.analysis.linear_regions.regions import count_candidates, regions

__all__ = [
    "Enumeration",
    "candidates",
    "distinct_points",
    "enumerate_fixed_points",
    "seconds_to_enumerate",
    "solve_pieces",
]

SINGULAR = 1e-12
"""Determinant, relative to the product of the lengths of the rows, below which a matrix counts as singular."""
SAME = 1e-9
"""Distance, relative to the largest point, below which two points are one."""
BLOCK = 4096
"""Regions that are solved at the same time."""
SAMPLE = 2048
"""Regions from which the time of all is estimated."""


class Enumeration(NamedTuple):
    """Fixed points of a map, and what prevents them from being all.

    Attributes
    ----------
    points : ndarray, shape (points, dimension)
        Of each continuum, one.
    continua : int
        Number of regions in which the fixed points fill a line or more.
    degenerate : bool
        Whether walls are not in general position, so that a region may have been missed.
    """

    points: np.ndarray
    continua: int
    degenerate: bool


def candidates(hinges: HingeMap) -> int:
    """Number of regions that `enumerate_fixed_points` visits, without those that walls which occur twice save."""
    rank = int(np.linalg.matrix_rank(hinges.normals)) if hinges.normals.size else 0
    return count_candidates(hinges.walls, rank)


def enumerate_fixed_points(hinges: HingeMap) -> Enumeration:
    """All points with f(z) = z, points on walls included.

    In each region :math:`(1 - A) z = v` is solved; z is kept if it is a fixed point of the map, up to rounding. Where
    1 - A is singular, a linear program decides whether the region holds a continuum of fixed points.
    """
    merged = hinges.merged()
    found, singular, degenerate = [np.zeros((0, hinges.dimension))], [], False
    for block, flag in regions(merged.normals, merged.offsets):
        degenerate |= flag
        for first in range(0, len(block), BLOCK):
            above = block[first : first + BLOCK]
            points, solved = solve_pieces(*merged.pieces(above))
            found.append(distinct_points(_polished(merged, points[solved])))
            singular += [np.unique(np.packbits(above[~solved], axis=1), axis=0)]
    continua = _continua(merged, singular)
    points = distinct_points(np.concatenate([*found, continua]))
    return Enumeration(points, len(continua), degenerate)


def seconds_to_enumerate(hinges: HingeMap) -> float:
    """Estimated duration of `enumerate_fixed_points`, from some regions at random."""
    above = np.random.default_rng(0).random((SAMPLE, hinges.walls)) < 0.5
    begin = time.perf_counter()
    points, solved = solve_pieces(*hinges.pieces(above))
    _polished(hinges, points[solved])
    return candidates(hinges) * (time.perf_counter() - begin) / SAMPLE


def solve_pieces(linear: np.ndarray, constant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fixed points of linear maps, shape (maps, dimension), and which of these maps have exactly one."""
    one = np.eye(linear.shape[-1])
    matrices = one - linear
    # a product of many lengths leaves the range of numbers
    _, logarithms = np.linalg.slogdet(matrices)
    # of rows before their terms cancel, whose rounding is what is left where A has the eigenvalue 1
    bound = np.log(SINGULAR) + np.log(np.linalg.norm(one + np.abs(linear), axis=2)).sum(axis=1)
    solved = logarithms > bound
    matrices[~solved] = np.eye(linear.shape[-1])
    return np.linalg.solve(matrices, constant[..., None])[..., 0], solved


def _polished(hinges: HingeMap, points: np.ndarray) -> np.ndarray:
    """Those points that are fixed points of the map, solved for again in the regions in which they are."""
    gaps = np.linalg.norm(hinges(points) - points, axis=1)
    scale = hinges.rounding(points)
    points, gaps, scale = (part[gaps <= 1e4 * scale] for part in (points, gaps, scale))
    again, solved = solve_pieces(*hinges.pieces(hinges.heights(points) > 0.0))
    remaining = np.linalg.norm(hinges(again) - again, axis=1)
    better = solved & (remaining < gaps)
    points = np.where(better[:, None], again, points)
    return points[np.where(better, remaining, gaps) <= 4.0 * scale]


def distinct_points(points: np.ndarray) -> np.ndarray:
    """Points of which none is within rounding of another, in lexicographic order."""
    if not points.shape[1]:
        return points[:1]  # without recurrent weights there is one point
    reach = SAME * (1.0 + np.abs(points).max(initial=0.0))
    points = points[np.lexsort(points.T[::-1])]
    kept: list[int] = []
    for k, point in enumerate(points):
        recent = points[[j for j in kept if point[0] - points[j, 0] <= reach]]
        if not len(recent) or np.abs(recent - point).max(axis=1).min() > reach:
            kept.append(k)
    return points[kept]


def _continua(hinges: HingeMap, singular: list[np.ndarray]) -> np.ndarray:
    """One point of each region that holds a continuum of fixed points."""
    packed = np.unique(np.concatenate(singular), axis=0) if singular else np.zeros((0, 0), np.uint8)
    # rows of no bytes, where there is no wall, cannot be unpacked
    sides = np.unpackbits(packed, axis=1, count=hinges.walls) if packed.size else packed
    points = [point for above in sides.astype(bool) for point in _continuum(hinges, above)]
    return np.array(points).reshape(len(points), hinges.dimension)


def _continuum(hinges: HingeMap, above: np.ndarray) -> list[np.ndarray]:
    """A point amid the fixed points of one region of which 1 - A is singular, if they are more than one."""
    from scipy.optimize import linprog

    linear, constant = hinges.pieces(above[None])
    left, values, right = np.linalg.svd(np.eye(hinges.dimension) - linear[0])
    null = values <= 1e-10 * max(1.0, values[0])
    consistent = np.abs(left[:, null].T @ constant[0]).max(initial=0.0)
    if not null.any() or consistent > 1e-10 * (1.0 + np.abs(constant).max()):
        return []
    particular = right[~null].T @ ((left[:, ~null].T @ constant[0]) / values[~null])
    # the coordinates along the null space, and a margin to all walls, which is made as large as possible
    signs = np.where(above, 1.0, -1.0)
    slopes = -signs[:, None] * (hinges.normals @ right[null].T)
    moving = np.linalg.norm(slopes, axis=1) > 1e-10
    heights = signs * hinges.heights(particular[None])[0]
    scale = 1.0 + np.abs(hinges.offsets).max(initial=0.0) + np.abs(particular).max()
    if (heights[~moving] < -1e-10 * scale).any():
        return []
    sides = np.column_stack([slopes[moving], np.ones(moving.sum())])
    goal = np.zeros(sides.shape[1])
    goal[-1] = -1.0
    bounds = [(None, None)] * int(null.sum()) + [(None, scale)]
    solution = linprog(goal, A_ub=sides, b_ub=heights[moving], bounds=bounds)
    if not solution.success or solution.x[-1] <= 1e-9 * scale:
        return []
    return [particular + solution.x[:-1] @ right[null]]
