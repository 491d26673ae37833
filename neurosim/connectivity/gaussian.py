"""Independent Gaussian weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.validation import non_negative, require_square, whole_number

__all__ = ["Gaussian"]


@dataclass(frozen=True)
class Gaussian(Connectivity):
    r"""Independent weights :math:`W_{ij} \sim \mathcal{N}(0, g^2/N)`.

    The eigenvalues fill the disc of radius g uniformly (circular law); the largest modulus at N = 400 is
    about 1.03 g. With ``tanh`` units in the current form a network of this kind is chaotic for g > 1.

    Parameters
    ----------
    gain : float, optional
        g, at least 0.
    self_connections : bool, optional
        Whether units are connected to themselves. If not, the mean Lyapunov exponent of the flow is exactly -1/tau.

    References
    ----------
    H. Sompolinsky, A. Crisanti, H. J. Sommers, Phys. Rev. Lett. 61, 259 (1988).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Gaussian
    >>> weights = Gaussian(gain=1.5).build(200, np.random.default_rng(0)).dense()
    >>> round(float(weights.std() * np.sqrt(200)), 1)
    1.5
    """

    gain: float = 1.0
    self_connections: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("Gaussian.gain", self.gain)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² normal numbers in the order of rows."""
        size = whole_number("size", size)
        require_square(size)
        weights = rng.standard_normal((size, size))
        weights *= self.gain / np.sqrt(size)
        if self.self_connections:
            return Operator(weights)
        np.fill_diagonal(weights, 0.0)
        return Operator(weights, pattern=~np.eye(size, dtype=bool))
