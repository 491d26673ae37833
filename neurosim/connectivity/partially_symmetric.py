"""Partially symmetric weights: Gaussian numbers, correlated between the two directions of a pair of units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, require_square, whole_number

__all__ = ["PartiallySymmetric"]


@dataclass(frozen=True)
class PartiallySymmetric(Connectivity):
    r"""Gaussian weights of which reciprocal ones are correlated, :math:`\langle W_{ij} W_{ji} \rangle = \eta\, g^2/N`.

    .. math:: W = \frac{g}{\sqrt N} \left( \cos\theta\, \frac{X + X^T}{\sqrt2}
              + \sin\theta\, \frac{X - X^T}{\sqrt2} \right), \qquad \eta = \cos 2\theta,

    with independent standard normal numbers X. All weights have the variance g²/N, but those on the diagonal
    :math:`(1 + \eta) g^2/N`. Eigenvalues fill an ellipse with the semi-axes g (1 + η) along the real and g (1 - η)
    along the imaginary axis, so that silence of units of slope 1 becomes unstable at g (1 + η) = 1. η = 0 is
    `Gaussian`, 1 a symmetric and -1 an antisymmetric matrix. The larger η, the slower chaotic activity fluctuates.

    Parameters
    ----------
    symmetry : float, optional
        Correlation η of reciprocal weights, from -1 to 1.
    gain : float, optional
        g, at least 0.

    References
    ----------
    H. J. Sommers, A. Crisanti, H. Sompolinsky, Y. Stein, Phys. Rev. Lett. 60, 1895 (1988): ellipse. D. Martí,
    N. Brunel, S. Ostojic, Phys. Rev. E 97, 062314 (2018): activity.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import PartiallySymmetric
    >>> weights = PartiallySymmetric(symmetry=0.5).build(400, np.random.default_rng(0)).dense()
    >>> above = np.triu_indices(400, 1)
    >>> round(float(np.corrcoef(weights[above], weights.T[above])[0, 1]), 2)
    0.5
    """

    symmetry: float = 0.5
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if abs(self.symmetry) > 1.0:
            raise ParameterError(
                f"PartiallySymmetric.symmetry must be a correlation from -1 to 1 (got {self.symmetry!r})."
            )
        non_negative("PartiallySymmetric.gain", self.gain)

    @property
    def semi_axes(self) -> tuple[float, float]:
        """Semi-axes of the ellipse of eigenvalues for large N, along the real and along the imaginary axis."""
        return self.gain * (1.0 + self.symmetry), self.gain * (1.0 - self.symmetry)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² normal numbers in the order of rows."""
        size = whole_number("size", size)
        require_square(size, matrices=2)
        numbers = rng.standard_normal((size, size))
        symmetric, antisymmetric = np.sqrt(0.5 * (1.0 + self.symmetry)), np.sqrt(0.5 * (1.0 - self.symmetry))
        weights = (symmetric + antisymmetric) * np.sqrt(0.5) * numbers
        weights += (symmetric - antisymmetric) * np.sqrt(0.5) * numbers.T
        weights *= self.gain / np.sqrt(size)
        return Operator(weights)
