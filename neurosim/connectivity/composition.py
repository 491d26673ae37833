"""Sums and multiples of connectivities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, kind_of
from neurosim.validation import entries

__all__ = ["Scaled", "Sum"]


@dataclass(frozen=True)
class Sum(Connectivity):
    """Sum of connectivities, usually written ``a + b``.

    Parameters
    ----------
    terms : tuple of Connectivity
        Built in this order from one generator, so the first term has the same weights as alone with the same seed.
        Sums among the terms are flattened.

    Examples
    --------
    >>> from neurosim.connectivity import Coherent, Gaussian
    >>> Gaussian(gain=2.0) + Coherent(strength=0.5) + Gaussian()
    Sum(terms=(Gaussian(gain=2.0), Coherent(), Gaussian()))
    """

    terms: tuple[Connectivity, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        terms: list[Connectivity] = []
        for term in entries("Sum.terms", self.terms, "write Gaussian() + Coherent()"):
            terms.extend(term.terms if isinstance(term, Sum) else [_connectivity(term)])
        if not terms:
            raise ParameterError("Sum.terms must have at least one connectivity (got ()).")
        object.__setattr__(self, "terms", tuple(terms))

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Sum of the operators of the terms."""
        return reduce(add, (term.build(size, rng) for term in self.terms))

    def build_for(self, populations: Mapping[str, slice], size: int, rng: np.random.Generator) -> Operator:
        """Sum of the operators of the terms."""
        return reduce(add, (term.build_for(populations, size, rng) for term in self.terms))

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Sum of the blocks of the terms."""
        return reduce(add, (term.build_block(targets, sources, rng) for term in self.terms))


@dataclass(frozen=True)
class Scaled(Connectivity):
    """Multiple of a connectivity, usually written ``2.0 * a`` or ``-a``.

    Parameters
    ----------
    factor : float
        Factor of every weight.
    connectivity : Connectivity
    """

    factor: float
    connectivity: Connectivity

    def __post_init__(self) -> None:
        super().__post_init__()
        _connectivity(self.connectivity)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator of the connectivity, times the factor."""
        return self.factor * self.connectivity.build(size, rng)

    def build_for(self, populations: Mapping[str, slice], size: int, rng: np.random.Generator) -> Operator:
        """Operator of the connectivity, times the factor."""
        return self.factor * self.connectivity.build_for(populations, size, rng)

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Block of the connectivity, times the factor."""
        return self.connectivity.build_block(targets, sources, rng) * self.factor


def _connectivity(term: object) -> Connectivity:
    if not isinstance(term, Connectivity):
        raise ParameterError(
            f"terms must be connectivities (got {kind_of(term)}); wrap a matrix as Explicit."
        )
    return term
