"""Entries of parameters that are 0 (masks), or do not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval

from neurosim.errors import ParameterError, ShapeError
from neurosim.trainers.constraints.base import Arrays, Constraint
from neurosim.trainers.parameter_names import require_names

__all__ = ["Frozen", "Masked", "NoSelfConnections"]


@dataclass(frozen=True)
class Masked(Constraint):
    r"""Mask, :math:`W = M \circ V`: entries outside it are 0.

    Parameters
    ----------
    name : str
        Which parameter.
    mask : ndarray of bool
        True where entries may differ from 0; of the shape of the parameter.

    Notes
    -----
    The connections of sparse recurrent weights (`neurosim.Sparse`), or of an `Operator` with a `pattern`, are kept in
    training without a constraint.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: the plastic connections.
    """

    name: str
    mask: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "mask", _as_mask("Masked.mask", self.mask))

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters with zeros outside of the mask."""
        _require_shape("Masked.mask", self.mask, self.name, free)
        return {**free, self.name: anp.where(self.mask, free[self.name], 0.0)}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Parameters with zeros outside of the mask."""
        return self.effective(parameters)


@dataclass(frozen=True)
class NoSelfConnections(Constraint):
    """No self-connections: the diagonal of the recurrent weights is 0."""

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters with a zero diagonal of the recurrent weights."""
        require_names(["recurrent"], free)
        shape = free["recurrent"].shape
        if "left" in free or len(shape) != 2:
            what = "a low-rank part" if "left" in free else "sparse weights"
            raise ParameterError(
                f"NoSelfConnections must have a full matrix of recurrent weights (got {what}); sparse weights without "
                f"a diagonal need no constraint: try ns.Sparse(self_connections=False)."
            )
        return {**free, "recurrent": anp.where(np.eye(shape[0], dtype=bool), 0.0, free["recurrent"])}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Parameters with a zero diagonal of the recurrent weights."""
        return self.effective(parameters)


@dataclass(frozen=True)
class Frozen(Constraint):
    """Entries that keep their initial values: their gradients are 0.

    Parameters
    ----------
    name : str
        Which parameter.
    entries : ndarray of bool, optional
        Which entries, of the shape of the parameter. Default: all.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: the fixed part of the weights.
    """

    name: str
    entries: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.entries is not None:
            object.__setattr__(self, "entries", _as_mask("Frozen.entries", self.entries))

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Parameters whose frozen entries are constants, without gradient."""
        require_names([self.name], free)
        constant = getval(free[self.name])
        if self.entries is None:
            return {**free, self.name: constant}
        _require_shape("Frozen.entries", self.entries, self.name, free)
        return {**free, self.name: anp.where(self.entries, constant, free[self.name])}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Return the parameters themselves, since all are allowed."""
        return self.effective(parameters)


def _as_mask(name: str, mask: Any) -> np.ndarray:
    array = np.array(mask)
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        raise ParameterError(f"{name} must be an array of bool, or of 0 and 1 (got dtype {array.dtype}).")
    array = array.astype(bool)
    array.setflags(write=False)
    return array


def _require_shape(label: str, mask: np.ndarray, name: str, parameters: Arrays) -> None:
    require_names([name], parameters)
    shape = parameters[name].shape
    if mask.shape != shape:
        raise ShapeError(f"{label} must have the shape of {name}, {shape} (got {mask.shape}).")
