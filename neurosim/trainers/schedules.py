"""Learning-rate schedules: learning rates as functions of the number of updates."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.validation import non_negative, positive, whole_number

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseDecay",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "as_rate",
    "rate_at",
]


class Schedule(Declaration, ABC):
    """Base class of schedules: learning rate as a function of the number of updates before, 0 at the first.

    Rules for a subclass: a frozen dataclass whose ``__call__(self, update)`` returns a number above 0. Rates depend on
    `update` alone, so that a resumed training has the same ones.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from neurosim.trainers.schedules import Schedule
    >>> @dataclass(frozen=True)
    ... class SquareRoot(Schedule):
    ...     "Rate that falls with the square root of the number of updates."
    ...     initial: float = 0.1
    ...     def __call__(self, update): return self.initial / (1 + update) ** 0.5
    >>> SquareRoot()(3)
    0.05
    """

    kind: ClassVar[str] = "schedule"

    @abstractmethod
    def __call__(self, update: int) -> float:
        """Rate of an update, counted from 0."""


def as_rate(name: str, rate: Any) -> Schedule | float:
    """Return a learning rate, which must be a number above 0 or a `Schedule`."""
    if isinstance(rate, Schedule):
        return rate
    if callable(rate):
        raise ParameterError(
            f"{name} must be a number or a Schedule (got {rate!r}); try a subclass of neurosim.trainers.Schedule with "
            f"__call__(self, update), which can be saved."
        )
    return positive(name, rate)


def rate_at(rate: Schedule | float, update: int) -> float:
    """Learning rate of an update.

    Raises
    ------
    ParameterError
        If a schedule gives a rate that is not finite or not above 0.
    """
    if isinstance(rate, Schedule):
        return positive(f"the rate of {rate!r} at update {update}", rate(update))
    return rate


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    r"""Exponential decay, :math:`initial \cdot factor^{k / every}`.

    Parameters
    ----------
    initial : float
        Rate at update k = 0.
    factor : float
        Above 0; above 1 the rate grows.
    every : float
        Number of updates in which the rate is multiplied by `factor`.

    Examples
    --------
    >>> from neurosim.trainers.schedules import ExponentialDecay
    >>> ExponentialDecay(initial=0.1, factor=0.25, every=100)(50)
    0.05
    """

    initial: float = 1e-3
    factor: float = 0.5
    every: float = 1000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_positive(self, "initial", "factor", "every")

    def __call__(self, update: int) -> float:  # noqa: D102
        return self.initial * self.factor ** (update / self.every)


@dataclass(frozen=True)
class StepDecay(Schedule):
    r"""Step decay, :math:`initial \cdot factor^{\lfloor k / every \rfloor}`.

    Parameters
    ----------
    initial : float
        Rate of the first `every` updates.
    factor : float
        Above 0.
    every : int
        Number of updates with the same rate.
    """

    initial: float = 1e-3
    factor: float = 0.5
    every: int = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_positive(self, "initial", "factor")
        whole_number("StepDecay.every", self.every)

    def __call__(self, update: int) -> float:  # noqa: D102
        return self.initial * self.factor ** (update // self.every)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""Cosine decay (annealing): half a period of a cosine, then constant.

    .. math:: final + (initial - final) \, (1 + \cos(\pi \min(k / updates, 1))) / 2

    Parameters
    ----------
    initial : float
        Rate at update k = 0.
    final : float
        Rate from update `updates` on; above 0.
    updates : int

    References
    ----------
    Loshchilov & Hutter (2017), SGDR: stochastic gradient descent with warm restarts, ICLR, eq. 5 (one period).
    """

    initial: float = 1e-3
    final: float = 1e-5
    updates: int = 10_000

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_positive(self, "initial", "final")
        whole_number("CosineDecay.updates", self.updates)

    def __call__(self, update: int) -> float:  # noqa: D102
        phase = math.pi * min(update / self.updates, 1.0)
        return self.final + (self.initial - self.final) * (1.0 + math.cos(phase)) / 2.0


@dataclass(frozen=True)
class InverseDecay(Schedule):
    r"""Inverse time decay, :math:`initial / (1 + decay \cdot k)`: Keras's argument ``decay``.

    Parameters
    ----------
    initial : float
        Rate at update k = 0.
    decay : float
        At least 0; the rate is halved after 1 / decay updates.

    Examples
    --------
    >>> from neurosim.trainers.schedules import InverseDecay
    >>> InverseDecay(initial=1e-4, decay=1e-4)(10_000)
    5e-05
    """

    initial: float = 1e-3
    decay: float = 1e-4

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_positive(self, "initial")
        non_negative("InverseDecay.decay", self.decay)

    def __call__(self, update: int) -> float:  # noqa: D102
        return self.initial / (1.0 + self.decay * update)


@dataclass(frozen=True)
class WarmUp(Schedule):
    r"""Linear warm-up to the initial rate of another schedule, which then begins.

    It is :math:`rate(0) \, (k + 1) / (updates + 1)` while k < updates, and rate(k - updates) afterward, so that the
    rate of the first update is above 0 and the ramp ends at the start of the schedule.

    Parameters
    ----------
    rate : Schedule or float
        Schedule after the ramp.
    updates : int
        Length of the ramp, at least 0.

    Examples
    --------
    >>> from neurosim.trainers.schedules import WarmUp
    >>> [WarmUp(rate=0.4, updates=3)(k) for k in range(5)]
    [0.1, 0.2, 0.30000000000000004, 0.4, 0.4]
    """

    rate: Schedule | float = 1e-3
    updates: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "rate", as_rate("WarmUp.rate", self.rate))
        whole_number("WarmUp.updates", self.updates, minimum=0)

    def __call__(self, update: int) -> float:  # noqa: D102
        if update < self.updates:
            return rate_at(self.rate, 0) * (update + 1) / (self.updates + 1)
        return rate_at(self.rate, update - self.updates)


def _require_positive(schedule: Schedule, *names: str) -> None:
    for name in names:
        positive(f"{type(schedule).__name__}.{name}", getattr(schedule, name))
