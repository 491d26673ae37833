"""Rules of agreement between an estimate and a published value; a claim names its rule before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from neurosim.errors import ParameterError
from neurosim.reproduce.estimates import Estimate
from neurosim.results.numerals import numeral
from neurosim.validation import non_negative

__all__ = ["AtLeast", "AtMost", "Between", "Holds", "Rule", "Within"]


class Rule(Protocol):
    """What decides whether an estimate agrees with a published value."""

    @property
    def text(self) -> str:
        """The rule in words."""

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether they agree; False for an estimate that is not finite."""


@dataclass(frozen=True)
class Within:
    """The estimate differs by a tolerance at most.

    Attributes
    ----------
    reason : str
        Why this tolerance: sampling, finite size, or the digits that were printed.
    relative : float
        Tolerance as a share of the published value.
    absolute : float
        Tolerance in the unit of the value; both are added.
    """

    reason: str
    relative: float = 0.0
    absolute: float = 0.0

    def __post_init__(self) -> None:
        for name in ("relative", "absolute"):
            object.__setattr__(self, name, non_negative(name, getattr(self, name)))
        if not (self.relative > 0.0 or self.absolute > 0.0):
            raise ParameterError(
                "Within must have a tolerance above 0 (got none); give relative= or absolute=."
            )

    @property
    def text(self) -> str:
        """The rule in words."""
        parts = [f"{100.0 * self.relative:.2g} %"] * (self.relative > 0.0)
        parts += [f"{self.absolute:.2g}"] * (self.absolute > 0.0)
        return f"within {' + '.join(parts)}: {self.reason}"

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether the difference is within the tolerance."""
        number = _published(self, published)
        return abs(estimate.value - number) <= self.absolute + self.relative * abs(number)


@dataclass(frozen=True)
class AtLeast:
    """The estimate is the published value or more."""

    reason: str

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"at least: {self.reason}"

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether the estimate is not below the published value."""
        return estimate.value >= _published(self, published)


@dataclass(frozen=True)
class AtMost:
    """The estimate is the published value or less."""

    reason: str

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"at most: {self.reason}"

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether the estimate is not above the published value."""
        return estimate.value <= _published(self, published)


@dataclass(frozen=True)
class Between:
    """The estimate lies in a range that was published, or that follows from what was."""

    low: float
    high: float
    reason: str

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"from {numeral(self.low)} to {numeral(self.high)}: {self.reason}"

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether the estimate is in the range."""
        del published
        return self.low <= estimate.value <= self.high


@dataclass(frozen=True)
class Holds:
    """A relation holds in at least this share of the networks; the estimate is the share in which it does."""

    reason: str
    share: float = 1.0

    @property
    def text(self) -> str:
        """The rule in words."""
        where = "all networks" if self.share == 1.0 else f"at least {100.0 * self.share:g} % of the networks"
        return f"holds in {where}: {self.reason}"

    def agrees(self, estimate: Estimate, published: float | None) -> bool:
        """Whether the relation holds often enough."""
        del published
        return math.isfinite(estimate.value) and estimate.value >= self.share


def _published(rule: Rule, published: float | None) -> float:
    if published is None:
        raise ParameterError(
            f"{type(rule).__name__} must have a published value (got None); use Holds for a relation."
        )
    return published
