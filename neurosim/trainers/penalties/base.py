"""What all penalties share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

import autograd.numpy as anp

from neurosim.declaration import Declaration
from neurosim.validation import positive

__all__ = ["SQUARES", "Penalty"]

SQUARES: Final[dict[str, Callable[[Any], Any]]] = {
    "mean": lambda values: anp.mean(values * values),
    "half_sum": lambda values: 0.5 * anp.sum(values * values),
}
"""What is made of squares, by the name of the convention."""


class Penalty(Declaration):
    """A number that is added to the loss; a function ``penalty(run, trials)`` in `autograd.numpy` is as good.

    All but `VanishingGradient` are called with a differentiable run of some trials, of which they use ``rates``,
    ``states``, ``parameters``, ``network``; `VanishingGradient` needs the gradient of the loss first.

    Examples
    --------
    >>> import autograd.numpy as np
    >>> def slow(run, trials):
    ...     return 0.01 * np.mean((run.rates[:, 1:] - run.rates[:, :-1]) ** 2)
    """

    kind: ClassVar[str] = "penalty"

    strength: float

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(f"{type(self).__name__}.strength", self.strength)
