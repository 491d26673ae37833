"""What all penalties share."""

from __future__ import annotations

from typing import ClassVar

from neurosim.declaration import Declaration
from neurosim.validation import positive

__all__ = ["Penalty"]


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
