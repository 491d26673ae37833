"""Bulk of the eigenvalues of random weights: the disc or ring in the complex plane that they fill."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.network_arguments import require_network
from neurosim.results.result import Result
from neurosim.theory.gain import column_means, gain_of
from neurosim.theory.heavy_tails import HeavyTailedBulk, heavy_tailed_bulk
from neurosim.theory.reciprocity import reciprocity
from neurosim.theory.variance_profile import Perron, perron, rows_differ, share_within, unequal_variances
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Bulk", "bulk", "bulk_of", "bulk_radius"]

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
    Standard deviations that differ between columns are covered (Rajan & Abbott 2006). Where reciprocal weights are
    correlated, the disc of independent Gaussian weights becomes an ellipse of the same area law: the points
    :math:`(1 + \eta) x + i (1 - \eta) y` of the points x + i y of the disc.

    Attributes
    ----------
    singular_values : ndarray
        Of the random part.
    center : float
        0 for weights; :math:`-1/\tau` for Jacobians.
    variances : ndarray, shape (units, units), or None
        Squares of the random part where they differ both between rows and between columns, as in networks of blocks:
        then rotations are not random, and the theory of independent entries holds instead. None otherwise.
    symmetry : float
        Correlation η of reciprocal weights. Radii and shares are those of the disc before it is stretched.
    """

    singular_values: np.ndarray
    center: float = 0.0
    variances: np.ndarray | None = None
    symmetry: float = 0.0

    @cached_property
    def _perron(self) -> Perron | None:
        return None if self.variances is None else perron(self.variances)

    @property
    def outer_radius(self) -> float:
        r""":math:`\langle s^2\rangle^{1/2}` of the singular values s, or that of `bulk_radius`."""
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

    @property
    def outline(self) -> np.ndarray:
        """Outer boundary for large networks, complex numbers along a circle or an ellipse."""
        turn = np.exp(2j * np.pi * np.linspace(0.0, 1.0, 400))
        stretched = (1.0 + self.symmetry) * turn.real + 1j * (1.0 - self.symmetry) * turn.imag
        return self.center + self.outer_radius * stretched

    def contains(self, values: np.ndarray) -> np.ndarray:
        """Whether eigenvalues lie within the edge, an array of the shape of `values`."""
        return self.distances(values) <= self.edge

    def distances(self, values: np.ndarray) -> np.ndarray:
        """Distances from the center, of an ellipse after it is pressed into a disc."""
        shifted = np.asarray(values) - self.center
        if self.symmetry == 0.0:
            return np.abs(shifted)
        # of a symmetric or antisymmetric matrix only one part is not zero
        along, across = 1.0 + self.symmetry, 1.0 - self.symmetry
        real, imaginary = shifted.real / max(along, 1e-9), shifted.imag / max(across, 1e-9)
        return np.hypot(real, imaginary)

    def share_within(self, radius: float | np.ndarray) -> np.ndarray:
        r"""Share F of the eigenvalues at most this far from the center, by `distances`.

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
        if abs(self.symmetry) == 1.0:
            return _share_of_semicircle(np.clip(radius / self.outer_radius, 0.0, 1.0))
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


def bulk(network: Network) -> Bulk | HeavyTailedBulk:
    """Bulk of the eigenvalues of the recurrent weights, without the low-rank part and the means of the columns.

    Parameters
    ----------
    network : Network
        Its weights are assumed to be random, apart from their low-rank part and the means of the columns.

    Returns
    -------
    Bulk or HeavyTailedBulk
        Its radius is 0 for purely low-rank weights. The latter for a declared `HeavyTailed` connectivity with α < 2.

    Notes
    -----
    Costs a singular value decomposition, about 3 units³.

    References
    ----------
    U. Haagerup, F. Larsen, J. Funct. Anal. 176, 331 (2000); A. Guionnet, M. Krishnapur, O. Zeitouni, Ann. Math.
    174, 1189 (2011); E. Kostlan, Linear Algebra Appl. 162, 385 (1992). Ellipse: H. J. Sommers, A. Crisanti,
    H. Sompolinsky, Y. Stein, Phys. Rev. Lett. 60, 1895 (1988). Heavy tails: C. Bordenave, P. Caputo, D. Chafaï, Commun.
    Math. Phys. 307, 513 (2011).

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
    heavy = heavy_tailed_bulk(network)
    if heavy is not None:
        return heavy
    return bulk_of(Operator(base).dense(), np.ones(network.size), symmetry=reciprocity(network))


