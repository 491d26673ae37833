"""Base class of penalties: terms that are added to the loss."""

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
"""Ways to reduce squared values to one number, by the name of the convention."""


class Penalty(Declaration):
    """Term that is added to the loss, also known as a regularizer.

    A subclass defines one of two methods:

    * ``__call__(run, trials)`` returns one number in `autograd.numpy`, from the ``rates``, ``states``, ``parameters``
      and ``network`` of a differentiable run; autograd differentiates it. A plain function ``penalty(run, trials)``
      can be given to `BPTT` in its place.
    * ``gradient(parameters, states, inputs, adjoints, *, network, dt)`` returns the value and its derivatives with
      respect to parameters, where the penalty depends on the gradient of the loss itself; see `VanishingGradient`. It
      costs a second backward pass.

    What it depends on is said by ``reads``, which decides whether online learning rules can compute it: "parameters"
    for the parameters of the run alone; "rates" for the rates of single steps, with a method ``part(run, share)`` that
    is the contribution of some of the steps, `share` of all; "run", the default, for anything else.

    Examples
    --------
    >>> import autograd.numpy as np
    >>> def slow(run, trials):
    ...     return 0.01 * np.mean((run.rates[:, 1:] - run.rates[:, :-1]) ** 2)
    """

    kind: ClassVar[str] = "penalty"
    reads: ClassVar[str] = "run"

    gradient: ClassVar[Callable[..., tuple[float, dict[str, Any]]] | None] = None

    strength: float

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(f"{type(self).__name__}.strength", self.strength)
