"""Row-balanced weights: another connectivity made orthogonal to given modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError, kind_of
from neurosim.validation import finite, require_square

__all__ = ["RowBalanced"]


@dataclass(frozen=True)
class RowBalanced(Connectivity):
    r"""Another connectivity with every row made orthogonal to a mode: :math:`W \xi = 0`.

    .. math:: W \to W - \frac{(W \xi)\, \xi^T}{\xi^T \xi}

    For the default mode :math:`\xi = 1` the mean of each row is subtracted: excitation and inhibition to
    every unit cancel exactly, so a rate that all units share causes no recurrent input. Balancing removes
    the outliers of `ExcitatoryInhibitory` connectivity, and makes the eigenvalues of
    ``RowBalanced(Gaussian()) + Coherent(strength)`` independent of the strength.

    Balance the random part alone: ``RowBalanced(a) + b``, not ``RowBalanced(a + b)``.

    Parameters
    ----------
    connectivity : Connectivity
        Connectivity to be balanced.
    mode : array, shape (units,) or (units, modes), optional
        :math:`\xi`; several columns are all removed. Default: ones, at any size.

    Notes
    -----
    A dense matrix is changed entry by entry. A matrix in which connections are missing (`Sparse`, or
    ``self_connections=False``) keeps its base and gains one low-rank pair for each mode, so that W has no zeros
    either. The right factors of a low-rank part are projected. Weights that are smaller than the mean of their row
    change sign.

    References
    ----------
    K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006); I. D. Landau, H. Sompolinsky,
    PLoS Comput. Biol. 14, e1006309 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Gaussian, RowBalanced
    >>> operator = RowBalanced(Gaussian(gain=2.0)).build(100, np.random.default_rng(0))
    >>> bool(np.abs(operator @ np.ones(100)).max() < 1e-12)
    True
    """

    connectivity: Connectivity
    mode: np.ndarray | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.connectivity, Connectivity):
            raise ParameterError(
                f"RowBalanced.connectivity must be a Connectivity (got {kind_of(self.connectivity)}); "
                f"wrap a matrix as Explicit(matrix)."
            )
        if self.mode is None:
            return
        mode = np.array(finite("RowBalanced.mode", self.mode, np.float64))
        if mode.ndim not in (1, 2) or mode.size == 0:
            raise ShapeError(
                f"RowBalanced.mode must have shape (units,) or (units, modes) (got {mode.shape})."
            )
        if np.linalg.matrix_rank(mode.reshape(len(mode), -1)) < mode.size // len(mode):
            raise ParameterError(
                "RowBalanced.mode must have linearly independent columns (got dependent ones, or zero)."
            )
        mode.setflags(write=False)
        object.__setattr__(self, "mode", mode)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator of the connectivity, balanced; draws what the connectivity draws."""
        operator = self.connectivity.build(size, rng)
        if operator.delays is not None:
            raise ParameterError(
                "RowBalanced.connectivity must have no delays (got some); delay the balanced weights, "
                "Delayed(RowBalanced(a), delay)."
            )
        directions = self._directions(operator.size)
        base, left, right = operator.base, operator.left, operator.right
        if left is not None and right is not None:
            right = right - directions @ (directions.T @ right)
        if isinstance(base, np.ndarray) and operator.pattern is None:
            return Operator(_project(base, directions), left, right)
        if base is None:
            return Operator(None, left, right)
        balanced = Operator(base, pattern=operator.pattern) + Operator(
            left=-(base @ directions), right=directions
        )
        return balanced if left is None else balanced + Operator(left=left, right=right)

    def _directions(self, size: int) -> np.ndarray:
        """Orthonormal columns that span the modes."""
        if self.mode is None:
            return np.full((size, 1), 1.0 / np.sqrt(size))
        if len(self.mode) != size:
            raise ShapeError(
                f"RowBalanced.mode has {len(self.mode)} units, size = {size}; "
                f"build with size={len(self.mode)}, or leave mode out to balance each row sum."
            )
        return np.linalg.qr(self.mode.reshape(size, -1))[0]


def _project(matrix: np.ndarray, directions: np.ndarray) -> np.ndarray:
    require_square(len(matrix))
    balanced = (matrix @ -directions) @ directions.T
    balanced += matrix
    return balanced
