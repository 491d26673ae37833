"""Random orthogonal weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.validation import non_negative, require_square, whole_number

__all__ = ["Orthogonal"]


@dataclass(frozen=True)
class Orthogonal(Connectivity):
    r"""Random orthogonal matrix :math:`W = g\,O`, uniform (Haar) on the orthogonal group.

    :math:`W^T W = g^2`, so every eigenvalue has modulus g exactly, at any N.

    Parameters
    ----------
    gain : float, optional
        g, at least 0.

    Notes
    -----
    Costs about 5 size³ / 3 multiplications. The QR factors of a Gaussian matrix are Haar distributed only
    after the columns of Q are multiplied by the signs of the diagonal of R.

    References
    ----------
    F. Mezzadri, Notices of the AMS 54, 592 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Orthogonal
    >>> weights = Orthogonal(gain=2.0).build(50, np.random.default_rng(0)).dense()
    >>> np.allclose(weights.T @ weights, 4.0 * np.eye(50))
    True
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("Orthogonal.gain", self.gain)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² normal numbers."""
        size = whole_number("size", size)
        require_square(size, matrices=3)
        rotation, triangle = np.linalg.qr(rng.standard_normal((size, size)))
        rotation *= self.gain * np.sign(np.diag(triangle))
        return Operator(rotation)
