"""Ring connectivity: weights that depend on the distance between preferred directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity import Connectivity, Operator
from neurosim.validation import positive, require_memory, whole_number

__all__ = ["Ring"]


@dataclass(frozen=True)
class Ring(Connectivity):
    r"""Local excitation and uniform inhibition on a ring of directions :math:`\theta_i = 2 \pi i / N`.

    .. math:: W_{ij} = g\, \frac{k(\theta_i - \theta_j)}{\sum_l k(\theta_l)} - \frac{h}{N},
              \qquad k(\theta) = e^{(\cos \theta - 1) / w^2}

    For a small width w the profile is a Gaussian of standard deviation w. W is a symmetric circulant, so its
    eigenvalues are the discrete Fourier transform of its first column. Waves around the ring are its
    eigenvectors:

    .. math:: \lambda_0 = g - h, \qquad
              \lambda_m = g\, \frac{\sum_l k(\theta_l) \cos m \theta_l}{\sum_l k(\theta_l)}
              \to g\, \frac{I_m(1 / w^2)}{I_0(1 / w^2)}, \qquad m = 1, ..., N - 1

    with modified Bessel functions I; the limit of many units is reached exponentially fast, as soon as the
    spacing 2π/N is well below w. Modes m and N - m are equal. A bump of activity forms where
    :math:`\lambda_1` exceeds 1 and :math:`\lambda_0` does not.

    Parameters
    ----------
    width : float, optional
        w in radians, above 0.
    gain : float, optional
        g, the sum of the excitatory weights to a unit.
    inhibition : float, optional
        h, the sum of the inhibitory weights to a unit.

    References
    ----------
    R. Ben-Yishai, R. L. Bar-Or, H. Sompolinsky, PNAS 92, 3844 (1995), for a cosine profile; the von Mises
    profile is used here because it has a width.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim_plugins.ring import Ring
    >>> ring = Ring(width=0.5, gain=3.0, inhibition=2.0)
    >>> np.round(ring.build(64, np.random.default_rng(0)).eigenvalues()[:2].real, 3)
    array([2.591, 2.591])
    """

    width: float = 0.5
    gain: float = 3.0
    inhibition: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("Ring.width", self.width)

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Dense operator; draws nothing."""
        size = whole_number("size", size)
        require_memory(24.0 * float(size) ** 2, f"size = {size}: a dense ring", "Use fewer units.")
        profile = np.exp((np.cos(2.0 * np.pi * np.arange(size) / size) - 1.0) / self.width**2)
        column = self.gain * profile / profile.sum() - self.inhibition / size
        return Operator(column[np.subtract.outer(np.arange(size), np.arange(size)) % size])
