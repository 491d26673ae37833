"""Connections that take time: another connectivity with a conduction delay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.delays import require_delays
from neurosim.connectivity.operator import Operator
from neurosim.declaration import Parameter
from neurosim.errors import ParameterError, ShapeError, kind_of
from neurosim.validation import finite

__all__ = ["Delayed"]


@dataclass(frozen=True)
class Delayed(Connectivity):
    r"""Another connectivity whose connections take time.

    .. math:: u_i(t) = \sum_j W_{ij}\, r_j(t - d_{ij})

    The weights are those of the other connectivity, drawn from the same numbers. `Blocks` takes the delays of its
    blocks as ``delay=``.

    Parameters
    ----------
    connectivity : Connectivity
        With no delays of its own.
    delay : float or array, shape (classes,)
        Delay d of all connections, in the unit of the network's time constants; or several, of which each connection
        has one, drawn for each connection by itself.
    probabilities : array, shape (classes,), optional
        Probabilities of several delays; default: equal ones.

    Notes
    -----
    Any delay of at least one time step can be simulated: a whole number of steps exactly, another by interpolation; see
    `neurosim.simulate`. A connection has one delay; terms of a sum may have different ones where they connect
    different pairs of units, or where one of them is of low rank.

    Examples
    --------
    A scalar equation with delayed feedback, x' = -x + 2 tanh(x(t - 5)):

    >>> import neurosim as ns
    >>> feedback = ns.connectivity.Delayed(ns.Explicit([[2.0]]), delay=5.0)
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), feedback, size=1)
    >>> network.delays
    ((5.0, array([[2.]])),)
    """

    connectivity: Connectivity
    delay: Parameter
    probabilities: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.connectivity, Connectivity):
            raise ParameterError(
                f"Delayed.connectivity must be a Connectivity (got {kind_of(self.connectivity)}); wrap a matrix as "
                f"ns.Explicit(matrix)."
            )
        super().__post_init__()
        delay = require_delays("Delayed.delay", self.delay)
        if delay.ndim > 1 or delay.size == 0:
            raise ShapeError(f"Delayed.delay must be one number, or shape (classes,) (got {delay.shape}).")
        if self.probabilities is None:
            return
        shares = np.array(finite("Delayed.probabilities", self.probabilities, np.float64))
        if shares.shape != delay.shape or delay.ndim == 0:
            raise ShapeError(
                f"Delayed.probabilities must have one entry for each of several delays (got shape {shares.shape} for "
                f"delays of shape {delay.shape})."
            )
        if (shares < 0.0).any() or abs(shares.sum() - 1.0) > 1e-9:
            raise ParameterError(
                f"Delayed.probabilities must not be negative and add up to 1 (got a sum of {shares.sum():g})."
            )
        shares.setflags(write=False)
        object.__setattr__(self, "probabilities", shares)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator of the connectivity, with delays."""
        return self._delay(self.connectivity.build(size, rng), rng)

    def build_for(self, populations: Mapping[str, slice], size: int, rng: np.random.Generator) -> Operator:
        """Operator of the connectivity, with delays."""
        return self._delay(self.connectivity.build_for(populations, size, rng), rng)

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Block of the connectivity, with delays."""
        block = self.connectivity.build_block(targets, sources, rng)
        if block.delays is not None or block.factor_delays is not None:
            raise _twice()
        shape = None if block.base is None else block.shape
        rank = None if block.left is None else (block.left.shape[1],)
        return block.with_delays(self._times(shape, rng), self._times(rank, rng, factors=True))

    def _delay(self, operator: Operator, rng: np.random.Generator) -> Operator:
        if operator.delays is not None:
            raise _twice()
        base: Any = operator.base
        shape = None if base is None else base.shape if isinstance(base, np.ndarray) else (base.nnz,)
        rank = (operator.rank,) if operator.rank else None
        return operator.with_delays(self._times(shape, rng), self._times(rank, rng, factors=True))

    def _times(
        self, shape: tuple[int, ...] | None, rng: np.random.Generator, *, factors: bool = False
    ) -> np.ndarray | None:
        """Delays of connections in an array of this shape, or of the columns of factors."""
        if shape is None:
            return None
        values = np.atleast_1d(self.delay)
        if len(values) == 1:
            return np.full(shape, values[0])
        if factors:
            raise ParameterError(
                f"Delayed.delay must be one number for a part of low rank, which has no single connections (got "
                f"{len(values)} delays); give one delay, or ns.Explicit weights."
            )
        return rng.choice(values, size=shape, p=self.probabilities)


def _twice() -> ParameterError:
    return ParameterError(
        "Delayed.connectivity must have no delays of its own (got some); give each connection one delay."
    )
