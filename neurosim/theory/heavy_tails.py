"""Eigenvalues of heavy-tailed random weights: their radial distribution, and the largest modulus at a given size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.heavy_tailed import HeavyTailed
from neurosim.results.result import Result
from neurosim.theory.ensemble import random_term
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["HeavyTailedBulk", "growth", "heavy_tailed_bulk"]

# Points of the quadratures, values of the logarithm of a positive stable number, and step of the logarithm of s.
POINTS, BINS, STEP = 160, 400, 0.2


@dataclass(frozen=True)
class HeavyTailedBulk(Result):
    r"""Eigenvalues of a large matrix :math:`W_{ij} = g\, z_{ij} / N^{1/\alpha}` with symmetric α-stable z, α < 2.

    Their density is isotropic about `center` and nowhere zero: there is no edge, so that no eigenvalue is an outlier.

    Attributes
    ----------
    alpha, gain : float
    size : int
        N.
    center : float
        0 for weights.
    """

    alpha: float
    gain: float
    size: int
    center: float = 0.0

    @property
    def inner_radius(self) -> float:
        """0."""
        return 0.0

    @property
    def edge(self) -> float:
        """Infinity: the distribution of eigenvalues has no edge."""
        return float("inf")

    @cached_property
    def outer_radius(self) -> float:
        r"""Typical largest modulus at this size, g times the exponential of `growth`; networks differ by 30 %."""
        return self.gain * float(np.exp(growth(self.alpha, self.size)))

    @property
    def outline(self) -> np.ndarray:
        """Circle of the typical largest modulus, complex numbers."""
        return self.center + self.outer_radius * np.exp(2j * np.pi * np.linspace(0.0, 1.0, 400))

    def contains(self, values: np.ndarray) -> np.ndarray:
        """Whether eigenvalues belong to the bulk: all do."""
        return np.ones(np.shape(values), bool)

    def share_within(self, radius: float | np.ndarray) -> np.ndarray:
        r"""Share F of the eigenvalues at most this far from the center, as the network grows.

        The resolvent of the matrix and its adjoint, at a distance r from the center, has diagonal entries

        .. math:: q \sim \frac{y b}{r^2 + y^2 a b}, \qquad
                  1 = c \left\langle \Big(\frac{b}{r^2 + y^2 a b}\Big)^{\alpha/2} \right\rangle, \qquad
                  F(r) = \left\langle \frac{r^2}{r^2 + y^2 a b} \right\rangle,

        for the sums over a row and over a column, y a and y b, of squared weights times such entries are positive
        α/2-stable numbers: :math:`\langle e^{-sa}\rangle = e^{-s^{\alpha/2}}`, with
        :math:`c = 2^{\alpha} \Gamma(\frac{\alpha+1}{2}) / \sqrt\pi` because
        :math:`\langle e^{-s z^2}\rangle = \langle e^{-(2s)^{\alpha/2} |\xi|^\alpha} \rangle`, ξ normal, for one z of
        many. At α = 2, where a = b = 1 and c = 2, this is :math:`F = r^2/2`.

        Parameters
        ----------
        radius : float or ndarray

        Returns
        -------
        ndarray
            Of the shape of `radius`; right to 1e-3. About 0.1 s for each radius.

        References
        ----------
        C. Bordenave, P. Caputo, D. Chafaï, Commun. Math. Phys. 307, 513 (2011).
        """
        radius = finite("radius", radius, np.float64)
        if self.gain == 0.0:
            return np.where(radius >= 0.0, 1.0, 0.0)
        shares = [_share(self.alpha, r / self.gain) if r > 0.0 else 0.0 for r in np.ravel(radius)]
        return np.reshape(shares, np.shape(radius))


def heavy_tailed_bulk(network: Network) -> HeavyTailedBulk | None:
    """Bulk of the eigenvalues of a network whose declared random weights have infinite variance; None for others."""
    term = random_term(network, HeavyTailed)
    if term is None or term[0].alpha == 2.0:
        return None
    connectivity, factor = term
    return HeavyTailedBulk(connectivity.alpha, abs(factor) * connectivity.gain, network.size)


@lru_cache(maxsize=64)
def growth(alpha: float, size: int) -> float:
    r"""Mean logarithmic growth of a vector that is multiplied by independent heavy-tailed matrices of unit gain.

    A sum of independent α-stable numbers :math:`z_j` with coefficients :math:`x_j` is distributed as z times
    :math:`(\sum |x_j|^\alpha)^{1/\alpha}`. Therefore :math:`x \leftarrow N^{-1/\alpha} z x` multiplies the norm
    :math:`(\sum |x_j|^\alpha)^{1/\alpha}` by :math:`(N^{-1} \sum_{i=1}^N |z_i|^\alpha)^{1/\alpha}` with independent z,
    whatever x was, and

    .. math:: \text{growth} = \frac1\alpha \left\langle \ln \frac1N \sum_{i=1}^N |z_i|^\alpha \right\rangle .

    It is ln √2 at α = 2, and for α < 2, where :math:`\langle |z|^\alpha \rangle = \infty`, it grows with N as
    :math:`\ln(\ln N) / \alpha`. One matrix that is applied again and again grows by its spectral radius: its median
    logarithm is about the same, 0.04 lower for 60 to 120 units at α = 1.5, and single matrices scatter by 0.4.

    Parameters
    ----------
    alpha : float
    size : int
        N.

    Notes
    -----
    With :math:`S = N^{-1} \sum p_i, p = |z|^\alpha`, :math:`\langle\ln S\rangle = \int_0^\infty
    (e^{-s} - \langle e^{-s p/N} \rangle^N)\, ds/s` (Frullani), by quadrature: right to 1e-6.

    References
    ----------
    Y. Xie, S. Mihalas, Ł. Kuśmierz, NeurIPS (2025).
    """
    powers, weights = _powers(alpha)
    exponents = np.arange(-60.0, 6.0, STEP)
    scales = np.exp(exponents)
    short = np.array([-weights @ np.expm1(-scale / size * powers) for scale in scales])
    return STEP * float(np.sum(np.exp(-scales) - np.exp(size * np.log1p(-np.minimum(short, 1.0))))) / alpha


def _halves() -> tuple[np.ndarray, np.ndarray]:
    """Points of the logistic distribution on (0, 1), dense towards both ends, and their weights."""
    places = np.linspace(-40.0, 40.0, POINTS)
    points = 1.0 / (1.0 + np.exp(places))
    return points, _normalize(points / (1.0 + np.exp(-places)))


def _waiting_times() -> tuple[np.ndarray, np.ndarray]:
    """Points of the exponential distribution, dense towards 0, and their weights."""
    times = np.exp(np.linspace(-42.0, 4.5, POINTS))
    return times, _normalize(times * np.exp(-times))


def _normalize(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()


def _powers(alpha: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Values of :math:`|z|^\alpha` and their weights (Chambers, Mallows & Stuck 1976)."""
    (share, share_weights), (times, time_weights) = _halves(), _waiting_times()
    beside = 0.5 * np.pi * share
    angle = 0.5 * np.pi - beside
    tangent = np.sin(alpha * angle) ** 2
    fixed = tangent ** (0.5 * alpha) / np.sin(beside) * np.cos((1.0 - alpha) * angle) ** (1.0 - alpha)
    weights = np.multiply.outer(share_weights, time_weights)
    kept = weights > 1e-25
    return np.multiply.outer(fixed, times ** (alpha - 1.0))[kept], weights[kept]


