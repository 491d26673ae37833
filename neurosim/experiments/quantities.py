"""Quantities of one network in an experiment, and the case in which a figure shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

__all__ = ["Case", "Measurement", "Quantity"]


@dataclass(frozen=True)
class Quantity:
    """One number of a network: measured, predicted by theory, and its standard deviation over networks.

    Attributes
    ----------
    measured : float or None
        None if this network has no such number.
    predicted : float or None
        None if no theory describes this network.
    spread : float or None
        Standard deviation that theory expects over networks; None if it is not known.
    """

    measured: float | None
    predicted: float | None = None
    spread: float | None = None


@dataclass(frozen=True, eq=False)
class Measurement:
    """Quantities of one analysis by name, and the result that its figure draws."""

    quantities: dict[str, Quantity]
    result: Any = None

    def without_prediction(self) -> Measurement:
        """The same for a trained network, to which theory of random weights does not apply."""
        bare = {name: replace(each, predicted=None, spread=None) for name, each in self.quantities.items()}
        return Measurement(bare, self.result)


@dataclass(frozen=True, eq=False)
class Case:
    """One network in a figure: its label, its trajectory, and what was measured.

    Attributes
    ----------
    label : str
    run : Trajectory
        Without input.
    discard : float
        Transient of `run`.
    measurement : Measurement
    trial : Trajectory or None
        One trial of the task of the network, with its input.
    """

    label: str
    run: Trajectory
    discard: float
    measurement: Measurement
    trial: Trajectory | None = None
