"""Parts of a report: numbers with intervals and units, tables and figures, gathered in sections."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError
from neurosim.results.numerals import numeral

__all__ = ["Drawing", "Grid", "Number", "Section"]


@dataclass(frozen=True)
class Number:
    """One number of a report.

    Attributes
    ----------
    value : float or int
    unit : str
        Empty for numbers without unit.
    low, high : float or None
        Ends of an interval; `reliability` says of what kind.
    predicted : float or None
        Prediction of a theory, where one applies.
    reliability : str
        What the number means, how it was estimated, and what it does not say.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    predicted: float | None = None
    reliability: str = ""

    @classmethod
    def with_error(cls, value: float, error: float | None, unit: str = "", **rest: Any) -> Number:
        """Number with a standard error; the interval is two standard errors to either side."""
        if error is None or not math.isfinite(error):
            return cls(float(value), unit, **rest)
        return cls(float(value), unit, float(value - 2.0 * error), float(value + 2.0 * error), **rest)

    @property
    def resolution(self) -> float | None:
        """Half width of the interval, None without one."""
        return None if self.low is None or self.high is None else 0.5 * (self.high - self.low)

    @property
    def value_text(self) -> str:
        """Value, with as many digits as the interval supports."""
        return numeral(self.value, self.resolution)

    @property
    def interval_text(self) -> str:
        """Interval in square brackets, empty without one."""
        if self.low is None or self.high is None:
            return ""
        return f"[{numeral(self.low, self.resolution)}, {numeral(self.high, self.resolution)}]"

    @property
    def predicted_text(self) -> str:
        """Prediction, empty without one."""
        return "" if self.predicted is None else numeral(self.predicted, self.resolution)

    def plain(self) -> dict[str, Any]:
        """Fields as plain data for JSON; a number that is not finite is None."""
        values = {name: _finite(getattr(self, name)) for name in ("value", "low", "high", "predicted")}
        return {**values, "unit": self.unit, "reliability": self.reliability}

    def __str__(self) -> str:
        return f"{self.value_text} {self.interval_text}".rstrip()


@dataclass(frozen=True)
class Grid:
    """Small table of texts: a title, a heading and rows."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """Figure of a section.

    Attributes
    ----------
    name : str
        Name of its files; characters other than letters, digits, "_" and "-" become hyphens.
    caption : str
    draw : callable
        Draws it on the axes `ax`.
    panel : pair of float
        Width and height in inches.
    share : {"", "x", "y", "xy"}
        Axes that panels of several networks share, where their ranges are comparable. None if the axes differ in
        meaning, as principal components of two networks do.
    """

    name: str
    caption: str
    draw: Callable[..., Any]
    panel: tuple[float, float] = (4.6, 3.6)
    share: str = "xy"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", re.sub(r"[^\w-]+", "-", self.name).lower())


@dataclass
class Section:
    """Answer to one question about a network.

    Attributes
    ----------
    title : str
    settings : str
        How the numbers were obtained.
    numbers : dict of str to Number
    missing : dict of str to str
        What could not be computed, with the reason.
    errors : dict of str to Exception
        The errors behind these reasons, where there was one.
    grids : list of Grid
    drawings : list of Drawing
    result : object
        Result of the analysis that the section describes, from which the verdict is formed.
    """

    title: str
    settings: str = ""
    numbers: dict[str, Number] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)
    result: Any = None

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Block whose error becomes the reason in `missing`, so that the rest of the report goes on."""
        try:
            yield
        except (NeurosimError, np.linalg.LinAlgError) as error:
            self.missing[what], self.errors[what] = str(error), error

    def drawing(self, name: str) -> Drawing | None:
        """Drawing of this name, or None."""
        return next((drawing for drawing in self.drawings if drawing.name == name), None)

    def plain(self) -> dict[str, Any]:
        """Section as plain data for JSON."""
        return {
            "settings": self.settings,
            "numbers": {name: number.plain() for name, number in self.numbers.items()},
            "tables": {grid.title: [list(grid.heading), *map(list, grid.rows)] for grid in self.grids},
            "not_measured": dict(self.missing),
            "figures": [drawing.name for drawing in self.drawings],
        }


def _finite(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return value if isinstance(value, int) else float(value)
