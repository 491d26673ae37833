"""Sparse random weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, positive, require_memory, require_square, whole_number

__all__ = ["Sparse"]

DENSE_ABOVE = 0.15
"""Density above which products with a dense matrix are faster: a sparse weight costs about six times as much."""


@dataclass(frozen=True)
class Sparse(Connectivity):
    r"""Sparse Gaussian weights: each connection exists with probability p, independently of the others.

    .. math:: W_{ij} \sim \mathcal{N}\!\left(0, \frac{g^2}{p N}\right) \text{ with probability } p,
              \quad W_{ij} = 0 \text{ otherwise}

    The variance of an entry, zeros included, is g²/N as in `Gaussian`, and so is the disc of eigenvalues as
    long as p N is large.

    Parameters
    ----------
    density : float
        p, above 0 and at most 1.
    gain : float, optional
        g, at least 0.
    self_connections : bool, optional
        Whether units may be connected to themselves; not so in Laje and Buonomano, and in Hardy et al.

    Notes
    -----
    Building takes time and memory in proportion to the number of weights, about p N². The base of the operator is
    sparse up to a density of 15 % and dense above, where that multiplies faster; the pattern of connections is kept in
    both cases (`Operator.sources`).

    References
    ----------
    D. Sussillo, L. F. Abbott, Neuron 63, 544 (2009); R. Laje, D. V. Buonomano, Nat. Neurosci. 16, 925
    (2013); N. F. Hardy, V. Goudar, J. L. Romero-Sosa, D. V. Buonomano, Nat. Commun. 9, 4732 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Sparse
    >>> operator = Sparse(density=0.01, gain=1.5).build(5000, np.random.default_rng(0))
    >>> 245_000 < operator.base.nnz < 255_000
    True
    """

    density: float
    gain: float = 1.0
    self_connections: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("Sparse.gain", self.gain)
        if positive("Sparse.density", self.density) > 1.0:
            raise ParameterError(f"Sparse.density must be above 0 and at most 1 (got {self.density!r}).")

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator with a sparse or dense base; draws about 2 p size² numbers."""
        from scipy.sparse import csr_array

        size = whole_number("size", size)
        if self.density > DENSE_ABOVE:
            require_square(size, matrices=4)
        require_memory(
            40.0 * self.density * size**2,
            f"size = {size}, density = {self.density}: {self.density * size**2:.3g} weights",
            "Use fewer units or a lower density.",
        )
        targets, sources = np.divmod(_draw_places(size**2, self.density, rng), size)
        if not self.self_connections:
            others = targets != sources
            targets, sources = targets[others], sources[others]
        weights = rng.standard_normal(targets.size)
        weights *= self.gain / np.sqrt(self.density * size)
        starts = np.searchsorted(targets, np.arange(size + 1))
        base = csr_array((weights, sources, starts), shape=(size, size))
        if self.density <= DENSE_ABOVE:
            return Operator(base)
        exists = np.zeros((size, size), bool)
        exists[targets, sources] = True
        return Operator(base.toarray(), pattern=exists)


def _draw_places(count: int, probability: float, rng: np.random.Generator) -> np.ndarray:
    """Ascending places out of `count`, each chosen independently with the same probability.

    The gaps between them follow a geometric distribution, so the cost is proportional to the number of places.
    """
    enough = int(count * probability + 6.0 * np.sqrt(count * probability) + 6.0)
    taken: list[np.ndarray] = []
    last = -1
    while last < count:
        # larger gaps all lead beyond the end; cut, their sum stays within 64 bits
        gaps = np.minimum(rng.geometric(probability, enough), count + 1)
        taken.append(np.cumsum(gaps) + last)
        last = int(taken[-1][-1])
        enough = enough // 10 + 1
    places = np.concatenate(taken)
    return places[: np.searchsorted(places, count)]
