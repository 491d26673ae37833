"""Weights from one population to another: a rectangular matrix, or the factors of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError

if TYPE_CHECKING:
    from neurosim.connectivity.operator import Operator

__all__ = ["BlockWeights", "stack_of"]


@dataclass(frozen=True, eq=False)
class BlockWeights:
    r"""Weights :math:`base + left\, right^T` of one block.

    Attributes
    ----------
    base : ndarray, sparse array or None, shape (targets, sources)
    left : ndarray or None, shape (targets, rank)
    right : ndarray or None, shape (sources, rank)
    pattern : ndarray of bool or None, shape (targets, sources)
        Which connections of a dense base exist; None: all.
    delays : ndarray or None, shape (targets, sources)
        Delays of the connections of the base; None: 0.
    factor_delays : ndarray or None, shape (rank,)
        Delays of the columns of the factors; None: 0.
    """

    base: Any = None
    left: np.ndarray | None = None
    right: np.ndarray | None = None
    pattern: np.ndarray | None = None
    delays: np.ndarray | None = None
    factor_delays: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of targets and sources."""
        if self.base is not None:
            return self.base.shape
        assert self.left is not None
        assert self.right is not None
        return len(self.left), len(self.right)

    @property
    def connections(self) -> int:
        """Number of connections of the base."""
        return (
            int(np.count_nonzero(self.exists())) if isinstance(self.base, np.ndarray) else int(self.base.nnz)
        )

    def exists(self) -> np.ndarray:
        """Which connections of the base exist, shape (targets, sources)."""
        if self.pattern is not None:
            return self.pattern
        found = np.ones(self.shape, bool)
        if not isinstance(self.base, np.ndarray):
            found[:] = False
            places = self.base.tocoo()
            found[places.row, places.col] = True
        return found

    def dense(self) -> np.ndarray:
        """Base as a matrix."""
        return self.base if isinstance(self.base, np.ndarray) else self.base.toarray()

    def __mul__(self, factor: float) -> BlockWeights:
        """Every weight times a number."""
        base = None if self.base is None else self.base * factor
        left = None if self.left is None else self.left * factor
        return replace(self, base=base, left=left)

    def with_delays(self, delays: np.ndarray | None, factor_delays: np.ndarray | None) -> BlockWeights:
        """The same weights with delays."""
        return replace(self, delays=delays, factor_delays=factor_delays)

    def delays_of_base(self) -> np.ndarray:
        """Delay of each connection of the base, 0 where none is given, shape (targets, sources)."""
        return np.zeros(self.shape) if self.delays is None else self.delays

    def delays_of_factors(self) -> np.ndarray:
        """Delay of each column of the factors, shape (rank,)."""
        assert self.left is not None
        return np.zeros(self.left.shape[1]) if self.factor_delays is None else self.factor_delays

    def __add__(self, other: BlockWeights) -> BlockWeights:
        """Sum of two blocks of the same shape; a connection exists where it does in one of them."""
        left, right = _side_by_side(self.left, other.left), _side_by_side(self.right, other.right)
        bases = [part for part in (self, other) if part.base is not None]
        factored = [part for part in (self, other) if part.left is not None]
        late = any(part.factor_delays is not None for part in factored)
        factor_delays = np.concatenate([part.delays_of_factors() for part in factored]) if late else None
        if not bases:
            return BlockWeights(None, left, right, factor_delays=factor_delays)
        if len(bases) == 1:
            return replace(bases[0], left=left, right=right, factor_delays=factor_delays)
        delays = _delays_of_sum(self, other)
        exists = self.exists() | other.exists()
        return BlockWeights(self.dense() + other.dense(), left, right, exists, delays, factor_delays)


def _delays_of_sum(first: BlockWeights, second: BlockWeights) -> np.ndarray | None:
    """Delays of the connections of two blocks; a connection of both must have the same."""
    if first.delays is None and second.delays is None:
        return None
    there, delays = first.exists(), (first.delays_of_base(), second.delays_of_base())
    clash = there & second.exists() & (delays[0] != delays[1])
    if clash.any():
        one, other = (part[clash][0] for part in delays)
        raise ParameterError(
            f"a connection must have one delay (got {one:g} and {other:g} in the terms of a sum); give the terms one "
            f"delay, or make one of them a LowRank, whose delay is its own."
        )
    return np.where(there, *delays)


def _side_by_side(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
    parts = [part for part in (first, second) if part is not None]
    return np.hstack(parts) if parts else None


def stack_of(operators: list[Operator], targets: int, name: str) -> BlockWeights:
    """Block of as many rows as there are targets, from square weights one below the other.

    Parameters
    ----------
    operators : list of Operator
        Of as many units as there are sources.
    targets : int
    name : str
        Of the connectivity, for errors.
    """
    first = operators[0]
    if any(operator.delays is not None for operator in operators):
        raise ParameterError(
            f"{name} must have no delays of its own in a block (got some); give them as Blocks(..., delay=...)."
        )
    if first.left is not None and len(operators) > 1:
        raise ParameterError(
            f"{name} must have at least as many sources as targets in a block, since its vectors have one length (got "
            f"{first.size} sources of {targets} targets); try ns.LowRank(left, right) with vectors of both lengths."
        )
    left = None if first.left is None else first.left[:targets]
    if first.base is None:
        return BlockWeights(None, left, first.right)
    if isinstance(first.base, np.ndarray):
        base = np.vstack([np.asarray(operator.base) for operator in operators])[:targets]
        if all(operator.pattern is None for operator in operators):
            return BlockWeights(base, left, first.right)
        every = np.ones(first.shape, bool)
        patterns = [every if operator.pattern is None else operator.pattern for operator in operators]
        return BlockWeights(base, left, first.right, np.vstack(patterns)[:targets])
    from scipy.sparse import vstack

    stacked = vstack([operator.base for operator in operators], format="csr")[:targets]
    return BlockWeights(stacked, left, first.right)
