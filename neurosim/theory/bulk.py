"""Bulk of the eigenvalues of random weights: the disc or ring in the complex plane that they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.network import require_network
from neurosim.results.result import Result
from neurosim.theory.variance_profile import Perron, perron, share_within, unequal_variances
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Bulk", "bulk", "bulk_of"]

CONFIDENCE = 0.99
"""Probability that all eigenvalues of a complex Gaussian matrix lie within `Bulk.edge`."""

# Moduli of orthogonal weights are equal up to less than this.
ROUNDING = 1e-9
# Values of w, relative to the mean square singular value, on which the radial distribution is tabulated.
WEIGHTS = np.logspace(-12.0, 8.0, 2001)


@dataclass(frozen=True, eq=False)
class Bulk(Result):
    r"""Bulk of the eigenvalues of a large random matrix: a disc or ring that follows from its singular values.

    The matrix is :math:`U \Sigma V^T` with independent random rotations U and V. Its eigenvalues fill a ring
    around `center`: a disc for independent Gaussian weights (circular law), a circle for orthogonal ones.
    Standard deviations that differ between columns are covered (Rajan & Abbott 2006).

    Attributes
    ----------
    singular_values : ndarray
        Of the random part.
    center : float
        0 for weights; :math:`-1/\tau` for Jacobians.
    variances : ndarray, shape (units, units), or None
        Squares of the random part where they differ both between rows and between columns, as in networks of blocks:
        then rotations are not random, and the theory of independent entries holds instead. None otherwise.
    """

    singular_values: np.ndarray
    center: float = 0.0
    variances: np.ndarray | None = None

    @cached_property
    def _perron(self) -> Perron | None:
        return None if self.variances is None else perron(self.variances)

    @property
    def outer_radius(self) -> float:
        r""":math:`\langle s^2\rangle^{1/2}` of the singular values s, or that of `neurosim.theory.bulk_radius`."""
        if self._perron is not None:
            return self._perron.radius
        return float(np.sqrt(np.mean(self.singular_values**2))) if self.singular_values.size else 0.0

    @property
    def inner_radius(self) -> float:
        r""":math:`\langle s^{-2}\rangle^{-1/2}`; 0 for a singular matrix, about :math:`g/\sqrt N` for a Gaussian."""
        if self.variances is not None:
            return 0.0
        if not self.singular_values.size or self.singular_values.min() <= 1e-14 * self.singular_values.max():
            return 0.0
        return float(1.0 / np.sqrt(np.mean(self.singular_values**-2.0)))

    @property
    def edge(self) -> float:
        r"""Radius that the largest modulus exceeds in 1 to 3 % of random matrices of this size.

        The moduli of a complex Gaussian matrix are independent, with :math:`N|\lambda_k|^2` distributed as
        Gamma(k) (Kostlan 1992), which gives the quantile of the largest one exactly. Its distance to the outer
        radius scales as one over the root of the density at the edge, which brings in the factor
        :math:`(\langle s^4\rangle / \langle s^2\rangle^2 - 1)^{1/2}`: 1 for Gaussian, 0 for orthogonal weights.
        One in a hundred exceeds it if complex, two to three if real. With independent entries of different variances
        the factor is one over the root of the share of the units that the edge belongs to.
        """
        if self.outer_radius == 0.0:
            return 0.0
        size = len(self.singular_values)
        return self.outer_radius * (1.0 + self._softness() * (_largest_modulus(size) - 1.0) + ROUNDING)

    def _softness(self) -> float:
        """Root of the density at the edge of a disc of constant density, over that at this edge."""
        if self._perron is not None:
            return float(self._perron.participation**-0.5)
        squares = (self.singular_values / self.outer_radius) ** 2
        return float(np.sqrt(max(float(np.mean(squares**2)) - 1.0, 0.0)))

    def share_within(self, radius: float | np.ndarray) -> np.ndarray:
        r"""Share F of the eigenvalues at most this far from the center.

        .. math:: r^2 = \frac{\langle s^2/(w + s^2)\rangle}{\langle 1/(w + s^2)\rangle}, \qquad
                  F(r) = \Big\langle \frac{w}{w + s^2} \Big\rangle, \qquad 0 < w < \infty.

        Parameters
        ----------
        radius : float or ndarray

        Returns
        -------
        ndarray
            Of the shape of `radius`; for Gaussian weights :math:`(r/g)^2`. With `variances` see
            `neurosim.theory.variance_profile.share_within`, of about 100 products with them for each radius.
        """
        radius = finite("radius", radius, np.float64)
        if self.outer_radius == 0.0:
            return np.where(radius >= 0.0, 1.0, 0.0)
        if self.variances is not None:
            variances, edge = self.variances, self.outer_radius
            shares = [share_within(variances, r) if r < edge else 1.0 for r in np.ravel(radius)]
            return np.reshape(shares, np.shape(radius))
        squares = self.singular_values**2
        w = WEIGHTS[:, None] * np.mean(squares)
        resolvent = 1.0 / (w + squares)
        radii = np.sqrt((resolvent * squares).mean(axis=1) / resolvent.mean(axis=1))
        shares = (resolvent * w).mean(axis=1)
        inside = np.interp(radius, radii, shares)
        return np.where(radius >= self.outer_radius, 1.0, np.where(radius < self.inner_radius, 0.0, inside))


def bulk(network: Network) -> Bulk:
    """Bulk of the eigenvalues of the recurrent weights, without the low-rank part and the means of the columns.

    Parameters
    ----------
    network : Network
        Its weights are assumed to be random, apart from their low-rank part and the means of the columns.

    Returns
    -------
    Bulk
        Its radius is 0 for purely low-rank weights.

    Notes
    -----
    Costs a singular value decomposition, about 3 units³.

    References
    ----------
    U. Haagerup, F. Larsen, J. Funct. Anal. 176, 331 (2000); A. Guionnet, M. Krishnapur, O. Zeitouni, Ann. Math.
    174, 1189 (2011); E. Kostlan, Linear Algebra Appl. 162, 385 (1992).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.theory.bulk import bulk
    >>> rotation = ns.Network(ns.LeakyCurrent("tanh"), ns.Orthogonal(gain=1.2), size=50, rng=0)
    >>> round(bulk(rotation).inner_radius, 10), round(bulk(rotation).outer_radius, 10)
    (1.2, 1.2)
    """
    base = require_network(network).recurrent.base
    if base is None:
        return Bulk(np.zeros(network.size))
    return bulk_of(Operator(base).dense(), np.ones(network.size))


def bulk_of(matrix: np.ndarray, shared: np.ndarray, center: float = 0.0) -> Bulk:
    """Bulk of a matrix without its component along one direction, which holds the means of the columns.

    Parameters
    ----------
    matrix : ndarray, shape (units, units)
    shared : ndarray, shape (units,)
        Direction of the component that is removed: ones for weights.
    center : float, optional
    """
    direction = np.asarray(shared, np.float64) / np.linalg.norm(shared)
    rest = matrix - np.outer(direction, direction @ matrix)
    # the last singular value is that of the direction that was removed
    return Bulk(np.linalg.svd(rest, compute_uv=False)[:-1], center, unequal_variances(rest**2))


def _largest_modulus(size: int) -> float:
    """Quantile of the largest modulus of a complex Gaussian matrix with variance 1 / size."""
    from scipy.optimize import brentq
    from scipy.special import gammainc

    order = np.arange(1, size + 1)

    def excess(modulus: float) -> float:
        return float(np.prod(gammainc(order, size * modulus**2))) - CONFIDENCE

    return float(brentq(excess, 0.5, 1.0 + 5.0 / np.sqrt(size)))
