"""Random term of a connectivity: what the declaration says about the ensemble that the weights come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from neurosim.connectivity.coherent import Coherent
from neurosim.connectivity.composition import Scaled, Sum
from neurosim.connectivity.gaussian_low_rank import GaussianLowRank
from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
from neurosim.connectivity.low_rank import LowRank

if TYPE_CHECKING:
    from neurosim.connectivity.base import Connectivity
    from neurosim.network import Network

__all__ = ["random_term", "terms_of"]

# Terms that add a finite number of modes to the random part.
STRUCTURED = (Coherent, GaussianLowRank, GaussianMixtureLowRank, LowRank)

Kind = TypeVar("Kind")


def terms_of(connectivity: Connectivity | None, factor: float = 1.0) -> list[tuple[Any, float]]:
    """Terms of sums and multiples with their factors; none where the weights have no declaration."""
    if connectivity is None:
        return []
    if isinstance(connectivity, Sum):
        return [pair for term in connectivity.terms for pair in terms_of(term, factor)]
    if isinstance(connectivity, Scaled):
        return terms_of(connectivity.connectivity, factor * connectivity.factor)
    return [(connectivity, factor)]


def random_term(network: Network, kind: type[Kind]) -> tuple[Kind, float] | None:
    """Term of the declared connectivity beside low-rank ones, and its factor, if it is the only one and of this kind.

    None for trained weights, which are no longer those of the declaration.
    """
    terms = [pair for pair in terms_of(network.connectivity) if not isinstance(pair[0], STRUCTURED)]
    if len(terms) == 1 and isinstance(terms[0][0], kind):
        return terms[0]
    return None
