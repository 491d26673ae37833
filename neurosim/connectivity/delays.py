"""Conduction delays of recurrent weights: how long the rates take through each connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.connectivity.operator import Operator

__all__ = ["Delays", "delays_of_sum", "delays_of_transposed", "require_delays", "weights_by_delay"]


@dataclass(frozen=True, eq=False)
class Delays:
    """Delays of the connections of an operator: a few values, and which of them each connection has.

    Attributes
    ----------
    values : ndarray, shape (classes,)
        Delays, ascending, in the unit of the network's time constants.
    base : ndarray of int or None
        Index in `values` of each connection of the base: (units, units) of a dense base, (connections,) of a sparse
        one.
    factors : ndarray of int or None, shape (rank,)
        Index in `values` of each column of the low-rank factors.
    """

    values: np.ndarray
    base: np.ndarray | None = None
    factors: np.ndarray | None = None

    @classmethod
    def of(
        cls, base: np.ndarray | None, factors: np.ndarray | None, exists: np.ndarray | None = None
    ) -> Delays | None:
        """Delays given as times, for each connection and column; None where all are 0.

        Parameters
        ----------
        base, factors : ndarray or None
            Delays in the shapes of the attributes.
        exists : ndarray of bool, optional
            Which connections of a dense base exist; the delays of others do not count.
        """
        parts = {name: part for name, part in (("base", base), ("factors", factors)) if part is not None}
        for name, part in parts.items():
            require_delays(f"delays of {name}", part)
        if base is not None and exists is not None:
            there = base[exists]
            parts["base"] = np.where(exists, base, there.min() if there.size else 0.0)
        values = np.unique(np.concatenate([np.ravel(part) for part in parts.values()] or [np.zeros(1)]))
        if not values.any():
            return None
        kind = np.min_scalar_type(len(values))
        places = {name: np.searchsorted(values, part).astype(kind) for name, part in parts.items()}
        for array in (values, *places.values()):
            array.setflags(write=False)
        return cls(values, **places)

    @property
    def of_base(self) -> np.ndarray | None:
        """Delay of each connection of the base."""
        return None if self.base is None else self.values[self.base]

    @property
    def of_factors(self) -> np.ndarray | None:
        """Delay of each column of the factors."""
        return None if self.factors is None else self.values[self.factors]

    def require_fit(self, base: Any, rank: int) -> None:
        """Raise `ShapeError` unless there is a delay for every connection and every column."""
        dense = isinstance(base, np.ndarray)
        shape = None if base is None else base.shape if dense else (base.nnz,)
        for name, part, wanted in (
            ("base", self.base, shape),
            ("factors", self.factors, (rank,) if rank else None),
        ):
            found = None if part is None else part.shape
            if found != wanted:
                raise ShapeError(f"delays of {name} must have shape {wanted} (got {found}).")

    def equals(self, other: Delays | None) -> bool:
        """Whether the other delays are the same for every connection."""
        if other is None:
            return False
        pairs = [(getattr(self, name), getattr(other, name)) for name in ("values", "base", "factors")]
        return all(a is b if a is None or b is None else np.array_equal(a, b) for a, b in pairs)


def require_delays(name: str, value: Any) -> np.ndarray:
    """Convert to an array of delays, finite and not negative, or raise."""
    delays = finite(name, value, np.float64)
    if (delays < 0.0).any():
        raise ParameterError(
            f"{name} must not be negative (got {delays.min():g}); give 0 where there is no delay."
        )
    return delays


def weights_by_delay(operator: Operator) -> dict[float, np.ndarray]:
    """Weights of the connections of each delay, dense and of shape (units, units), by delay in ascending order."""
    delays = operator.delays
    if delays is None:
        return {0.0: operator.dense()}
    found: dict[float, np.ndarray] = {}
    for k, value in enumerate(delays.values.tolist()):
        weights: Any = np.zeros(operator.shape, operator.dtype)
        if operator.base is not None:
            weights = _chosen(operator.base, delays.base == k)
        if operator.left is not None and operator.right is not None:
            weights += operator.left @ (operator.right * (delays.factors == k)).T
        found[value] = weights
    return found


def _chosen(base: Any, chosen: Any) -> np.ndarray:
    """Base with only those connections that are chosen."""
    if isinstance(base, np.ndarray):
        return np.where(chosen, base, 0.0).astype(base.dtype)
    return type(base)((base.data * chosen, base.indices, base.indptr), shape=base.shape).toarray()


def delays_of_transposed(operator: Operator) -> Delays | None:
    """Delays of the transposed operator."""
    delays, base = operator.delays, operator.base
    if delays is None or delays.base is None or base is None:
        return delays
    if isinstance(base, np.ndarray):
        return Delays(delays.values, np.ascontiguousarray(delays.base.T), delays.factors)
    numbered = type(base)((delays.base.astype(np.int64), base.indices, base.indptr), shape=base.shape)
    columns = numbered.T.tocsr()
    columns.sort_indices()
    return Delays(delays.values, columns.data.astype(delays.base.dtype), delays.factors)


def delays_of_sum(first: Operator, second: Operator, base: Any, exists: np.ndarray | None) -> Delays | None:
    """Delays of a sum of two operators.

    Parameters
    ----------
    first, second : Operator
    base, exists : ndarray, sparse array or None
        Base and pattern of the sum.

    Raises
    ------
    ParameterError
        If two units have a connection in both terms, with different delays.
    """
    terms = [term for term in (first, second) if term.delays is not None]
    if not terms:
        return None
    factors = [_factor_delays(term) for term in (first, second) if term.left is not None]
    of_base = None
    if base is not None:
        values = np.unique(np.concatenate([[0.0], *(t.delays.values for t in terms if t.delays is not None)]))
        bases = [term for term in (first, second) if term.base is not None]
        codes = [_codes(term, values, base) for term in bases]
        if len(codes) == 2:
            _require_one_delay(codes[0], codes[1], values)
        of_base = values[np.maximum(np.max(codes, axis=0), 1) - 1]
    return Delays.of(of_base, np.concatenate(factors) if factors else None, exists)


def _factor_delays(operator: Operator) -> np.ndarray:
    delays = operator.delays
    found = None if delays is None else delays.of_factors
    return np.zeros(operator.rank) if found is None else found


def _codes(operator: Operator, values: np.ndarray, base: Any) -> np.ndarray:
    """Index in `values`, plus one, of each connection in the base of a sum; 0 where this operator has none there."""
    own: Any = operator.base
    delays = None if operator.delays is None else operator.delays.of_base
    dense = isinstance(own, np.ndarray)
    codes = (
        np.searchsorted(values, np.zeros(own.shape if dense else own.nnz) if delays is None else delays) + 1
    )
    if dense:
        return codes if operator.pattern is None else np.where(operator.pattern, codes, 0)
    known = type(own)((codes, own.indices, own.indptr), shape=own.shape)
    if isinstance(base, np.ndarray):
        return known.toarray()
    rows = np.repeat(np.arange(base.shape[0]), np.diff(base.indptr))
    return np.asarray(known[rows, base.indices]).reshape(-1)


def _require_one_delay(first: np.ndarray, second: np.ndarray, values: np.ndarray) -> None:
    clash = (first > 0) & (second > 0) & (first != second)
    if clash.any():
        where = tuple(np.argwhere(clash)[0])
        raise ParameterError(
            f"a connection must have one delay (got {values[first[where] - 1]:g} and {values[second[where] - 1]:g} in "
            f"the terms of a sum); give the terms one delay, or make one of them a LowRank, whose delay is its own."
        )
