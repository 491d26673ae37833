"""Base class of connectivities, with their sums and multiples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from neurosim.connectivity.block_weights import BlockWeights, stack_of
from neurosim.connectivity.operator import Operator
from neurosim.declaration import Declaration

if TYPE_CHECKING:
    from neurosim.connectivity.composition import Scaled, Sum

__all__ = ["Connectivity"]


class Connectivity(Declaration, ABC):
    r"""Declaration of the recurrent weights W of a network of any size.

    The recurrent input of unit i is :math:`\sum_j W_{ij} r_j`: rows of W are targets, columns are sources.

    Connectivities add up, and are multiplied by numbers:

    * ``Gaussian(gain=2.0) + Coherent(strength=0.5)`` is a random matrix plus a structured part. The terms draw from one
      generator in their order, so the first term has the same weights as alone with the same seed.
    * ``0.5 * Gaussian()``, ``-Gaussian()`` and ``Gaussian() - LowRank(m, n)`` scale every weight.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring that gives the equation of W with its power of N. Fields
       annotated ``float`` or ``Parameter`` are checked numbers (see `Declaration`).
    2. ``build(self, size, rng)`` returns an `Operator` for exactly `size` units, and does not change ``self``.
    3. Random numbers come from `rng` alone, in an order that does not depend on the gain: the same
       generator state gives the same weights, bit for bit.
    4. Low rank is stored as factors ``Operator(left=..., right=...)``, few weights as a sparse base, and only a full
       matrix as a dense base. Connections that do not exist are left out of a sparse base, or excluded by ``pattern``.
    5. A parameter that is invalid for any size is an error in ``__post_init__`` (call ``super().__post_init__()``
       first), one that is invalid for this size an error in ``build``. Both errors name the remedy.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from neurosim.connectivity import Connectivity, Operator
    >>> @dataclass(frozen=True)
    ... class MeanField(Connectivity):
    ...     "Every unit receives the mean rate: W_ij = strength / N."
    ...     strength: float = 1.0
    ...     def build(self, size, rng):
    ...         ones = np.ones((size, 1))
    ...         return Operator(left=self.strength * ones, right=ones / size)
    >>> recipe = 2.0 * MeanField(strength=0.5)
    >>> recipe
    Scaled(factor=2.0, connectivity=MeanField(strength=0.5))
    >>> recipe.build(4, np.random.default_rng(0)) @ np.array([1.0, 2.0, 3.0, 4.0])
    array([2.5, 2.5, 2.5, 2.5])
    """

    kind: ClassVar[str] = "connectivity"

    @abstractmethod
    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Weights of a network of `size` units, drawn from `rng`."""

    def build_for(self, populations: Mapping[str, slice], size: int, rng: np.random.Generator) -> Operator:
        """Weights of a network with populations, by name, in which `Blocks` differ from others."""
        del populations
        return self.build(size, rng)

    def build_block(self, targets: int, sources: int, rng: np.random.Generator) -> BlockWeights:
        """Weights from `sources` units of one population to `targets` units of another.

        By default square weights of the number of sources, as many times one below the other as the targets need.
        """
        count = -(-targets // sources)
        return stack_of([self.build(sources, rng) for _ in range(count)], targets, type(self).__name__)

    def __add__(self, other: Connectivity) -> Sum:
        from neurosim.connectivity.composition import Sum

        return Sum((self, other)) if isinstance(other, Connectivity) else NotImplemented

    def __mul__(self, factor: float) -> Scaled:
        from neurosim.connectivity.composition import Scaled

        return Scaled(float(factor), self) if isinstance(factor, Real) else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Scaled:
        return self * -1.0

    def __sub__(self, other: Connectivity) -> Sum:
        return self + -other if isinstance(other, Connectivity) else NotImplemented
