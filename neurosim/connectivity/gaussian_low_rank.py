"""Low-rank weights from jointly Gaussian random vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.declaration import Parameter
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import non_negative, whole_number

__all__ = ["GaussianLowRank"]

ROUNDING = 1e-12
"""Rounding error allowed for a correlation of 1."""


@dataclass(frozen=True)
class GaussianLowRank(Connectivity):
    r"""Low-rank weights :math:`W = \frac1N \sum_k m_k n_k^T` from jointly Gaussian random vectors.

    Each unit has 2 rank numbers :math:`(m_1, ..., m_K, n_1, ..., n_K)`, drawn independently of all other
    units with the given means and standard deviations. Left vectors are uncorrelated among themselves, and so
    are right vectors; the covariance of the entries of :math:`m_k` and :math:`n_l` is ``overlap[k, l]``.

    For large N the non-zero eigenvalues of W are those of the matrix
    :math:`\mathrm{mean}(m_k)\,\mathrm{mean}(n_l) + \mathrm{overlap}_{kl}`, up to fluctuations of order
    :math:`1/\sqrt N`. Added to `Gaussian` connectivity of gain g they are outliers of its disc where their
    modulus exceeds g, and the silent state is unstable when the largest exceeds 1.

    Parameters
    ----------
    rank : int, optional
        Number K of pairs of vectors.
    mean_left, mean_right : float or array of shape (rank,), optional
        Means of the entries.
    std_left, std_right : float or array of shape (rank,), optional
        Standard deviations of the entries, at least 0.
    overlap : float or array of shape (rank, rank), optional
        Covariances; one number c means that :math:`m_k` and :math:`n_k` have covariance c, and different
        pairs none.

    Raises
    ------
    ParameterError
        When no joint distribution has these covariances: the matrix
        :math:`\mathrm{overlap}_{kl} / (\mathrm{std}(m_k)\,\mathrm{std}(n_l))` must have no singular value
        above 1; for rank one, :math:`|\mathrm{overlap}| \le \mathrm{std}(m)\,\mathrm{std}(n)`.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018); several pairs: A. Dubreuil, A. Valente,
    M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import GaussianLowRank
    >>> structure = GaussianLowRank(mean_left=1.1, mean_right=2.0)
    >>> operator = structure.build(1_000_000, np.random.default_rng(0))
    >>> round(float(operator.eigenvalues()[0].real), 1)
    2.2
    """

    rank: int = 1
    mean_left: Parameter = 0.0
    mean_right: Parameter = 0.0
    std_left: Parameter = 1.0
    std_right: Parameter = 1.0
    overlap: Parameter = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("GaussianLowRank.rank", self.rank)
        for name in ("mean_left", "mean_right", "std_left", "std_right"):
            self._require_shape(name, (self.rank,))
        self._require_shape("overlap", (self.rank, self.rank))
        for name in ("std_left", "std_right"):
            non_negative(f"GaussianLowRank.{name}", float(np.min(getattr(self, name))))
        self._require_possible()

    def _require_shape(self, name: str, shape: tuple[int, ...]) -> None:
        given = np.shape(getattr(self, name))
        if given not in ((), shape):
            raise ShapeError(
                f"GaussianLowRank.{name} must be one number, or have shape {shape} (got shape {given})."
            )

    def _require_possible(self) -> None:
        overlap, scale = self._overlaps(), self._scales()
        if np.any(overlap[scale == 0.0] != 0.0):
            raise ParameterError(
                f"GaussianLowRank.overlap must be 0 where a standard deviation is 0 (got {self.overlap!r}), since a "
                f"constant has no covariance."
            )
        largest = float(np.linalg.norm(self._correlations(), 2))
        if largest > 1.0 + ROUNDING:
            limit = "" if np.ndim(self.overlap) else f", which is {np.diag(scale).min():.6g} here"
            raise ParameterError(
                f"GaussianLowRank.overlap must be at most std_left * std_right{limit} (got {self.overlap!r}, too "
                f"large by a factor of {largest:.6g}); divide it by that."
            )

    def _overlaps(self) -> np.ndarray:
        overlap = np.asarray(self.overlap)
        return overlap if overlap.ndim else np.eye(self.rank) * overlap

    def _scales(self) -> np.ndarray:
        left, right = (np.broadcast_to(std, self.rank) for std in (self.std_left, self.std_right))
        return np.multiply.outer(left, right)

    def _correlations(self) -> np.ndarray:
        scale = self._scales()
        return self._overlaps() / np.where(scale == 0.0, 1.0, scale)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        r"""Operator of two factors; draws 2 size rank normal numbers.

        With independent normal x, y and the correlations :math:`\rho`: :math:`m = x`,
        :math:`n = x \rho + y (1 - \rho^T \rho)^{1/2}`, then scaled and shifted.
        """
        size = whole_number("size", size)
        left = rng.standard_normal((size, self.rank))
        right = rng.standard_normal((size, self.rank))
        correlations = self._correlations()
        right = left @ correlations + right @ _root(np.eye(self.rank) - correlations.T @ correlations)
        right *= self.std_right
        right += self.mean_right
        left *= self.std_left
        left += self.mean_left
        right /= size
        return Operator(left=left, right=right)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Symmetric square root of a symmetric positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
