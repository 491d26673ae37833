"""Continuous piecewise-linear maps as a linear map and a sum of hinges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["HingeMap"]

SAME = 1e-11
"""Difference of two normals of length one, and relative difference of offsets, below which two walls are one."""

PRODUCTS = 4_000_000
"""Most numbers in the outer products of all walls, beyond which regions are taken one by one."""


@dataclass(frozen=True, eq=False)
class HingeMap:
    r"""Continuous piecewise-linear map, linear on each side of some hyperplanes, its walls.

    .. math:: f(z) = A z + v + \sum_m q_m \max(p_m \cdot z - h_m, 0)

    A region is given by the walls that its points are above, :math:`p_m \cdot z > h_m`.

    Attributes
    ----------
    linear : ndarray, shape (dimension, dimension)
        A.
    constant : ndarray, shape (dimension,)
        v.
    normals : ndarray, shape (walls, dimension)
        p.
    offsets : ndarray, shape (walls,)
        h.
    jumps : ndarray, shape (walls, dimension)
        q, by which the slope across a wall jumps.
    """

    linear: np.ndarray
    constant: np.ndarray
    normals: np.ndarray
    offsets: np.ndarray
    jumps: np.ndarray

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.constant)

    @property
    def walls(self) -> int:
        """Number of hyperplanes."""
        return len(self.offsets)

    def heights(self, points: np.ndarray) -> np.ndarray:
        """Height of points above each wall, shape (points, walls)."""
        return points @ self.normals.T - self.offsets

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Images of points, shape (points, dimension)."""
        hinges = np.maximum(self.heights(points), 0.0)
        return points @ self.linear.T + self.constant + hinges @ self.jumps

    def rounding(self, points: np.ndarray) -> np.ndarray:
        """Rounding error of f(z) - z, shape (points,)."""
        hinges = np.abs(points) @ np.abs(self.normals).T + np.abs(self.offsets)
        terms = hinges @ np.abs(self.jumps) + np.abs(points) @ (
            np.abs(self.linear).T + np.eye(self.dimension)
        )
        return 8.0 * np.finfo(float).eps * np.linalg.norm(terms + np.abs(self.constant), axis=1)

    def pieces(self, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Linear and constant part of the map in regions.

        Parameters
        ----------
        above : ndarray of bool, shape (regions, walls)

        Returns
        -------
        linear : ndarray, shape (regions, dimension, dimension)
        constant : ndarray, shape (regions, dimension)
        """
        weights = above.astype(np.float64)
        if self.walls * self.dimension**2 <= PRODUCTS:
            products = self.jumps[:, :, None] * self.normals[:, None, :]
            flat = products.reshape(self.walls, self.dimension**2)
            added = (weights @ flat).reshape(len(above), *self.linear.shape)
        else:
            added = np.array([(self.jumps.T * each) @ self.normals for each in weights])
        return self.linear + added, self.constant - (weights * self.offsets) @ self.jumps

    def merged(self) -> HingeMap:
        r"""The same map with walls of normals of length one, none of them twice.

        A wall that is the negative of another is turned, by :math:`\max(s, 0) = \max(-s, 0) + s`; a hinge whose normal
        vanishes is a constant; and hinges on one wall are added.
        """
        lengths = np.linalg.norm(self.normals, axis=1)
        absent = lengths <= SAME * lengths.max(initial=0.0)
        constant = self.constant + np.maximum(-self.offsets[absent], 0.0) @ self.jumps[absent]
        lengths, jumps = lengths[~absent], self.jumps[~absent]
        normals, offsets = self.normals[~absent] / lengths[:, None], self.offsets[~absent] / lengths
        jumps = jumps * lengths[:, None]
        # the first entry of some size is positive
        leading = (np.abs(normals) > 1e-6).argmax(axis=1) if len(normals) else np.zeros(0, np.intp)
        down = normals[np.arange(len(normals)), leading] < 0.0
        linear = self.linear + jumps[down].T @ normals[down]
        constant = constant - offsets[down] @ jumps[down]
        normals[down], offsets[down] = -normals[down], -offsets[down]
        groups = _groups_of_walls(normals, offsets)
        first = np.unique(groups, return_index=True)[1]
        total = np.zeros((len(first), self.dimension))
        np.add.at(total, groups, jumps)
        return HingeMap(linear, constant, normals[first], offsets[first], total)


def _groups_of_walls(normals: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Number of the group of equal walls to which each belongs, shape (walls,)."""
    scale = np.abs(offsets).max(initial=0.0) or 1.0
    keys = np.column_stack([normals, offsets / scale])
    order = np.lexsort(np.round(keys / (10.0 * SAME)).T[::-1])
    new = np.abs(np.diff(keys[order], axis=0)).max(axis=1, initial=0.0) > SAME
    groups = np.empty(len(keys), np.intp)
    groups[order] = np.concatenate([[0], np.cumsum(new)])[: len(keys)]
    return groups
