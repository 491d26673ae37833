"""Connections of partners, units of the same number in two populations: one for each, or the weights of one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import whole_number

__all__ = ["FromPartners", "OneToOne"]


@dataclass(frozen=True)
class OneToOne(Connectivity):
    r"""One connection for each unit, with itself or with its partner in another population: :math:`W = g\,1`.

    Parameters
    ----------
    gain : float, optional
        g.

    See Also
    --------
    Identity : the same weights, among all connections that training may change.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import OneToOne
    >>> OneToOne(gain=-1.0).build(3, np.random.default_rng(0))
    Operator(size=3, base=sparse with 3 weights, dtype=float64)
    """

    gain: float = 1.0

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Sparse operator."""
        from scipy.sparse import dia_array

        size = whole_number("size", size)
        weights = np.full((1, size), float(self.gain))
        return Operator(dia_array((weights, [0]), shape=(size, size)).tocsr())

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Connections of partners."""
        if targets != sources:
            raise ParameterError(
                f"OneToOne must be between populations of one size (got {sources} sources and {targets} targets)."
            )
        return super().build_block(targets, sources, rng)


@dataclass(frozen=True)
class FromPartners(Connectivity):
    """Weights within a population whose source is a population of partners, such as the synapses of its units.

    Unit i of the population has no connection with partner i where the weights have ``self_connections=False``; in
    other blocks between two populations, that says nothing.

    Parameters
    ----------
    connectivity : Connectivity
        Weights within the population.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> from neurosim.connectivity import FromPartners
    >>> FromPartners(ns.Gaussian()).build(3, np.random.default_rng(0))
    Operator(size=3, base=dense, dtype=float64)
    """

    connectivity: Connectivity

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator of the weights."""
        return self.connectivity.build(size, rng)

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Weights of the block."""
        return self.connectivity.build_block(targets, sources, rng)
