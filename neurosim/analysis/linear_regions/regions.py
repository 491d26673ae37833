"""Regions into which hyperplanes divide a space: every one, from the lines in which the hyperplanes meet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

__all__ = ["Regions", "count_candidates", "regions"]

PARALLEL = 1e-12
"""Sine of an angle below which a line is parallel to a wall."""
NUMBERS = 2_000_000
"""Most numbers in one array of a block."""


class Regions(NamedTuple):
    """Some regions, and whether their enumeration met walls that are not in general position.

    Attributes
    ----------
    above : ndarray of bool, shape (regions, walls)
        Which walls the points of each region are above.
    degenerate : bool
        Whether a wall contains a line in which others meet.
    """

    above: np.ndarray
    degenerate: bool


def count_candidates(walls: int, dimension: int) -> int:
    """Number of regions that `regions` yields, some of them several times.

    Parameters
    ----------
    walls : int
    dimension : int
        Of the space that the normals span.
    """
    return min(2**walls, _along_lines(walls, dimension))


def regions(normals: np.ndarray, offsets: np.ndarray) -> Iterator[Regions]:
    r"""Yield every region into which the walls :math:`p_m \cdot z = h_m` divide the space, in blocks.

    Each region has an edge, a part of a line in which (dimension - 1) walls meet. All these lines are walked along:
    between two crossings with other walls, on all sides of the walls that contain the line. That holds for walls that
    are parallel, and for many that meet in a point. In three and more dimensions it does not where a further wall
    contains the line. Where there are fewer combinations of sides than regions along lines, all combinations.

    Parameters
    ----------
    normals : ndarray, shape (walls, dimension)
        Of length one, no wall twice.
    offsets : ndarray, shape (walls,)

    References
    ----------
    M. Pals, A. E. Sağtekin, F. Pei, M. Gloeckler, J. H. Macke, arXiv 2406.16749 (2024).
    """
    walls = len(offsets)
    normals = _in_their_span(normals)
    if 2**walls <= _along_lines(walls, normals.shape[1]):
        yield from _all_sides(walls)
        return
    lines = itertools.combinations(range(walls), normals.shape[1] - 1)
    block = max(1, NUMBERS // (walls * (walls + 1) * 2 ** (normals.shape[1] - 1)))
    while chosen := list(itertools.islice(lines, block)):
        yield _along(normals, offsets, np.array(chosen, np.intp).reshape(len(chosen), -1))


def _along_lines(walls: int, dimension: int) -> int:
    through = max(dimension - 1, 0)
    return math.comb(walls, through) * (walls - through + 1) * 2**through


def _in_their_span(normals: np.ndarray) -> np.ndarray:
    """Normals in coordinates of the space that they span."""
    _, values, directions = np.linalg.svd(normals, full_matrices=False)
    rank = int((values > 1e-11 * values.max(initial=0.0)).sum())
    return normals @ directions[:rank].T


def _all_sides(walls: int) -> Iterator[Regions]:
    block = max(1, NUMBERS // max(walls, 1))
    for first in range(0, 2**walls, block):
        codes = np.arange(first, min(first + block, 2**walls))
        yield Regions((codes[:, None] >> np.arange(walls)) & 1 == 1, False)


def _along(normals: np.ndarray, offsets: np.ndarray, through: np.ndarray) -> Regions:
    """Regions along the lines in which the walls `through`, shape (lines, dimension - 1), meet."""
    points, directions, real = _lines(normals[through], offsets[through])
    through, points, directions = through[real], points[real], directions[real]
    slopes, heights = directions @ normals.T, points @ normals.T - offsets
    scale = np.abs(offsets).max(initial=0.0) + np.abs(points).max(axis=1, initial=0.0)
    own = np.zeros(slopes.shape, bool)
    own[np.arange(len(through))[:, None], through] = True
    beside = own | (np.abs(slopes) <= PARALLEL)
    degenerate = bool((beside & ~own & (np.abs(heights) <= 1e-10 * scale[:, None])).any())
    times = np.where(beside, np.inf, -heights / np.where(beside, 1.0, slopes))
    # how many crossings come before that with each wall
    places = np.argsort(np.argsort(times, axis=1), axis=1)
    segments = np.arange(len(offsets) - through.shape[1] + 1)
    passed = places[:, None, :] < segments[:, None]
    above = np.where(beside[:, None, :], heights[:, None, :] > 0.0, passed == (slopes[:, None, :] > 0.0))
    sides = np.array(list(itertools.product((False, True), repeat=through.shape[1])), bool)
    full = np.repeat(above[:, :, None, :], len(sides), axis=2)
    np.put_along_axis(
        full,
        through[:, None, None, :],
        np.broadcast_to(sides, (*full.shape[:3], through.shape[1])),
        axis=3,
    )
    return Regions(full.reshape(-1, len(offsets)), degenerate)


def _lines(normals: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Point and direction of each line in which walls meet, and which of them are lines."""
    count, through, dimension = normals.shape
    if not through:
        return np.zeros((count, dimension)), np.ones((count, dimension)), np.ones(count, bool)
    left, values, right = np.linalg.svd(normals)
    real = values[:, -1] > PARALLEL
    inverse = 1.0 / np.where(values > PARALLEL, values, 1.0)
    coordinates = np.einsum("cij,ci->cj", left, offsets) * inverse
    return np.einsum("cj,cjk->ck", coordinates, right[:, :through]), right[:, -1], real
