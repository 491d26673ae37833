"""Random modes: a sum of many random rank-one matrices of given strengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, non_negative, require_square, whole_number

__all__ = ["RandomModes"]


@dataclass(frozen=True)
class RandomModes(Connectivity):
    r"""Sum of random rank-one matrices, :math:`W = \sum_a D_a\, l_a r_a^T`, in number proportional to the units.

    The entries of all :math:`l_a, r_a` are independent normal numbers of variance 1/N, and the strengths are scaled to
    the variance of weights that the gain says, :math:`\sum_a D_a^2 = N g^2`. Eigenvalues lie within the disc of radius
    g for large N, and single units behave as with `Gaussian` weights of the gain g. How many directions their joint
    activity fills depends on g and on the effective rank

    .. math:: PR^D = \frac{(\sum_a D_a^2)^2}{\sum_a D_a^4}

    alone: see `neurosim.theory.dimension`. As PR^D / N grows, the weights become independent.

    Parameters
    ----------
    strengths : array, shape (modes,), optional
        Relative strengths :math:`D_a`. Default: as many equal ones as units.
    gain : float, optional
        g, at least 0.

    Notes
    -----
    The operator is dense, since theory treats it as the random part of the weights. For a few modes, which theory
    treats one by one, use `GaussianLowRank`.

    References
    ----------
    D. G. Clark, O. Marschall, A. van Meegen, A. Litwin-Kumar, Phys. Rev. X (2025), arXiv:2409.01969.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import RandomModes
    >>> decaying = RandomModes(strengths=np.exp(-np.arange(500) / 50.0), gain=2.0)
    >>> round(decaying.effective_rank(500))
    50
    """

    strengths: np.ndarray | None = None
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("RandomModes.gain", self.gain)
        if self.strengths is None:
            return
        strengths = np.array(finite("RandomModes.strengths", self.strengths, np.float64))
        if strengths.ndim != 1 or not strengths.size:
            raise ShapeError(
                f"RandomModes.strengths must have the shape (modes,) (got {strengths.shape}); give one for each mode."
            )
        if not strengths.any():
            raise ParameterError(
                "RandomModes.strengths must not all be zero (got zeros); try gain=0.0 for a network without weights."
            )
        strengths.setflags(write=False)
        object.__setattr__(self, "strengths", strengths)

    def effective_rank(self, size: int) -> float:
        """Effective rank PR^D of the strengths, in a network of `size` units."""
        squares = self._strengths(whole_number("size", size)) ** 2
        return float(squares.sum() ** 2 / (squares @ squares))

    def _strengths(self, size: int) -> np.ndarray:
        return np.ones(size) if self.strengths is None else self.strengths

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws the left vectors, then the right vectors, 2 size modes normal numbers."""
        size = whole_number("size", size)
        require_square(size, matrices=2)
        strengths = self._strengths(size)
        left, right = rng.standard_normal((2, size, strengths.size))
        left *= self.gain * strengths / np.sqrt(size * (strengths @ strengths))
        return Operator(left @ right.T)
