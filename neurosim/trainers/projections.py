"""Projections: changes of parameters after each update, onto those that are allowed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.trainers.constraints import Constraint
from neurosim.trainers.parameter_names import as_names, require_names
from neurosim.validation import positive

__all__ = ["ClipUpdates", "Projected", "Projection"]

Arrays = Mapping[str, np.ndarray]


class Projection(Declaration, ABC):
    """Base class of projections: functions that map the parameters after an update to allowed ones."""

    kind: ClassVar[str] = "projection"

    @abstractmethod
    def project(self, parameters: Arrays, before: Arrays) -> dict[str, np.ndarray]:
        """Allowed parameters.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            After the update; not changed.
        before : mapping of str to ndarray
            Before the update.
        """


@dataclass(frozen=True)
class Projected(Projection):
    """Projected gradient descent: after each update, the nearest parameters that obey a constraint.

    Parameters
    ----------
    constraint : Constraint

    Notes
    -----
    ``Projected(Dale(excitatory))`` sets weights of the wrong sign to 0 after each update, and before the first one. The
    state of the optimizer does not change.

    References
    ----------
    Jarne & Caruso (2023), Cognitive Neurodynamics, arXiv:2208.10304, with Keras's `recurrent_constraint`; their code
    constrains the other index, see `IncomingSigns`.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.trainers import NonNegative, Projected
    >>> after = {"input_weights": np.array([[0.5], [-0.1]])}
    >>> Projected(NonNegative("input_weights")).project(after, before=after)["input_weights"].tolist()
    [[0.5], [0.0]]
    """

    constraint: Constraint

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.constraint, Constraint):
            raise ParameterError(
                f"Projected.constraint must be a Constraint (got {self.constraint!r}); try Dale(excitatory=0.8)."
            )

    def project(self, parameters: Arrays, before: Arrays) -> dict[str, np.ndarray]:
        """Nearest parameters that the constraint allows."""
        del before
        return self.constraint.nearest(parameters)


@dataclass(frozen=True)
class ClipUpdates(Projection):
    """Limit of the change of each entry by one update.

    Parameters
    ----------
    limit : float
        Largest change, above 0.
    names : str or sequence of str, optional
        Which parameters. Default: all.

    References
    ----------
    Miconi (2017), eLife 6, e20899: each change of a weight is kept within ±3e-4.
    """

    limit: float = 1e-3
    names: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("ClipUpdates.limit", self.limit)
        if self.names is not None:
            object.__setattr__(self, "names", as_names("ClipUpdates.names", self.names))

    def project(self, parameters: Arrays, before: Arrays) -> dict[str, np.ndarray]:
        """Parameters with the change of each entry limited."""
        names = list(parameters) if self.names is None else self.names
        require_names(names, parameters)
        return {**parameters, **{name: self._limit(parameters[name], before[name]) for name in names}}

    def _limit(self, after: np.ndarray, before: np.ndarray) -> np.ndarray:
        return np.asarray(before + np.clip(after - before, -self.limit, self.limit), after.dtype)
