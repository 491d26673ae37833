"""Times of a measurement of Lyapunov exponents as numbers of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.errors import ParameterError
from neurosim.schemes import Tableau
from neurosim.stepping import Stepping
from neurosim.time_constants import TimeConstants, duration_or, stepping_or
from neurosim.validation import positive

__all__ = ["DURATION", "Schedule", "schedule_of"]

DURATION, DISCARD = 200.0, 100.0
"""Default times, in slowest time constants."""
MOST_STEPS = 50_000
"""Most steps of the default duration."""

ALIGNMENT = 0.1
"""Part of the duration, within `discard`, that the vectors are given to turn into their directions."""

ALONE = 10.0
"""Time constants between two normalizations of a single vector, which has no frame to lose."""


@dataclass(frozen=True)
class Schedule:
    """Numbers of steps of a measurement.

    Attributes
    ----------
    dt : float
    scheme : Tableau
    before : int
        Steps that are discarded.
    alignment : int
        Intervals at the end of these, in which the tangent vectors turn into their directions.
    every : int
        Steps of an interval between two orthonormalizations.
    intervals : int
        Intervals that are measured.
    steps : int
        All steps, including those at the end that do not fill an interval.
    """

    dt: float
    scheme: Tableau
    before: int
    alignment: int
    every: int
    intervals: int
    steps: int

    @property
    def transient(self) -> int:
        """Steps before the vectors are aligned."""
        return self.before - self.alignment * self.every

    @property
    def interval(self) -> float:
        """Time between two orthonormalizations."""
        return self.every * self.dt


def schedule_of(
    stepping: Stepping | None,
    count: int,
    constants: TimeConstants,
    duration: Any,
    dt: Any,
    scheme: Any,
    discard: Any,
    interval: Any,
) -> Schedule:
    """Numbers of steps from the arguments of `lyapunov_spectrum`; None is resolved from the time constants."""
    dt, tableau = stepping_or(stepping, dt, scheme, constants)
    longest = MOST_STEPS * dt
    if duration is None:
        duration = min(DURATION * constants.slowest, longest)
    duration = positive("duration", duration)
    shorter = min(1.0, longest / (DURATION * constants.slowest))
    discard = duration_or("discard", discard, DISCARD * shorter, constants)
    if interval is None:
        interval = constants.fastest * (ALONE if count == 1 else 1.0)
        # enough of them for a confidence interval
        interval = min(interval, duration / 40.0)
    if duration < positive("interval", interval):
        raise ParameterError(
            f"duration must be at least interval = {interval:g} (got {duration:g}); take a longer one."
        )
    every = max(1, round(interval / dt))
    intervals = max(1, round(duration / dt) // every)
    before = max(1, round(discard / dt))
    alignment = min(max(1, round(ALIGNMENT * intervals)), (before - 1) // every)
    return Schedule(dt, tableau, before, alignment, every, intervals, before + round(duration / dt))
