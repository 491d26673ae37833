"""Change of the recurrent weights by training: its singular values and its overlap with input and readout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.network_arguments import require_network
from neurosim.results.result import Result

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["WeightChange", "weight_change"]

# Share of the largest singular value below which others are rounding.
NEGLIGIBLE = 1e-12


@dataclass(frozen=True, eq=False)
class WeightChange(Result):
    r"""Change of the recurrent weights by training, :math:`\Delta W = \sum_k s_k u_k v_k^T`.

    Attributes
    ----------
    matrix : ndarray, shape (units, units)
        After minus before.
    relative : float
        Frobenius norm of the change divided by that of the weights before; infinite if those were zero.
    singular_values : ndarray, shape (rank,)
        Descending, above rounding.
    left, right : ndarray, shape (units, rank)
        Singular vectors as columns: activity along v is written to the direction u.
    overlaps : dict of str to ndarray, shape (rank,)
        Share of each vector, between 0 and 1, that lies in the span of weights of the network after training:
        ``"left in input"``, ``"right in input"``, ``"left in readout"``, ``"right in readout"``. 0 for a network
        without such channels.
    chance : dict of str to float
        Mean of these shares for a random vector, ``"input"`` and ``"readout"``: dimension of the span / units. The
        share of a random vector scatters about it with a standard deviation of about sqrt(2 dimension) / units.
    """

    matrix: np.ndarray
    relative: float
    singular_values: np.ndarray
    left: np.ndarray
    right: np.ndarray
    overlaps: dict[str, np.ndarray]
    chance: dict[str, float]

    @property
    def participation_ratio(self) -> float:
        r"""Effective rank, :math:`(\sum s_k^2)^2 / \sum s_k^4`."""
        squares = self.singular_values**2
        return float(squares.sum() ** 2 / (squares**2).sum())

    @property
    def shares(self) -> np.ndarray:
        """Share of the squared norm in the first 1, 2, ... singular values, shape (rank,)."""
        squares = self.singular_values**2
        return np.cumsum(squares) / squares.sum()

    def truncate(self, rank: int) -> np.ndarray:
        """Best approximation of the change by a matrix of some rank, shape (units, units)."""
        return (self.left[:, :rank] * self.singular_values[:rank]) @ self.right[:, :rank].T


def weight_change(before: Network, after: Network) -> WeightChange:
    """Change of the recurrent weights by training, by singular value decomposition.

    Parameters
    ----------
    before, after : Network
        Of the same size.

    Returns
    -------
    WeightChange

    Raises
    ------
    ShapeError
        When the networks have different sizes.
    ParameterError
        When the recurrent weights are the same.

    Notes
    -----
    Costs a singular value decomposition, about 20 units³.

    References
    ----------
    F. Schuessler, F. Mastrogiuseppe, A. Dubreuil, S. Ostojic, O. Barak, NeurIPS 33, 13352 (2020).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> before = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=10, rng=0)
    >>> learned = before.recurrent + ns.Operator(left=np.ones((10, 1)), right=np.ones((10, 1)))
    >>> change = ns.analysis.weight_change(before, before.replace(recurrent=learned))
    >>> round(change.participation_ratio, 9), change.singular_values.round(9)
    (1.0, array([10.]))
    """
    require_network(before, "before")
    require_network(after, "after")
    if before.size != after.size:
        raise ShapeError(f"after must have {before.size} units, as before (got {after.size}).")
    old = before.recurrent.dense().astype(np.float64)
    matrix = after.recurrent.dense() - old
    if not matrix.any():
        raise ParameterError(
            "after must differ from before in its recurrent weights (got the same ones); try the network before and "
            "after training."
        )
    left, values, right = np.linalg.svd(matrix)
    # differences of weights of this size are rounding
    floor = max(NEGLIGIBLE * values[0], 4.0 * np.finfo(after.dtype).eps * np.abs(old).max())
    rank = max(int((values > floor).sum()), 1)
    left, right = left[:, :rank], right[:rank].T
    spans = {"input": after.input_weights, "readout": after.readout_weights.T}
    norm = float(np.linalg.norm(old))
    return WeightChange(
        matrix=matrix,
        relative=float(np.linalg.norm(matrix)) / norm if norm > 0.0 else float("inf"),
        singular_values=values[:rank],
        left=left,
        right=right,
        overlaps={
            f"{side} in {name}": _share_in_span(vectors, span)
            for name, span in spans.items()
            for side, vectors in (("left", left), ("right", right))
        },
        chance={name: _basis(span).shape[1] / after.size for name, span in spans.items()},
    )


def _share_in_span(vectors: np.ndarray, span: np.ndarray) -> np.ndarray:
    return ((_basis(span).T @ vectors) ** 2).sum(axis=0)


def _basis(span: np.ndarray) -> np.ndarray:
    """Orthonormal basis of the span of columns, shape (units, dimension)."""
    from scipy.linalg import orth

    if span.size == 0 or not span.any():
        return np.zeros((len(span), 0))
    return orth(span.astype(np.float64))
