"""Identity weights: units that are connected to themselves only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.validation import require_square, whole_number

__all__ = ["Identity"]


@dataclass(frozen=True)
class Identity(Connectivity):
    r"""Multiple of the identity, :math:`W = g\,1`: every unit drives only itself.

    An initialization for training: activity and gradients decay slowly (g < 1) or not at all (g = 1).

    Parameters
    ----------
    gain : float, optional
        g; 1 in Le et al., 0.5 in Yang et al.

    Notes
    -----
    All size² connections exist, most with weight 0, so that training can change them.

    References
    ----------
    Q. V. Le, N. Jaitly, G. E. Hinton, arXiv:1504.00941 (2015). G. R. Yang, M. R. Joglekar, H. F. Song, W. T. Newsome,
    X.-J. Wang, Nat. Neurosci. 22, 297 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Identity
    >>> Identity(gain=0.5).build(2, np.random.default_rng(0)).dense()
    array([[0.5, 0. ],
           [0. , 0.5]])
    """

    gain: float = 1.0

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Dense operator."""
        size = whole_number("size", size)
        require_square(size)
        return Operator(self.gain * np.eye(size))
