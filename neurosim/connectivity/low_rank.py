"""Low-rank weights from explicit vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.block_weights import BlockWeights
from neurosim.connectivity.operator import Operator
from neurosim.errors import ShapeError
from neurosim.validation import finite, whole_number

__all__ = ["LowRank"]


@dataclass(frozen=True)
class LowRank(Connectivity):
    r"""Low-rank weights :math:`W = \frac1N \sum_k m_k n_k^T` from explicit vectors.

    The rates are read through the right vectors, :math:`\kappa_k = n_k \cdot r / N`, and the recurrent input
    is :math:`\sum_k \kappa_k m_k`. The non-zero eigenvalues are those of the rank × rank matrix
    :math:`n_k \cdot m_l / N`. Memory and the cost of a product are proportional to N.

    The scale is 1/N here, and 1/√N in `Coherent`.

    Parameters
    ----------
    left : array, shape (units,) or (units, rank)
        Vectors m, the directions of the recurrent input; one column for each.
    right : array of the same shape, or, in `Blocks`, of the length of the sources
        Vectors n, onto which the rates are projected.

    See Also
    --------
    GaussianLowRank : random vectors with given means, standard deviations and overlaps.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import LowRank
    >>> m, n = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 1.0])
    >>> LowRank(m, n).build(3, np.random.default_rng(0)).dense()
    array([[0.33333333, 0.        , 0.33333333],
           [0.66666667, 0.        , 0.66666667],
           [1.        , 0.        , 1.        ]])
    """

    left: np.ndarray
    right: np.ndarray

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("left", "right"):
            columns = finite(f"LowRank.{name}", getattr(self, name), np.float64)
            columns = np.array(columns[:, None] if columns.ndim == 1 else columns)
            columns.setflags(write=False)
            object.__setattr__(self, name, columns)
        wrong = self.left.ndim != 2 or self.left.shape[1:] != self.right.shape[1:]
        if wrong or self.left.size == 0 or self.right.size == 0:
            raise ShapeError(
                f"LowRank.left and right must both have shape (units,) or (units, rank) "
                f"(got {self.left.shape} and {self.right.shape})."
            )

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Operator of two factors, ``left`` and ``right / size``."""
        units = len(self.left)
        if len(self.right) != units:
            raise ShapeError(
                f"LowRank.left and right must have vectors of one length, except in Blocks (got {units} and "
                f"{len(self.right)})."
            )
        if units != whole_number("size", size):
            raise ShapeError(
                f"LowRank.left has {units} entries, size = {size}; build with size={units}, "
                f"or draw vectors of any size with GaussianLowRank."
            )
        return Operator(left=self.left, right=self.right / size)

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:  # noqa: ARG002
        """Factors of one block, ``left`` over the targets and ``right / sources`` over the sources."""
        if (len(self.left), len(self.right)) != (targets, sources):
            raise ShapeError(
                f"LowRank.left and right must have the lengths of the block, {targets} targets and {sources} sources "
                f"(got {len(self.left)} and {len(self.right)})."
            )
        return BlockWeights(None, self.left, self.right / sources)
