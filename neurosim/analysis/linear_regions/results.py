"""Results of solving piecewise-linear networks region by region: fixed points, and cycles of maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.stability import growth_in_map, growth_signs, name_in_flow, name_in_map
from neurosim.results.result import Result

__all__ = ["MapCycles", "RegionFixedPoints", "number_found"]


def number_found(status: str, count: int) -> str:
    """How many there are, in words: "exactly 3" where the list is complete, or else "at least 3"."""
    return f"{'exactly' if status == 'complete' else 'at least'} {count}"


@dataclass(frozen=True, eq=False)
class RegionFixedPoints(Result, eigenvalues="1/time", dt="time"):
    r"""Fixed points of a piecewise-linear network under one constant input, each solved for in its linear region.

    Attributes
    ----------
    network : Network
    inputs : ndarray, shape (channels,)
    states : ndarray, shape (points, units)
        The most stable first.
    slopes : ndarray, shape (points, units)
        Slope of the activation of each unit, which tells the region; from below where a unit is at a kink.
    eigenvalues : ndarray of complex, shape (points, units)
        Of the Jacobian, in 1/time, by descending real part.
    at_kink : ndarray of bool, shape (points,)
        Whether a unit is at a kink of its activation, up to rounding: the point is a fixed point, but its stability is
        not given by the eigenvalues.
    status : {"complete", "found"}
        Whether these are all fixed points, or those that were found.
    reason : str
        Why they may not be all; empty where they are.
    regions : int
        Number of regions in which a solution was sought, repetitions included.
    dt : float or None
        Step of the Euler map, stability of which is given; None: of the flow.
    """

    network: Any
    inputs: np.ndarray
    states: np.ndarray
    slopes: np.ndarray
    eigenvalues: np.ndarray
    at_kink: np.ndarray
    status: str
    reason: str
    regions: int
    dt: float | None = None

    def __len__(self) -> int:
        return len(self.states)

    @property
    def complete(self) -> bool:
        """Whether these are all fixed points, up to rounding."""
        return self.status == "complete"

    @property
    def unstable_dimensions(self) -> np.ndarray:
        """Number of growing modes, shape (points,)."""
        return (growth_signs(self.eigenvalues, self.dt) > 0).sum(axis=1)

    @property
    def stable(self) -> np.ndarray:
        """Whether all modes decay, shape (points,)."""
        return np.asarray((growth_signs(self.eigenvalues, self.dt) < 0).all(axis=1))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name of each point, as in `FixedPoints.kinds`."""
        if self.dt is None:
            return tuple(name_in_flow(values) for values in self.eigenvalues)
        return tuple(name_in_map(1.0 + self.dt * values) for values in self.eigenvalues)

    def __repr__(self) -> str:
        names = ", ".join(f"{self.kinds.count(kind)} {kind}" for kind in dict.fromkeys(self.kinds))
        reason = f"; {self.reason}" if self.reason else ""
        return (
            f"RegionFixedPoints({number_found(self.status, len(self))}{': ' if names else ''}{names}; {self.regions} "
            f"regions{reason})"
        )


@dataclass(frozen=True, eq=False)
class MapCycles(Result, dt="time"):
    r"""Cycles of one period of a piecewise-linear network that is stepped as an Euler map.

    Attributes
    ----------
    network : Network
    inputs : ndarray, shape (channels,)
    period : int
        In steps; no shorter period is a period of these cycles.
    states : ndarray, shape (cycles, period, units)
    multipliers : ndarray of complex, shape (cycles, units)
        Eigenvalues of the product of the Jacobians along the cycle, by descending modulus.
    counts : ndarray of int, shape (cycles,)
        How many starts ended at each.
    status : {"found"}
        The search does not prove that there are no others.
    dt : float
    """

    network: Any
    inputs: np.ndarray
    period: int
    states: np.ndarray
    multipliers: np.ndarray
    counts: np.ndarray
    status: str
    dt: float

    def __len__(self) -> int:
        return len(self.states)

    @property
    def stable(self) -> np.ndarray:
        """Whether all multipliers are inside the unit circle, shape (cycles,)."""
        return np.asarray((growth_in_map(self.multipliers) < 0).all(axis=1))

    def __repr__(self) -> str:
        return (
            f"MapCycles({number_found(self.status, len(self))} of period {self.period}, {int(self.stable.sum())} of "
            f"them stable; dt = {self.dt:g})"
        )
