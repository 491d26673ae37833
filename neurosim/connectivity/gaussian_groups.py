"""Gaussian weights whose variance depends on the groups of the source and of the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, non_negative, require_square, whole_number

__all__ = ["GaussianGroups"]


@dataclass(frozen=True)
class GaussianGroups(Connectivity):
    r"""Independent Gaussian weights with one gain for each pair of groups of units.

    .. math:: W_{ij} \sim \mathcal{N}\!\left(0, \frac{(g\, \gamma_{ab})^2}{N}\right),
              \qquad i \text{ in group } a, \; j \text{ in group } b

    The eigenvalues fill a disc; the square of its radius is the largest eigenvalue of the matrix
    :math:`(g\, \gamma_{ab})^2 f_b` with the shares f of the groups, and silence of units of slope 1 becomes unstable
    where the radius is 1, although the gain of each single group may be below 1.

    Parameters
    ----------
    gains : array, shape (groups, groups)
        :math:`\gamma_{ab}`, at least 0: from group b to group a.
    shares : array, shape (groups,), optional
        Shares f of the groups of all units, in the order of the units; they sum to 1. Default: equal.
    gain : float, optional
        g, a factor of all gains.

    References
    ----------
    J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev. Lett. 114, 088101 (2015).

    Examples
    --------
    >>> from neurosim.connectivity import GaussianGroups
    >>> round(GaussianGroups([[0.5, 2.0], [1.0, 0.5]]).radius, 3)
    1.061
    """

    gains: np.ndarray
    shares: np.ndarray | None = None
    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("GaussianGroups.gain", self.gain)
        gains = np.array(finite("GaussianGroups.gains", self.gains, np.float64))
        if gains.ndim != 2 or gains.shape[0] != gains.shape[1] or not gains.size:
            raise ShapeError(
                f"GaussianGroups.gains must have the shape (groups, groups) (got {gains.shape}); give one gain "
                f"from each group (column) to each group (row)."
            )
        if (gains < 0.0).any():
            raise ParameterError(
                f"GaussianGroups.gains must not be negative (got {gains.min():g}), since weights are symmetric about "
                f"zero."
            )
        gains.setflags(write=False)
        object.__setattr__(self, "gains", gains)
        if self.shares is not None:
            object.__setattr__(self, "shares", _checked_shares(self.shares, len(gains)))

    @property
    def radius(self) -> float:
        """Radius of the disc of eigenvalues for large N."""
        variances = (self.gain * self.gains) ** 2 * self._shares
        return float(np.sqrt(np.abs(np.linalg.eigvals(variances)).max()))

    @property
    def _shares(self) -> np.ndarray:
        return np.full(len(self.gains), 1.0 / len(self.gains)) if self.shares is None else self.shares

    def groups(self, size: int) -> np.ndarray:
        """Group of each unit, from 0, shape (size,): the first round(f size) units are group 0, and so on."""
        size = whole_number("size", size)
        ends = np.rint(np.cumsum(self._shares)[:-1] * size)
        return np.searchsorted(ends, np.arange(size), side="right")

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² normal numbers in the order of rows, those of `Gaussian`."""
        size = whole_number("size", size)
        require_square(size, matrices=2)
        groups = self.groups(size)
        weights = rng.standard_normal((size, size))
        weights *= self.gains[groups[:, None], groups]
        weights *= self.gain / np.sqrt(size)
        return Operator(weights)


def _checked_shares(shares: np.ndarray, groups: int) -> np.ndarray:
    shares = np.array(finite("GaussianGroups.shares", shares, np.float64))
    if shares.shape != (groups,):
        raise ShapeError(
            f"GaussianGroups.shares must have the shape ({groups},) (got {shares.shape}); give one for each group."
        )
    if (shares < 0.0).any() or abs(shares.sum() - 1.0) > 1e-9:
        raise ParameterError(
            f"GaussianGroups.shares must not be negative and sum to 1 (got {shares.tolist()}); divide them by their "
            f"sum."
        )
    shares.setflags(write=False)
    return shares