@lru_cache(maxsize=8)
def _positive_stable(order: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Logarithms of a number a with :math:`\langle e^{-sa}\rangle = e^{-s^\beta}`, and their weights (Kanter 1975)."""
    (share, share_weights), (times, time_weights) = _halves(), _waiting_times()
    angle = np.pi * share
    # the sine near π from the distance to π, which the next point holds
    sine = np.sin(np.pi * np.minimum(share, share[::-1]))
    fixed = np.log(np.sin((1.0 - order) * angle)) - np.log(sine) / (1.0 - order)
    fixed += order / (1.0 - order) * np.log(np.sin(order * angle))
    logarithms = (1.0 - order) / order * np.subtract.outer(fixed, np.log(times))
    weights = np.multiply.outer(share_weights, time_weights)
    kept = weights > 1e-18
    logarithms, weights = logarithms[kept], weights[kept]
    ends = np.linspace(logarithms.min(), logarithms.max(), BINS + 1)
    bins = np.clip(np.searchsorted(ends, logarithms) - 1, 0, BINS - 1)
    mass = np.bincount(bins, weights, BINS)
    filled = mass > 0.0
    return (np.bincount(bins, weights * logarithms, BINS)[filled] / mass[filled]), mass[filled]


def _share(alpha: float, radius: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import gamma

    order = 0.5 * alpha
    logarithms, weights = _positive_stable(order)
    joint = np.multiply.outer(weights, weights)
    products = np.exp(np.add.outer(logarithms, logarithms))
    scale = 2.0**alpha * gamma(0.5 * (alpha + 1.0)) / np.sqrt(np.pi)

    def excess(log_y: float) -> float:
        entries = np.exp(order * (logarithms - np.log(radius**2 + np.exp(2.0 * log_y) * products)))
        return float(np.log(scale * np.sum(joint * entries)))

    square = np.exp(2.0 * brentq(excess, -60.0, 40.0, xtol=1e-10))
    return float(np.sum(joint * radius**2 / (radius**2 + square * products)))