def bulk_radius(network: Network) -> float:
    r"""Radius of the disc that the eigenvalues of the recurrent weights fill as the network grows.

    The circular law gives the gain g for independent weights of variance :math:`g^2/N`; orthogonal ones lie
    on the circle. Columns may differ: with excitatory and inhibitory standard deviations it is
    :math:`R^2 = f\sigma_E^2 + (1-f)\sigma_I^2`. Where variances differ between rows and between columns, as between
    blocks of units, :math:`R^2` is the largest eigenvalue of the matrix of variances. Means of columns and low-rank
    parts add outliers and leave the disc as it is. Of the ellipse of partially symmetric weights it is the longer
    semi-axis, g (1 + abs(η)), and of heavy-tailed weights, whose eigenvalues have no edge, the typical largest modulus
    at this size.

    Parameters
    ----------
    network : Network

    Returns
    -------
    float
        0 for purely low-rank weights.

    Notes
    -----
    Costs units² for each of about ten iterations where variances differ, else units².

    References
    ----------
    K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006). Blocks: J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev.
    Lett. 114, 088101 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> blocks = np.kron([[3.0, 0.0], [0.0, 0.1]], np.ones((200, 200)))
    >>> weights = blocks * np.random.default_rng(0).standard_normal((400, 400)) / 20.0
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(weights), size=400, rng=0)
    >>> expected = float(np.sqrt(0.5 * 3.0**2))
    >>> round(ns.theory.bulk_radius(network) / expected, 1), round(ns.theory.gain_of(network) / expected, 1)
    (1.0, 0.7)
    """
    base = require_network(network).recurrent.base
    heavy = heavy_tailed_bulk(network)
    if heavy is not None:
        return heavy.outer_radius
    if base is None or not rows_differ(base, column_means(network)):
        return gain_of(network) * (1.0 + abs(reciprocity(network)))
    variances = unequal_variances(Operator(base).dense() - column_means(network))
    return gain_of(network) if variances is None else perron(variances).radius


def bulk_of(matrix: np.ndarray, shared: np.ndarray, center: float = 0.0, symmetry: float = 0.0) -> Bulk:
    """Bulk of a matrix without its component along one direction, which holds the means of the columns.

    Parameters
    ----------
    matrix : ndarray, shape (units, units)
    shared : ndarray, shape (units,)
        Direction of the component that is removed: ones for weights.
    center, symmetry : float, optional
        As in `Bulk`.
    """
    direction = np.asarray(shared, np.float64) / np.linalg.norm(shared)
    rest = matrix - np.outer(direction, direction @ matrix)
    # the last singular value is that of the direction that was removed
    variances = unequal_variances(rest) if symmetry == 0.0 else None
    return Bulk(np.linalg.svd(rest, compute_uv=False)[:-1], center, variances, symmetry)


def _share_of_semicircle(radius: np.ndarray) -> np.ndarray:
    """Share of the eigenvalues of a symmetric matrix within a part of the radius (Wigner 1955)."""
    return 2.0 / np.pi * (radius * np.sqrt(1.0 - radius**2) + np.arcsin(radius))


def _largest_modulus(size: int) -> float:
    """Quantile of the largest modulus of a complex Gaussian matrix with variance 1 / size."""
    from scipy.optimize import brentq
    from scipy.special import gammainc

    order = np.arange(1, size + 1)

    def excess(modulus: float) -> float:
        return float(np.prod(gammainc(order, size * modulus**2))) - CONFIDENCE

    return float(brentq(excess, 0.5, 1.0 + 5.0 / np.sqrt(size)))
