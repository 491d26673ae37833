"""Lower bounds of parameters, such as time constants and gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval

from neurosim.trainers.constraints.base import Arrays, Constraint
from neurosim.trainers.parameter_names import as_names, require_names
from neurosim.validation import array_of_shape

__all__ = ["AtLeast"]


@dataclass(frozen=True)
class AtLeast(Constraint):
    r"""Lower bound, :math:`\theta = m + |v - m|` for free v.

    For time constants that are trained: an update can make them negative, and Euler's scheme overshoots for tau < dt.
    A parameter that crosses the bound is reflected, so that it does not stay there.

    Parameters
    ----------
    minimum : float
        m; for a time constant, a number above 0 such as the time step.
    names : str or sequence of str
        Which parameters, each entry of them.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import AtLeast
    >>> trainer = ns.BPTT(train=("recurrent", "neuron.tau"), constraints=(AtLeast(1.0, "neuron.tau"),))
    """

    minimum: float
    names: str | Sequence[str] = ("neuron.tau",)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(
            self, "minimum", float(array_of_shape("AtLeast.minimum", self.minimum, (), "Give one number."))
        )
        object.__setattr__(self, "names", as_names("AtLeast.names", self.names))

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters with values below the minimum reflected at it."""
        require_names(self.names, free)
        return {**free, **{name: _reflect(free[name], self.minimum) for name in self.names}}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Parameters with values below the minimum raised to it."""
        require_names(self.names, parameters)
        near = {
            name: np.maximum(parameters[name], _like(parameters[name], self.minimum)) for name in self.names
        }
        return {**parameters, **near}


def _reflect(values: Any, bound: float) -> Any:
    below = _like(values, bound)
    # allowed values are returned without rounding
    return anp.where(getval(values) < below, 2 * below - values, values)


def _like(values: Any, bound: float) -> Any:
    return getval(values).dtype.type(bound)
