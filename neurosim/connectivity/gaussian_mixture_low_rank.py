"""Low-rank weights from populations of units, whose vectors are jointly Gaussian within each population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, whole_number

__all__ = ["GaussianMixtureLowRank"]

ROUNDING = 1e-10
"""Negative eigenvalue of a covariance, relative to the largest, that counts as rounding."""


@dataclass(frozen=True)
class GaussianMixtureLowRank(Connectivity):
    r"""Low-rank weights :math:`W = \frac1N \sum_k m_k n_k^T` of units that belong to populations.

    A unit is of population p with the probability ``weights[p]``. Its loadings
    :math:`(m_1, ..., m_K, n_1, ..., n_K, ...)` are then normal with the mean ``means[p]`` and the covariance
    ``covariances[p]``, independently of all other units. Loadings after the first 2 rank do not enter W: they are the
    unit's input weights, its readout weights (times N) and its bias, where these depend on m and n; see `loadings`.

    For large N the non-zero eigenvalues of W are those of :math:`\sum_p \alpha_p \langle n_k m_l \rangle_p`, up to
    fluctuations of order :math:`1/\sqrt N`, which `matched` removes. One population is `GaussianLowRank`, with any
    covariances among left and among right vectors.

    Parameters
    ----------
    weights : array, shape (populations,)
        Shares of the units, :math:`\alpha_p`. They add up to 1.
    means : array, shape (populations, loadings)
        With 2 rank loadings or more: m first, then n.
    covariances : array, shape (populations, loadings, loadings)
    rank : int, optional
        Number K of pairs of vectors.
    matched : bool, optional
        Whether the units that are drawn have these shares (rounded to whole units), means and covariances exactly: each
        population is then shifted and scaled, and must have more units than there are loadings. Default: they
        fluctuate, as those of independent units do.

    Raises
    ------
    ParameterError
        When shares are negative or do not add up to 1, or a covariance matrix is not symmetric or has a negative
        eigenvalue.

    References
    ----------
    M. Beiran, A. Dubreuil, A. Valente, F. Mastrogiuseppe, S. Ostojic, Neural Comput. 33, 1572 (2021); A. Dubreuil,
    A. Valente, M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022).

    Examples
    --------
    Half of the units excite the collective variable, the others inhibit it, with a net eigenvalue of 2 - 0.5 = 1.5:

    >>> import numpy as np
    >>> from neurosim.connectivity import GaussianMixtureLowRank
    >>> covariances = np.array([[[1.0, 4.0], [4.0, 16.1]], [[1.0, -1.0], [-1.0, 1.1]]])
    >>> structure = GaussianMixtureLowRank([0.5, 0.5], np.zeros((2, 2)), covariances)
    >>> operator = structure.build(1_000_000, np.random.default_rng(0))
    >>> round(float(operator.eigenvalues()[0].real), 1)
    1.5
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    rank: int = 1
    matched: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("GaussianMixtureLowRank.rank", self.rank)
        for name in ("weights", "means", "covariances"):
            array = np.array(finite(f"GaussianMixtureLowRank.{name}", getattr(self, name), np.float64))
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        self._require_shapes()
        self._require_shares()
        self._require_possible()

    def _require_shapes(self) -> None:
        populations = self.weights.size
        loadings = self.means.shape[-1] if self.means.ndim else 0
        wanted = {
            "weights": (populations,),
            "means": (populations, loadings),
            "covariances": (populations, loadings, loadings),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape or not populations:
                raise ShapeError(
                    f"GaussianMixtureLowRank.{name} must have shape {shape} for {populations} populations with "
                    f"{loadings} loadings (got {getattr(self, name).shape})."
                )
        if loadings < 2 * self.rank:
            raise ShapeError(
                f"GaussianMixtureLowRank.means must have at least {2 * self.rank} loadings for rank = {self.rank}, m "
                f"and n of each pair (got {loadings}); lower the rank, or give all loadings."
            )

    def _require_shares(self) -> None:
        if self.weights.min() < 0.0 or abs(self.weights.sum() - 1.0) > 1e-8:
            raise ParameterError(
                f"GaussianMixtureLowRank.weights must be shares of units that add up to 1 (got "
                f"{self.weights.tolist()}); divide them by their sum."
            )

    def _require_possible(self) -> None:
        for p, matrix in enumerate(self.covariances):
            scale = float(np.abs(matrix).max())
            if np.abs(matrix - matrix.T).max() > 1e-8 * scale:
                raise ParameterError(
                    f"GaussianMixtureLowRank.covariances[{p}] must be symmetric (got a matrix that is not); "
                    f"try 0.5 * (matrix + matrix.T)."
                )
            lowest = float(np.linalg.eigvalsh(matrix)[0])
            if lowest < -ROUNDING * scale:
                raise ParameterError(
                    f"GaussianMixtureLowRank.covariances[{p}] must have no negative eigenvalue, as no covariances of "
                    f"random numbers have (got {lowest:.4g}); try smaller covariances or larger variances."
                )

    @property
    def populations(self) -> int:
        """Number of populations."""
        return len(self.weights)

    def loadings(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Loadings of `size` units, shape (size, loadings), as `build` draws them from the same generator state.

        The normal numbers are drawn loading by loading, and then the population of each unit, unless there is one only.
        """
        size = whole_number("size", size)
        normal = rng.standard_normal((self.means.shape[1], size)).T
        member = self._members(size, rng)
        values = np.empty_like(normal)
        for p, matrix in enumerate(self.covariances):
            own = member == p
            numbers = _standardized(p, normal[own]) if self.matched else normal[own]
            values[own] = numbers @ triangular_root(matrix).T + self.means[p]
        return values

    def _members(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Population of each unit."""
        if self.populations == 1:
            return np.zeros(size, np.intp)
        if self.matched:
            ends = np.rint(np.cumsum(self.weights) * size).astype(np.intp)
            return rng.permutation(
                np.searchsorted(ends, np.arange(size), side="right").clip(max=len(ends) - 1)
            )
        return rng.choice(self.populations, size, p=self.weights / self.weights.sum())

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Operator of two factors; draws size (loadings + 1) numbers, or size loadings of them for one population."""
        values = self.loadings(size, rng)
        left, right = values[:, : self.rank], values[:, self.rank : 2 * self.rank] / size
        return Operator(left=left, right=right)


def _standardized(population: int, normal: np.ndarray) -> np.ndarray:
    """Numbers with mean exactly 0 and covariance exactly 1 in each column."""
    units, loadings = normal.shape
    if units <= loadings:
        raise ShapeError(
            f"size must give population {population} more than {loadings} units, the number of loadings, to match its "
            f"covariances (got {units}); try a larger size, or matched=False."
        )
    centered = normal - normal.mean(axis=0)
    root = np.linalg.cholesky(centered.T @ centered / units)
    return np.linalg.solve(root, centered.T).T


def triangular_root(matrix: np.ndarray) -> np.ndarray:
    """Lower triangular L with L Lᵀ equal to a positive semidefinite matrix, column by column as Cholesky.

    Directions without variance have a column of zeros, where Cholesky's method would fail.
    """
    rest, root = matrix.copy(), np.zeros_like(matrix)
    for k in range(len(matrix)):
        if rest[k, k] > ROUNDING * matrix[k, k]:
            root[k:, k] = rest[k:, k] / np.sqrt(rest[k, k])
            rest[k:, k:] -= np.multiply.outer(root[k:, k], root[k:, k])
    return root
