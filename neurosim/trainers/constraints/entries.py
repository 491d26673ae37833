"""Entries that are 0, or stay as they are."""

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
    r"""Connections that do not exist, :math:`W = M \circ V`: entries outside the mask are 0.

    Parameters
    ----------
    name : str
        Which parameter.
    mask : ndarray of bool
        Where entries exist; of the shape of the parameter.

    Notes
    -----
    For a recurrent matrix with few weights, sparse weights (`neurosim.Sparse`) cost less and need no constraint.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: the plastic connections.
    """

    name: str
    mask: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "mask", _checked_mask("Masked.mask", self.mask))

    def effective(self, free: Arrays) -> dict[str, Any]:  # noqa: D102
        _require_fit("Masked.mask", self.mask, self.name, free)
        return {**free, self.name: anp.where(self.mask, free[self.name], 0.0)}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        return self.effective(parameters)


@dataclass(frozen=True)
class NoSelfConnections(Constraint):
    """Recurrent weights without a diagonal: no unit talks to itself."""

    def effective(self, free: Arrays) -> dict[str, Any]:  # noqa: D102
        require_names(["recurrent"], free)
        shape = free["recurrent"].shape
        if "left" in free or len(shape) != 2:
            what = "a low-rank part" if "left" in free else "sparse weights"
            raise ParameterError(
                f"NoSelfConnections needs a full matrix of recurrent weights, this network has {what}; sparse weights "
                f"without a diagonal keep none (ns.Sparse(self_connections=False))."
            )
        return {**free, "recurrent": anp.where(np.eye(shape[0], dtype=bool), 0.0, free["recurrent"])}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:  # noqa: D102
        return self.effective(parameters)


@dataclass(frozen=True)
class Frozen(Constraint):
    """Entries that keep the values with which training starts.

    Nothing flows back through them: their gradient is 0, so an optimizer never moves them.

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
            object.__setattr__(self, "entries", _checked_mask("Frozen.entries", self.entries))

    def effective(self, free: Arrays) -> dict[str, Any]:  # noqa: D102
        require_names([self.name], free)
        constant = getval(free[self.name])
        if self.entries is None:
            return {**free, self.name: constant}
        _require_fit("Frozen.entries", self.entries, self.name, free)
        return {**free, self.name: anp.where(self.entries, constant, free[self.name])}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Return what is given: any start is allowed."""
        return self.effective(parameters)


def _checked_mask(name: str, mask: Any) -> np.ndarray:
    array = np.array(mask)
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        raise ParameterError(f"{name} is no mask; give an array of bool (or 0 and 1), True where it holds.")
    array = array.astype(bool)
    array.setflags(write=False)
    return array


def _require_fit(label: str, mask: np.ndarray, name: str, parameters: Arrays) -> None:
    require_names([name], parameters)
    shape = parameters[name].shape
    if mask.shape != shape:
        raise ShapeError(f"{label} has shape {mask.shape}, {name} {shape}; make them equal.")
