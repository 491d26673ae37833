"""What is drawn anew: durations, coherences, angles, from the distributions that experiments use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.tasks.timeline import Timeline, whole_steps
from neurosim.validation import finite, non_negative, positive

__all__ = [
    "Choice",
    "Distribution",
    "Duration",
    "TruncatedExponential",
    "Uniform",
    "as_duration",
    "check_epochs",
    "draw_duration",
    "longest",
    "random_epochs",
    "require_distributions",
    "shortest",
]


class Distribution(Declaration, ABC):
    """Random numbers of at least 0, such as durations in the network's unit of time."""

    @property
    @abstractmethod
    def shortest(self) -> float:
        """Least number that can be drawn."""

    @property
    @abstractmethod
    def longest(self) -> float:
        """Greatest number that can be drawn."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, count: int | None = None) -> Any:
        """One number, or an array (count,) of independent ones."""


Duration: TypeAlias = "float | Distribution"
"""A duration: always the same, or drawn from a distribution."""


@dataclass(frozen=True)
class Uniform(Distribution):
    """Any number from `low` to `high`, with equal odds."""

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.low < self.high:
            raise ParameterError(
                f"Uniform(low={self.low:g}, high={self.high:g}) needs 0 <= low < high; give a plain number where "
                f"nothing is to be drawn."
            )

    @property
    def shortest(self) -> float:
        """`low`."""
        return self.low

    @property
    def longest(self) -> float:
        """`high`."""
        return self.high

    def draw(self, rng: np.random.Generator, count: int | None = None) -> Any:
        """Uniform numbers."""
        return rng.uniform(self.low, self.high, count)


@dataclass(frozen=True)
class Choice(Distribution):
    """One of a few numbers, with equal odds."""

    values: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        super().__post_init__()
        values = finite("Choice.values", self.values, np.float64).ravel()
        if values.size == 0 or values.min() < 0.0:
            raise ParameterError(
                f"Choice.values = {self.values!r} must be numbers of at least 0, one or more."
            )
        object.__setattr__(self, "values", tuple(values.tolist()))

    @property
    def shortest(self) -> float:
        """Least of the values."""
        return min(self.values)

    @property
    def longest(self) -> float:
        """Greatest of the values."""
        return max(self.values)

    def draw(self, rng: np.random.Generator, count: int | None = None) -> Any:
        """Values by chance."""
        return rng.choice(self.values, count)


@dataclass(frozen=True)
class TruncatedExponential(Distribution):
    r"""Exponential distribution of scale `scale` between `low` and `high`: the hazard hardly changes with time.

    The density is proportional to :math:`e^{-(t - low)/scale}` for low ≤ t ≤ high.
    """

    scale: float = 1.0
    low: float = 0.0
    high: float = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("TruncatedExponential.scale", self.scale)
        if not 0.0 <= self.low < self.high:
            raise ParameterError(
                f"TruncatedExponential(low={self.low:g}, high={self.high:g}) needs 0 <= low < high."
            )

    @property
    def shortest(self) -> float:
        """`low`."""
        return self.low

    @property
    def longest(self) -> float:
        """`high`."""
        return self.high

    def draw(self, rng: np.random.Generator, count: int | None = None) -> Any:
        """Numbers by inversion of the distribution function."""
        kept = -np.expm1(-(self.high - self.low) / self.scale)
        return self.low - self.scale * np.log1p(-kept * rng.random(count))


def shortest(duration: Duration) -> float:
    """Least number that can be drawn, or the number itself."""
    return duration.shortest if isinstance(duration, Distribution) else duration


def longest(duration: Duration) -> float:
    """Greatest number that can be drawn, or the number itself."""
    return duration.longest if isinstance(duration, Distribution) else duration


def draw_duration(duration: Duration, rng: np.random.Generator, count: int | None = None) -> Any:
    """One number or, given a count, an array (count,) of them; what is no distribution stays as it is."""
    return duration.draw(rng, count) if isinstance(duration, Distribution) else duration


def as_duration(name: str, value: Any) -> Duration:
    """Return a value, which must be a distribution or a number of at least 0."""
    return value if isinstance(value, Distribution) else non_negative(name, value)


def check_epochs(task: Any) -> None:
    """Raise unless the fields ``task.epochs``, which say how long epochs last, are durations; only a delay may be 0."""
    for epoch in task.epochs:
        name = f"{type(task).__name__}.{epoch}"
        duration = as_duration(name, getattr(task, epoch))
        if shortest(duration) == 0.0 and epoch != "delay":
            raise ParameterError(f"{name} may last 0; give a duration above 0.")
        object.__setattr__(task, epoch, duration)


def random_epochs(task: Any, count: int, dt: float, rng: np.random.Generator) -> Timeline:
    """Epochs ``task.epochs`` of all trials, each with durations of its own; all trials end together."""
    lengths = {epoch: getattr(task, epoch) for epoch in task.epochs}
    for epoch, length in lengths.items():
        if isinstance(length, Distribution):
            whole_steps(epoch, length.shortest, dt)
    durations = {epoch: draw_duration(length, rng, count) for epoch, length in lengths.items()}
    total = sum(longest(length) for length in lengths.values())
    return Timeline.consecutive(count, dt, total, **durations)


def require_distributions(task: Any, *fields: str) -> None:
    """Raise unless fields of a task are distributions."""
    for field in fields:
        value = getattr(task, field)
        if not isinstance(value, Distribution):
            raise ParameterError(
                f"{type(task).__name__}.{field} = {value!r} is no distribution; give Uniform(low, high) or "
                f"Choice(values)."
            )
