"""Given weights: a matrix, a sparse matrix or an operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights, stack_of
from neurosim.connectivity.operator import Operator
from neurosim.errors import ShapeError
from neurosim.validation import finite, whole_number

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Explicit"]


@dataclass(frozen=True)
class Explicit(Connectivity):
    """Given weights: a matrix, a sparse matrix or an operator.

    Parameters
    ----------
    weights : ndarray, scipy sparse array, or Operator, shape (units, units)
        Or an array of shape (targets, sources), for a block of `Blocks`.
        ``weights[i, j]`` is the weight from unit j to unit i; transpose matrices of tools that store them
        as (source, target), such as Keras. A matrix is copied, an operator is not. A sparse matrix is kept
        as an `Operator`.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Explicit
    >>> Explicit(np.array([[0.0, 1.0], [-1.0, 0.0]])).build(2, np.random.default_rng(0)).eigenvalues()
    array([0.+1.j, 0.-1.j])
    """

    weights: np.ndarray | csr_array | Operator

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.weights, Operator):
            return
        from scipy.sparse import issparse

        if issparse(self.weights):
            operator = Operator(self.weights.copy())
        else:
            weights = np.array(finite("Explicit.weights", self.weights))
            if weights.ndim == 2 and np.ptp(weights.shape):
                weights = weights.astype(np.float64)
                weights.setflags(write=False)
                object.__setattr__(self, "weights", weights)
                return
            operator = Operator(weights)
        dense = isinstance(operator.base, np.ndarray)
        object.__setattr__(self, "weights", operator.base if dense else operator)

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Operator of the given weights; all networks share it."""
        if isinstance(self.weights, np.ndarray) and np.ptp(self.weights.shape):
            raise ShapeError(
                f"Explicit.weights must be square, (units, units), except in Blocks (got {self.weights.shape})."
            )
        operator = self.weights if isinstance(self.weights, Operator) else Operator(self.weights)
        if operator.size != whole_number("size", size):
            raise ShapeError(
                f"Explicit.weights are for {operator.size} units, size = {size}; "
                f"build with size={operator.size}."
            )
        return operator

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Given weights of one block, shape (targets, sources)."""
        shape = self.weights.shape
        if shape != (targets, sources):
            raise ShapeError(
                f"Explicit.weights must have the shape of the block, ({targets}, {sources}) (got {shape})."
            )
        if isinstance(self.weights, np.ndarray):
            return BlockWeights(self.weights)
        return stack_of([self.build(targets, rng)], targets, "Explicit")
