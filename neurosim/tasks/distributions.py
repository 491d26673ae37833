"""Distributions of random durations, coherences and angles."""

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
    """Distribution of non-negative numbers, such as durations in the network's unit of time."""

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
"""Duration: a number, or a distribution from which it is drawn."""


@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform distribution from `low` to `high`."""

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.low < self.high:
            raise ParameterError(
                f"Uniform must have 0 <= low < high (got low={self.low:g}, high={self.high:g}); give a plain number "
                f"for a constant."
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
    """Discrete distribution: each of some values with equal probability."""

    values: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        super().__post_init__()
        values = finite("Choice.values", self.values, np.float64).ravel()
        if values.size == 0 or values.min() < 0.0:
            raise ParameterError(
                f"Choice.values must be one or more numbers of at least 0 (got {self.values!r})."
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
        """Randomly chosen values."""
        return rng.choice(self.values, count)


@dataclass(frozen=True)
class TruncatedExponential(Distribution):
    r"""Truncated exponential distribution between `low` and `high`, with a nearly constant hazard.

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
                f"TruncatedExponential must have 0 <= low < high (got low={self.low:g}, high={self.high:g})."
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
    """One number or, with a count, an array (count,) from a distribution; a plain number is returned unchanged."""
    return duration.draw(rng, count) if isinstance(duration, Distribution) else duration


def as_duration(name: str, value: Any) -> Duration:
    """Check that a value is a distribution or a number of at least 0, and return it."""
    return value if isinstance(value, Distribution) else non_negative(name, value)


def check_epochs(task: Any) -> None:
    """Raise unless the fields ``task.epochs`` are durations, which must be positive except for a delay."""
    for epoch in task.epochs:
        name = f"{type(task).__name__}.{epoch}"
        duration = as_duration(name, getattr(task, epoch))
        if shortest(duration) == 0.0 and epoch != "delay":
            raise ParameterError(f"{name} must be above 0 (got {duration!r}).")
        object.__setattr__(task, epoch, duration)


def random_epochs(task: Any, count: int, dt: float, rng: np.random.Generator) -> Timeline:
    """Timeline of the epochs ``task.epochs`` with durations drawn for each trial; all trials end together."""
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
                f"{type(task).__name__}.{field} must be a distribution (got {value!r}); try Uniform(low, high) or "
                f"Choice(values)."
            )
