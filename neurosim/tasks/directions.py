"""Codes of directions on a circle: encoding as channel activities, and decoding."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.validation import positive, whole_number

__all__ = ["DirectionCode", "PopulationCode", "VectorCode", "angular_distance"]


def angular_distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Distance of two angles around the circle, from 0 to π."""
    return np.pi - np.abs(np.pi - np.abs(first - second) % (2.0 * np.pi))


class DirectionCode(Declaration, ABC):
    """Base of codes that represent a direction by the activities of channels."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """Suffixes of the channel names."""

    @property
    @abstractmethod
    def baseline(self) -> float:
        """Target of every output channel without a direction."""

    @abstractmethod
    def encode(self, angles: np.ndarray) -> np.ndarray:
        """Activities that encode angles (...,) in radians, shape (..., channels)."""

    @abstractmethod
    def decode(self, activities: np.ndarray) -> np.ndarray:
        """Angles from -π to π that are decoded from activities (..., channels), shape (...,)."""


@dataclass(frozen=True)
class PopulationCode(DirectionCode):
    r"""Population code: a ring of units, each with a preferred direction.

    Unit i prefers :math:`\theta_i = 2\pi i/units`, and its activity is

    .. math:: a_i = height\,\exp\left(-\tfrac12 (d(\theta, \theta_i)/width)^2\right)

    with the distance d around the circle. The direction is read as the population vector: the angle of
    :math:`\sum_i a_i e^{\mathrm{i}\theta_i}`, to which a constant adds nothing.

    Parameters
    ----------
    units : int, optional
        An even number of at least 4, so that every direction has an opposite one.
    height : float, optional
    width : float, optional
        Standard deviation of the tuning curve, in radians.

    References
    ----------
    G. R. Yang, M. R. Joglekar, H. F. Song, W. T. Newsome, X.-J. Wang, Nat. Neurosci. 22, 297 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.tasks import PopulationCode
    >>> code = PopulationCode(units=8)
    >>> code.encode(np.pi / 2).round(2)
    array([0.  , 0.11, 0.8 , 0.11, 0.  , 0.  , 0.  , 0.  ])
    >>> float(np.degrees(code.decode(code.encode(np.pi / 2))).round(6))
    90.0
    """

    units: int = 32
    height: float = 0.8
    width: float = np.pi / 8.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if whole_number("PopulationCode.units", self.units, minimum=4) % 2:
            raise ParameterError(
                f"PopulationCode.units must be even, so that every direction has an opposite one (got {self.units}); "
                f"try {self.units + 1}."
            )
        positive("PopulationCode.height", self.height)
        positive("PopulationCode.width", self.width)

    @property
    def labels(self) -> tuple[str, ...]:
        """Numbers of the units."""
        return tuple(map(str, range(self.units)))

    @property
    def preferred_directions(self) -> np.ndarray:
        """Preferred directions in radians, shape (units,)."""
        return np.arange(self.units) * (2.0 * np.pi / self.units)

    @property
    def baseline(self) -> float:
        """0.05, which a logistic output can reach."""
        return 0.05

    def encode(self, angles: np.ndarray) -> np.ndarray:
        """Bumps of activity around the angles."""
        distance = angular_distance(np.asarray(angles)[..., None], self.preferred_directions)
        return self.height * np.exp(-0.5 * (distance / self.width) ** 2)

    def decode(self, activities: np.ndarray) -> np.ndarray:
        """Angles of the population vectors."""
        vector = activities @ np.stack(
            [np.cos(self.preferred_directions), np.sin(self.preferred_directions)], axis=1
        )
        return np.arctan2(vector[..., 1], vector[..., 0])


@dataclass(frozen=True)
class VectorCode(DirectionCode):
    """Vector code: the sine and the cosine of the direction.

    References
    ----------
    L. N. Driscoll, K. Shenoy, D. Sussillo, Nat. Neurosci. 27, 1349 (2024).
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """``"sin"`` and ``"cos"``."""
        return ("sin", "cos")

    @property
    def baseline(self) -> float:
        """0."""
        return 0.0

    def encode(self, angles: np.ndarray) -> np.ndarray:
        """Sine and cosine."""
        return np.stack([np.sin(angles), np.cos(angles)], axis=-1)

    def decode(self, activities: np.ndarray) -> np.ndarray:
        """Angles of the vectors."""
        return np.arctan2(activities[..., 0], activities[..., 1])
