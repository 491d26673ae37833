"""What all constraints share, and how several become one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError

__all__ = ["AllOf", "Constraint"]

Arrays = Mapping[str, Any]


class Constraint(Declaration, ABC):
    r"""What the parameters of a trained network must obey, through free ones that need not.

    The optimizer moves *free* parameters; the network has the *effective* ones, a function of them. Gradients go
    through that function, so the loss sees only what is allowed. `Projected` uses the same declaration the other way,
    putting parameters back after each update.

    Rules for a subclass

    1. It is a frozen dataclass.
    2. ``effective(free)`` returns all parameters, those it constrains replaced; in `autograd.numpy`, of the same
       shapes and dtypes.
    3. ``nearest(parameters)`` returns the allowed parameters that are nearest in the sum of squares.
    4. Allowed parameters are their own free ones: ``effective(nearest(p))`` equals ``nearest(p)``.
    5. ``signed`` names the parameters whose signs it gives, if any.
    """

    kind: ClassVar[str] = "constraint"

    @property
    def signed(self) -> tuple[str, ...]:
        """Parameters whose signs it gives; of several constraints only one may."""
        return ()

    @abstractmethod
    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters of the network for free ones, both by name; arrays or autograd's boxes."""

    @abstractmethod
    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Allowed parameters that are nearest to the given ones."""

    def free(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Free parameters from which training starts: copies of the given ones, which must be allowed.

        Raises
        ------
        ParameterError
            If the parameters break the constraint; names the first entry, and how to get a start.
        """
        for name, near in self.nearest(parameters).items():
            wrong = np.argwhere(np.asarray(parameters[name] != near))
            if wrong.size or (np.ndim(near) == 0 and parameters[name] != near):
                where = tuple(int(k) for k in wrong[0]) if wrong.size else ()
                raise ParameterError(
                    f"{name}{list(where) or ''} = {parameters[name][where]:g} breaks {self!r}, which allows "
                    f"{near[where]:g} there; start from "
                    f"with_parameters(network, constraint.nearest(parameters_of(network)))."
                )
        return {name: np.array(value) for name, value in parameters.items()}


@dataclass(frozen=True)
class AllOf(Constraint):
    """Several constraints at once, applied in their order.

    Parameters
    ----------
    constraints : sequence of Constraint
        Only one of them may give the signs of a parameter. `nearest` is exact where each concerns single entries, as
        those that are shipped do.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.trainers import AllOf, Dale, NoSelfConnections
    >>> law = AllOf([Dale(excitatory=0.5), NoSelfConnections()])
    >>> law.effective({"recurrent": np.array([[5.0, 2.0], [-3.0, -4.0]])})["recurrent"]
    array([[ 0., -2.],
           [ 3.,  0.]])
    """

    constraints: tuple[Constraint, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        parts = tuple(self.constraints)
        for part in parts:
            if not isinstance(part, Constraint):
                raise ParameterError(
                    f"AllOf.constraints hold {part!r}; give constraints, such as Dale(excitatory=0.8)."
                )
        object.__setattr__(self, "constraints", parts)
        for name, times in Counter(self.signed).items():
            if times > 1:
                owners = " and ".join(type(part).__name__ for part in parts if name in part.signed)
                raise ParameterError(
                    f"AllOf: {owners} both give the signs of {name!r}; leave one of them out."
                )

    @property
    def signed(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(name for part in self.constraints for name in part.signed)

    def effective(self, free: Arrays) -> dict[str, Any]:  # noqa: D102
        parameters = dict(free)
        for constraint in self.constraints:
            parameters = constraint.effective(parameters)
        return parameters

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        allowed = dict(parameters)
        for constraint in self.constraints:
            allowed = constraint.nearest(allowed)
        return allowed
