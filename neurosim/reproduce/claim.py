"""Claim: a published number or relation, its source, our estimate, and the rule that says whether they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from neurosim.reproduce.estimates import Estimate
from neurosim.reproduce.rules import Rule
from neurosim.results import Result
from neurosim.results.numerals import numeral

__all__ = ["Claim"]


@dataclass(frozen=True)
class Claim(Result):
    """What a paper says, and whether it was found.

    Attributes
    ----------
    name : str
        Short and distinct in its study, such as "variance at g = 2".
    statement : str
        What is claimed, in one sentence.
    published : float or None
        Value that was published, or that follows exactly; None for a relation.
    source : str
        Page, figure, equation or line of code that says so.
    rule : Rule
        Decides agreement; written before the run.
    unit : str
    known : str
        What is known about why it fails, shown where it does.
    needs : str
        Data of others without which it cannot be checked.
    estimate : Estimate or None
        What was measured; None before the run.
    missing : str
        Why it could not be checked: where the data that it needs are to be had.
    """

    name: str
    statement: str
    published: float | None
    source: str
    rule: Rule
    unit: str = ""
    known: str = ""
    needs: str = ""
    estimate: Estimate | None = None
    missing: str = ""

    def with_estimate(self, estimate: Estimate | None) -> Claim:
        """Claim with what was measured; without an estimate it has failed."""
        return replace(self, estimate=Estimate(math.nan) if estimate is None else estimate)

    @property
    def checked(self) -> bool:
        """Whether the claim counts: it was estimated, or should have been."""
        return self.estimate is not None and not self.missing

    @property
    def agrees(self) -> bool:
        """Whether the estimate is finite and fulfills the rule."""
        if self.estimate is None or not math.isfinite(self.estimate.value):
            return False
        return bool(self.rule.agrees(self.estimate, self.published))

    @property
    def verdict(self) -> str:
        """Agreement in one word."""
        return "not checked" if not self.checked else "yes" if self.agrees else "NO"

    @property
    def published_text(self) -> str:
        """Published value with its unit, "holds" for a relation."""
        return "holds" if self.published is None else f"{numeral(self.published)} {self.unit}".rstrip()

    @property
    def estimate_text(self) -> str:
        """Estimate, with as many digits as its interval supports."""
        if not self.checked or self.estimate is None:
            return "–"
        if self.published is None and self.estimate.networks and 0.0 <= self.estimate.value <= 1.0:
            count = round(self.estimate.value * self.estimate.networks)
            return f"{count} of {self.estimate.networks}"
        return numeral(self.estimate.value, self._resolution)

    @property
    def interval_text(self) -> str:
        """Interval in square brackets, empty without one."""
        if self.estimate is None or not math.isfinite(self.estimate.low + self.estimate.high):
            return ""
        low, high = (numeral(end, self._resolution) for end in (self.estimate.low, self.estimate.high))
        return f"[{low}, {high}]"

    def plain(self) -> dict[str, Any]:
        """Claim as plain data for JSON; a number that is not finite is None."""
        estimate = self.estimate or Estimate(math.nan)
        numbers = {name: _finite(getattr(estimate, name)) for name in ("value", "low", "high")}
        return {
            "name": self.name,
            "statement": self.statement,
            "published": self.published,
            "unit": self.unit,
            "source": self.source,
            "rule": self.rule.text,
            **numbers,
            "networks": estimate.networks,
            "agrees": self.agrees if self.checked else None,
            "known": self.known if self.checked and not self.agrees else "",
            "missing": self.missing,
        }

    @property
    def _resolution(self) -> float | None:
        if self.estimate is None or not math.isfinite(self.estimate.low + self.estimate.high):
            return None
        return 0.5 * (self.estimate.high - self.estimate.low)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
