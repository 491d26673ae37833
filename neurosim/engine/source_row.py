"""Row of rates that recurrent weights multiply: the units, or with delays the rates that arrive (see `delay_line`)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.block_arrays import BlockLayout
from neurosim.engine.delay_line import DelayLine
from neurosim.kernels.linalg.layout import Tiles
from neurosim.network import Network

__all__ = ["SourceRow", "row_kinds"]

WORTH = 0.9
"""Share of the weights in blocks with connections below which the others are left out of products."""


class SourceRow:
    """Weights and their gradients by unit, and by the place of each source in the row of rates.

    Weights of connections that do not exist are 0, whatever is given, and so are their gradients.

    Parameters
    ----------
    network : Network
    line : DelayLine, optional
        Of a network with delays.
    """

    def __init__(self, network: Network, line: DelayLine | None = None) -> None:
        self._operator, self._line, self._size = network.recurrent, line, network.size
        self._populations = list(network.populations.values()) or [slice(0, network.size)]
        self._kinds = row_kinds(network.recurrent)
        self._dense = isinstance(network.recurrent.base, np.ndarray)

    @property
    def width(self) -> int:
        """Length of the row."""
        return self._size if self._line is None else self._line.width

    @functools.cached_property
    def _segments(self) -> list[tuple[int, int, int, int]]:
        """Ranges of the row: index of the delay, first source, number of sources, first place."""
        if self._line is None:
            return [(0, 0, self._size, 0)]
        return [tuple(segment) for segment in self._line.segments.tolist()]

    @functools.cached_property
    def exists(self) -> np.ndarray | None:
        """Which dense connections exist, shape (units, places); None for all, where the row is that of the units."""
        operator = self._operator
        if self._line is None:
            return operator.pattern
        if len(self._segments) == 1 and self.width == self._size and operator.pattern is None:
            return None
        assert operator.delays is not None
        assert operator.delays.base is not None
        found = np.zeros((self._size, self.width), bool)
        for kind, first, count, place in self._segments:
            chosen = operator.delays.base[:, first : first + count] == kind
            if operator.pattern is not None:
                chosen &= operator.pattern[:, first : first + count]
            found[:, place : place + count] = chosen
        return found

    def layout(self, tiles: Tiles, *, transposed: bool = False, always: bool = False) -> BlockLayout | None:
        """Blocks of dense weights, or of their transpose; None where leaving out the others gains too little.

        Parameters
        ----------
        tiles : Tiles
            Of the units, or of the row if `transposed`.
        transposed, always : bool, optional
            `always`: whatever it gains.
        """
        if not self._dense or (self.exists is None and not always):
            return None
        exists = np.ones((self._size, self.width), bool) if self.exists is None else self.exists
        both = (exists, self._populations, self._parts)
        exists, targets, sources = (exists.T, *both[:0:-1]) if transposed else both
        found = BlockLayout.of(exists, targets, sources, tiles, self._operator.dtype)
        return found if always or found.weights < WORTH * exists.size else None

    @property
    def _parts(self) -> list[slice]:
        """Places of each population, delay after delay."""
        found = []
        for _, first, count, place in self._segments:
            for units in self._populations:
                start, stop = max(units.start, first), min(units.stop, first + count)
                if start < stop:
                    found.append(slice(place + start - first, place + stop - first))
        return found

    def of_weights(self, weights: np.ndarray) -> np.ndarray:
        """Weights (units, places) of weights (units, units)."""
        if self.exists is None:
            return weights
        if self._line is None:
            return np.where(self.exists, weights, 0.0)
        row = np.zeros((self._size, self.width), weights.dtype)
        for _, first, count, place in self._segments:
            row[:, place : place + count] = weights[:, first : first + count]
        row *= self.exists
        return row

    def to_weights(self, gradient: np.ndarray) -> np.ndarray:
        """Gradient (units, units) of a gradient (units, at least places)."""
        gradient = gradient[:, : self.width]
        if self.exists is None:
            return gradient
        gradient = np.where(self.exists, gradient, 0.0)
        if self._line is None:
            return gradient
        whole = np.zeros((self._size, self._size), gradient.dtype)
        for _, first, count, place in self._segments:
            whole[:, first : first + count] += gradient[:, place : place + count]
        return whole

    def of_factor(self, right: np.ndarray) -> np.ndarray:
        """Right factor (places, rank) of one (units, rank)."""
        if self._line is None:
            return right
        row = np.zeros((self.width, right.shape[1]), right.dtype)
        for kind, first, count, place in self._segments:
            own = self._kinds == kind
            row[place : place + count, own] = right[first : first + count, own]
        return row

    def to_factor(self, gradient: np.ndarray) -> np.ndarray:
        """Gradient (units, rank) of the right factor of one (at least places, rank)."""
        if self._line is None:
            return gradient[: self._size]
        whole = np.zeros((self._size, gradient.shape[1]), gradient.dtype)
        for kind, first, count, place in self._segments:
            own = self._kinds == kind
            whole[first : first + count, own] += gradient[place : place + count, own]
        return whole

    def sparse_base(self) -> Any:
        """Sparse weights (units, places)."""
        base: Any = self._operator.base
        if self._line is None:
            return base
        assert self._operator.delays is not None
        places = self._line.positions[self._operator.delays.base, base.indices]
        return type(base)((base.data, places, base.indptr), shape=(self._size, self.width))


def row_kinds(operator: Operator) -> np.ndarray:
    """Index of the delay of each low-rank column."""
    factors = None if operator.delays is None else operator.delays.factors
    return np.zeros(0, np.int64) if factors is None else factors.astype(np.int64)
