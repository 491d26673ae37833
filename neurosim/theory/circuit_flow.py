"""Averages over the units of a mixture of populations, as functions of the collective variables that drive them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.theory.averages import Averages

if TYPE_CHECKING:
    from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
    from neurosim.theory.loadings import Columns
    from neurosim.theory.unit import Unit

__all__ = ["TINY", "CircuitFlow"]

NARROWEST = 1e-6
"""Standard deviation of each loading, relative to the largest, that is added so that no population is narrow."""
TINY = 1e-200
"""Added to variances, so that those that vanish have a standard deviation to divide by."""


class CircuitFlow:
    r"""Averages :math:`\langle n_r \phi(h)\rangle` and :math:`\langle w_o \phi(h)\rangle` of normal loadings.

    Parameters
    ----------
    mixture : GaussianMixtureLowRank
    columns : Columns
        Which loadings are m, n, input weights, readout weights and bias.
    unit : Unit
        Time constant and nonlinearity.

    Notes
    -----
    For a vector c = (κ, v, w), h has the mean :math:`\mu_p \cdot c` and the variance :math:`c^T \Sigma_p c`, and its
    covariance with n is linear in c. All of it is a handful of small matrix products.
    """

    def __init__(self, mixture: GaussianMixtureLowRank, columns: Columns, unit: Unit) -> None:
        means, covariances, shares = mixture.means, mixture.covariances, mixture.weights
        drive, read = columns.driving, columns.reading
        self.rank, self.inputs, self.count = columns.rank, columns.inputs, len(drive)
        self.averages = Averages(unit.rate)
        variances = covariances[:, drive][:, :, drive]
        scale = (means[:, drive] ** 2 + np.diagonal(variances, axis1=1, axis2=2)).max()
        variances = variances + NARROWEST**2 * scale * np.eye(self.count)
        self._means = np.ascontiguousarray(means[:, drive].T)
        self._variances = variances.reshape(len(means), -1).T.copy()
        self._weighted_means = shares[:, None] * means[:, read]
        weighted = shares[:, None, None] * covariances[:, drive][:, :, read]
        self._weighted_covariances = weighted.reshape(-1, len(read))

    def rates(self, drive: np.ndarray) -> np.ndarray:
        """Averages of n φ and of readout weights times φ, shape (trials, rank + outputs); drive: (trials, driving)."""
        trials = len(drive)
        pairs = (drive[:, :, None] * drive[:, None, :]).reshape(trials, -1)
        mean, slope = self.averages(drive @ self._means, np.sqrt(pairs @ self._variances + TINY))
        along = (slope[:, :, None] * drive[:, None, :]).reshape(trials, -1)
        return mean @ self._weighted_means + along @ self._weighted_covariances

    @property
    def arrays(self) -> list[np.ndarray]:
        """Statistics of the populations and rules of their averages, as a compiled loop reads them.

        Means of the drive (populations, driving) and its covariances, means and covariances of what is read, weighted
        by the shares; then `Averages.rules`.
        """
        driving, populations = self._means.shape
        covariances = self._variances.T.reshape(populations, driving, driving)
        weighted = self._weighted_covariances.reshape(populations, driving, -1)
        statistics = (self._means.T, covariances, self._weighted_means, weighted)
        return [np.ascontiguousarray(part) for part in (*statistics, *self.averages.rules)]

    def drive(self, kappa: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        """Vectors c of κ (trials, rank), with v = inputs and w = 1."""
        vectors = np.ones((len(kappa), self.count))
        vectors[:, : self.rank] = kappa
        vectors[:, self.rank : self.rank + self.inputs] = inputs
        return vectors
