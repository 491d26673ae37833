"""Base class of connectivities of an excitatory and an inhibitory population."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, require_square, whole_number

__all__ = ["TwoPopulations"]


@dataclass(frozen=True)
class TwoPopulations(Connectivity):
    r"""Base of connectivities in which each unit is excitatory or inhibitory.

    Unit j is the *source* of column j of W, so a population is a block of columns. The first
    round(f N) units are excitatory. Weights are independent with mean :math:`\mu_b / \sqrt N` and standard
    deviation :math:`\sigma_b / \sqrt N`, b = E or I; a subclass chooses the distribution.

    Rules for a subclass

    1. ``_weights(mean, std, shape, rng)`` returns independent weights of one population, before the division
       by √N, with this mean and standard deviation.
    2. Further limits on the parameters are checked in ``__post_init__``.
    """

    excitatory: float = 0.8
    mean_excitatory: float = 1.0
    mean_inhibitory: float = -4.0
    std_excitatory: float = 1.0
    std_inhibitory: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        if non_negative(f"{name}.excitatory", self.excitatory) > 1.0:
            raise ParameterError(
                f"{name}.excitatory must be a fraction from 0 to 1 (got {self.excitatory!r})."
            )
        non_negative(f"{name}.std_excitatory", self.std_excitatory)
        non_negative(f"{name}.std_inhibitory", self.std_inhibitory)

    @property
    def radius(self) -> float:
        r"""Radius :math:`R = \sqrt{f \sigma_E^2 + (1 - f) \sigma_I^2}` of the eigenvalue disc for large N."""
        fraction = self.excitatory
        return float(np.sqrt(fraction * self.std_excitatory**2 + (1.0 - fraction) * self.std_inhibitory**2))

    def excitatory_units(self, size: int) -> np.ndarray:
        """Boolean array of shape (size,): the first round(f size) units are excitatory."""
        size = whole_number("size", size)
        return np.arange(size) < round(self.excitatory * size)

    def balance(self) -> TwoPopulations:
        r"""Copy with the inhibitory mean that makes :math:`f \mu_E + (1 - f) \mu_I = 0`.

        Balance holds on average over a row. To make each row sum to zero exactly, wrap in `RowBalanced`.
        """
        if self.excitatory == 1.0:
            raise ParameterError(
                f"{type(self).__name__}.excitatory must be below 1 to be balanced by inhibition (got 1.0)."
            )
        return self.replace(mean_inhibitory=-self.mean_excitatory * self.excitatory / (1.0 - self.excitatory))

    @abstractmethod
    def _weights(
        self, mean: float, std: float, shape: tuple[int, int], rng: np.random.Generator
    ) -> np.ndarray:
        """Independent weights of one population, before the division by √N."""

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; the excitatory columns are drawn first."""
        size = whole_number("size", size)
        require_square(size, matrices=2)
        excitatory = int(self.excitatory_units(size).sum())
        weights = np.empty((size, size))
        weights[:, :excitatory] = self._weights(
            self.mean_excitatory, self.std_excitatory, (size, excitatory), rng
        )
        weights[:, excitatory:] = self._weights(
            self.mean_inhibitory, self.std_inhibitory, (size, size - excitatory), rng
        )
        weights /= np.sqrt(size)
        return Operator(weights)
