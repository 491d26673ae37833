r"""Delay line: the rates of past steps that delayed connections read, and how they are read.

A product with the weights reads a *row*, in which the rates that arrive with each delay stand side by side:
:math:`u = W^{row} r^{row}`. Before each stage the row is filled from the rates of past steps.

A delay of a whole number d of steps reads, at stage m of step n, the rates at stage m of step n - d. That is the same
Runge-Kutta scheme for the ordinary differential equation to which the method of steps reduces the delayed one, of the
same order. Any other delay reads the rates between whole steps, at the time of the stage minus the delay, by
polynomials through neighboring steps: two of them for Euler, four for the schemes of higher order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.connectivity.delays import Delays
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.schemes import Tableau
from neurosim.validation import require_memory

__all__ = ["DelayLine", "Taps", "delay_line", "interpolation"]

WHOLE = 1e-9
"""Relative difference to a whole number of steps that is rounding."""
RUNS = 8
"""Ranges of sources of one delay from which one range over all of them is read in fewer operations."""


@dataclass(frozen=True, eq=False)
class Taps:
    """Weighted past rates that make up those of each delay.

    Attributes
    ----------
    counts : ndarray of int, shape (classes,)
        How many rates are summed: 1 for a whole number of steps.
    backs : ndarray of int, shape (classes, stages, 4)
        How many steps back each is, from the present step.
    stages : ndarray of int, shape (classes, stages)
        Of which stage.
    weights : ndarray, shape (classes, stages, 4)
    """

    counts: np.ndarray
    backs: np.ndarray
    stages: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class DelayLine:
    """Delays of a network in steps, and the place of each source in the row that products read.

    Attributes
    ----------
    taps : Taps
    segments : ndarray of int, shape (segments, 4)
        Ranges of the row: index of the delay, first source, number of sources, first place.
    positions : ndarray of int, shape (classes, units)
        Place of each source in the row for each delay; -1 where no connection needs it.
    width : int
        Length of the row.
    depth : int
        Steps whose rates are kept, the present one included.
    stages : int
    """

    taps: Taps
    segments: np.ndarray
    positions: np.ndarray
    width: int
    depth: int
    stages: int

    @property
    def arrays(self) -> dict[str, Any]:
        """Arrays under the names of the kernels' arguments."""
        taps = self.taps
        return {
            "segments": self.segments,
            "tap_counts": taps.counts,
            "tap_backs": taps.backs,
            "tap_stages": taps.stages,
            "tap_weights": taps.weights,
        }

    def nbytes(self, trials: int, units: int, itemsize: int) -> float:
        """Bytes of the rates of all kept steps."""
        return float(self.depth) * self.stages * trials * units * itemsize

    def require_memory(self, trials: int, units: int, itemsize: int) -> None:
        """Raise `MemoryLimitError` unless the rates of all kept steps fit into memory."""
        require_memory(
            self.nbytes(trials, units, itemsize),
            f"the rates of the last {self.depth} steps, which delays read,",
            "Take fewer trials, or a longer dt.",
        )


def delay_line(operator: Operator, dt: float, scheme: Tableau) -> DelayLine | None:
    """Delay line of an operator at a time step; None where no connection takes time.

    Raises
    ------
    ParameterError
        If a delay that is not 0 is shorter than one step.
    """
    delays = operator.delays
    if delays is None:
        return None
    late = delays.values[(delays.values > 0.0) & (delays.values < dt * (1.0 - WHOLE))]
    if late.size:
        raise ParameterError(
            f"delays must be 0 or at least one time step, dt = {dt:g} (got {late[0]:g}); take dt={late[0]:g} or less."
        )
    taps = _taps(delays.values / dt, scheme, operator.dtype)
    segments, place = [], 0
    positions = np.full((len(delays.values), operator.size), -1)
    for k in range(len(delays.values)):
        for first, count in _runs(_sources(operator, delays, k)):
            segments.append((k, first, count, place))
            positions[k, first : first + count] = np.arange(place, place + count)
            place += count
    depth = int(taps.backs.max()) + 1
    table = np.array(segments, np.int64).reshape(-1, 4)
    return DelayLine(taps, table, positions, place, depth, scheme.stages)


def _sources(operator: Operator, delays: Delays, k: int) -> np.ndarray:
    """Which units send rates with one of the delays."""
    found, base = np.zeros(operator.size, bool), operator.base
    if isinstance(base, np.ndarray):
        chosen = np.equal(np.asarray(delays.base), k)
        found |= (chosen if operator.pattern is None else chosen & operator.pattern).any(axis=0)
    elif base is not None:
        found[base.indices[delays.base == k]] = True
    if operator.right is not None and np.equal(np.asarray(delays.factors), k).any():
        found[:] = True
    return found


def _runs(chosen: np.ndarray) -> list[tuple[int, int]]:
    """First index and length of the ranges of True; one range over all of them where they are many."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    runs = list(zip(edges[::2].tolist(), (edges[1::2] - edges[::2]).tolist(), strict=True))
    if len(runs) <= RUNS:
        return runs
    return [(int(edges[0]), int(edges[-1] - edges[0]))]


def _taps(delays: np.ndarray, scheme: Tableau, dtype: np.dtype) -> Taps:
    """Taps of delays that are given in steps."""
    shape = (len(delays), scheme.stages)
    counts, stages = np.ones(len(delays), np.int64), np.zeros(shape, np.int64)
    backs, weights = np.zeros((*shape, 4), np.int64), np.zeros((*shape, 4))
    for k, delay in enumerate(delays):
        steps = round(delay)
        if abs(delay - steps) <= WHOLE * max(1.0, delay):
            backs[k, :, 0], weights[k, :, 0], stages[k] = steps, 1.0, np.arange(scheme.stages)
            continue
        counts[k] = 2 if scheme.order == 1 else 4
        for m, c in enumerate(scheme.c):
            first, own = interpolation(delay - c, int(counts[k]))
            backs[k, m, : counts[k]] = np.arange(first, first + counts[k])
            weights[k, m, : counts[k]] = own
    return Taps(counts, backs, stages, weights.astype(dtype))


def interpolation(place: float, count: int, last: int | None = None) -> tuple[int, np.ndarray]:
    """First of `count` neighboring whole numbers from 0 to `last`, and the weights of the polynomial through them."""
    first = max(0, int(np.floor(place)) - (count // 2 - 1))
    if last is not None:
        first = min(first, last + 1 - count)
    nodes = first + np.arange(count)
    weights = [np.prod([(place - other) / (own - other) for other in nodes if other != own]) for own in nodes]
    return first, np.array(weights)
