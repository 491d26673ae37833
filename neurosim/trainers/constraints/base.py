"""Base class of constraints, and the combination of several into one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.validation import entries

__all__ = ["AllOf", "Constraint"]

Arrays = Mapping[str, Any]


class Constraint(Declaration, ABC):
    r"""Base class of constraints, which are reparametrizations: allowed parameters as functions of free ones.

    The optimizer changes *free* parameters; the network has the *effective* ones, a function of them, through which
    gradients are taken. `Projected` uses the same declaration for a projection after each update.

    Rules for a subclass

    1. It is a frozen dataclass.
    2. ``effective(free)`` returns all parameters, with the constrained ones replaced; in `autograd.numpy`, of the same
       shapes and dtypes.
    3. ``nearest(parameters)`` returns the allowed parameters that are nearest in the sum of squares.
    4. Allowed parameters are their own free parameters: ``effective(nearest(p))`` equals ``nearest(p)``.
    5. ``signed`` names the parameters whose signs it determines, if any.
    """

    kind: ClassVar[str] = "constraint"

    @property
    def signed(self) -> tuple[str, ...]:
        """Parameters whose signs it determines; only one of several constraints may determine those of a parameter."""
        return ()

    @abstractmethod
    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters of the network for some free ones, both by name; arrays or autograd's boxes."""

    @abstractmethod
    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Nearest allowed parameters."""

    def free(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Free parameters for some allowed ones: copies of them.

        Raises
        ------
        ParameterError
            If the parameters break the constraint: names the first entry.
        """
        for name, near in self.nearest(parameters).items():
            wrong = np.argwhere(np.asarray(parameters[name] != near))
            if wrong.size or (np.ndim(near) == 0 and parameters[name] != near):
                where = tuple(int(k) for k in wrong[0]) if wrong.size else ()
                raise ParameterError(
                    f"{name}{list(where) or ''} must obey {self!r}, which allows {near[where]:g} (got "
                    f"{parameters[name][where]:g}); try constraint.nearest(parameters)."
                )
        return {name: np.array(value) for name, value in parameters.items()}


@dataclass(frozen=True)
class AllOf(Constraint):
    """Combination of several constraints, applied in their order.

    Parameters
    ----------
    constraints : sequence of Constraint
        Only one of them may determine the signs of a parameter. `nearest` is exact where each constraint concerns
        single entries, as all of this package do.

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
        parts = tuple(entries("AllOf.constraints", self.constraints, "try AllOf([Dale(excitatory=0.8)])"))
        for part in parts:
            if not isinstance(part, Constraint):
                raise ParameterError(
                    f"AllOf.constraints must be constraints (got {part!r}); try Dale(excitatory=0.8)."
                )
        object.__setattr__(self, "constraints", parts)
        for name, times in Counter(self.signed).items():
            if times > 1:
                owners = " and ".join(type(part).__name__ for part in parts if name in part.signed)
                raise ParameterError(
                    f"AllOf.constraints must determine the signs of {name!r} once ({owners} do); leave one out."
                )

    @property
    def signed(self) -> tuple[str, ...]:
        """Parameters whose signs one of the constraints determines."""
        return tuple(name for part in self.constraints for name in part.signed)

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters of the network: all constraints applied in their order."""
        parameters = dict(free)
        for constraint in self.constraints:
            parameters = constraint.effective(parameters)
        return parameters

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Nearest parameters that all constraints allow, one constraint after the other."""
        allowed = dict(parameters)
        for constraint in self.constraints:
            allowed = constraint.nearest(allowed)
        return allowed
