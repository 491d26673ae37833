"""Weights of one size with the same number of inputs to every unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import require_memory, whole_number

__all__ = ["FixedInDegree"]

DENSE_ABOVE = 0.15


@dataclass(frozen=True)
class FixedInDegree(Connectivity):
    r"""Every unit receives exactly K connections from random sources, all of the same weight.

    .. math:: W_{ij} = J / \sqrt K \text{ for K random sources j of each unit i}, \quad W_{ij} = 0 \text{ otherwise}

    With K inputs of order :math:`1/\sqrt K` the mean input of a unit is of order √K: excitation and inhibition have
    to cancel, which fixes the mean rates of `Blocks` of excitatory and inhibitory populations (balance).

    Parameters
    ----------
    inputs : int
        K, at least 1 and at most the number of sources.
    strength : float, optional
        J; its sign is that of all weights.

    References
    ----------
    C. van Vreeswijk, H. Sompolinsky, Science 274, 1724 (1996), where K is the mean number of inputs; J. Kadmon, H.
    Sompolinsky, Phys. Rev. X 5, 041030 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import FixedInDegree
    >>> weights = FixedInDegree(inputs=4, strength=-1.0).build(100, np.random.default_rng(0)).dense()
    >>> np.unique((weights != 0).sum(axis=1)).tolist(), float(weights.min())
    ([4], -0.5)
    """

    inputs: int
    strength: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "inputs", whole_number("FixedInDegree.inputs", self.inputs))

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator with a sparse base up to a density of 15 %, and a dense one above."""
        block = self.build_block(whole_number("size", size), size, rng)
        if self.inputs <= DENSE_ABOVE * size:
            return Operator(block.base)
        return Operator(block.dense(), pattern=block.exists())

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Sparse block with `inputs` connections in each row."""
        from scipy.sparse import csr_array

        if self.inputs > sources:
            raise ParameterError(
                f"FixedInDegree.inputs must be at most the number of sources, {sources} (got {self.inputs})."
            )
        require_memory(20.0 * self.inputs * targets, f"{self.inputs * targets} weights", "Use fewer inputs.")
        chosen = [np.sort(rng.choice(sources, self.inputs, replace=False)) for _ in range(targets)]
        weights = np.full(targets * self.inputs, self.strength / np.sqrt(self.inputs))
        starts = np.arange(targets + 1) * self.inputs
        return BlockWeights(csr_array((weights, np.concatenate(chosen), starts), shape=(targets, sources)))
