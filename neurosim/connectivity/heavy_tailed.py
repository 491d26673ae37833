"""Heavy-tailed weights: independent numbers of a symmetric stable distribution, of which a few dominate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, positive, require_square, whole_number

__all__ = ["HeavyTailed"]


@dataclass(frozen=True)
class HeavyTailed(Connectivity):
    r"""Independent weights with heavy tails, :math:`W_{ij} = g\, z_{ij} / N^{1/\alpha}` with symmetric α-stable z.

    .. math:: \langle e^{ikz} \rangle = e^{-|k|^\alpha}, \qquad
              P(|z| > x) \sim \frac{2}{\pi} \Gamma(\alpha) \sin\frac{\pi\alpha}{2}\; x^{-\alpha}
              \quad (\alpha < 2).

    At α = 2 the weights are Gaussian **with variance** :math:`2 g^2/N`, and eigenvalues fill the disc of radius
    :math:`\sqrt2\, g`. Below, the variance is infinite: a few weights dominate the input of each unit, eigenvalues have
    no edge, and the largest modulus grows with N. See `neurosim.theory.bulk` for their radial distribution and
    `neurosim.theory.critical_gain` for the gain at which silence becomes unstable.

    Parameters
    ----------
    alpha : float, optional
        α, above 0 and at most 2; 1 is the Cauchy distribution.
    gain : float, optional
        g, at least 0.

    References
    ----------
    Y. Xie, S. Mihalas, Ł. Kuśmierz, NeurIPS (2025): chaos in such networks. C. Bordenave, P. Caputo, D. Chafaï, Commun.
    Math. Phys. 307, 513 (2011): eigenvalues. J. M. Chambers, C. L. Mallows, B. W. Stuck, J. Am. Stat. Assoc. 71, 340
    (1976): stable numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import HeavyTailed
    >>> weights = HeavyTailed(alpha=1.0).build(300, np.random.default_rng(0)).dense()
    >>> bool(np.abs(weights).max() > 100 * np.median(np.abs(weights)))
    True
    """

    alpha: float = 1.5
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if positive("HeavyTailed.alpha", self.alpha) > 2.0:
            raise ParameterError(
                f"HeavyTailed.alpha must be above 0 and at most 2, the Gaussian distribution (got {self.alpha!r})."
            )
        non_negative("HeavyTailed.gain", self.gain)

    @property
    def radius(self) -> float | None:
        r"""Radius :math:`\sqrt2\, g` of the disc of eigenvalues for large N at α = 2; None below, without an edge."""
        return float(np.sqrt(2.0) * self.gain) if self.alpha == 2.0 else None

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² uniform, then size² exponential numbers."""
        size = whole_number("size", size)
        require_square(size, matrices=4)
        weights = _stable(self.alpha, (size, size), rng)
        weights *= self.gain / size ** (1.0 / self.alpha)
        return Operator(weights)


def _stable(alpha: float, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    angle = np.pi * (rng.random(shape) - 0.5)
    waiting = rng.standard_exponential(shape)
    numbers = (np.cos((1.0 - alpha) * angle) / waiting) ** ((1.0 - alpha) / alpha)
    numbers *= np.sin(alpha * angle)
    numbers /= np.cos(angle) ** (1.0 / alpha)
    return numbers
