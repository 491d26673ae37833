"""What a report is made of: numbers with units and trust, tables and figures, in sections."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError

__all__ = ["Drawing", "Grid", "Number", "Section"]


@dataclass(frozen=True)
class Number:
    """One number of a report.

    Attributes
    ----------
    value : float
    unit : str
        Empty where it has none.
    low, high : float or None
        Ends of an interval; what kind of interval, `trust` says.
    predicted : float or None
        What theory says, where one describes the network.
    trust : str
        How far to trust it, and what it means.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    predicted: float | None = None
    trust: str = ""

    @classmethod
    def within(cls, value: float, error: float | None, unit: str = "", **rest: Any) -> Number:
        """Number with a standard error, the interval being two of them to either side."""
        if error is None or not math.isfinite(error):
            return cls(float(value), unit, **rest)
        return cls(float(value), unit, float(value - 2.0 * error), float(value + 2.0 * error), **rest)

    def plain(self) -> dict[str, Any]:
        """What JSON can hold; a number that is not finite is None."""
        kept = {name: _finite(getattr(self, name)) for name in ("value", "low", "high", "predicted")}
        return {**kept, "unit": self.unit, "trust": self.trust}

    def __str__(self) -> str:
        interval = "" if self.low is None or self.high is None else f" [{self.low:.4g}, {self.high:.4g}]"
        return f"{self.value:.5g}{interval}"


@dataclass(frozen=True)
class Grid:
    """A small table: a heading and rows of texts."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """A figure: its name in files, what it shows, and what draws it on the axes `ax`.

    What a file name had better not hold, as when a task is named by its path, becomes a hyphen in the name.
    """

    name: str
    caption: str
    draw: Callable[..., Any]
    panel: tuple[float, float] = (4.6, 3.6)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", re.sub(r"[^\w-]+", "-", self.name).lower())


@dataclass
class Section:
    """One question to a network, and what was found.

    Attributes
    ----------
    title : str
    settings : str
        How the numbers were obtained.
    numbers : dict of str to Number
    missing : dict of str to str
        What could not be computed, and why.
    grids : list of Grid
    drawings : list of Drawing
    """

    title: str
    settings: str = ""
    numbers: dict[str, Number] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Block whose error becomes the reason why something is missing: one number must not cost the others."""
        try:
            yield
        except (NeurosimError, np.linalg.LinAlgError) as error:
            self.missing[what] = str(error)

    def drawing(self, name: str) -> Drawing | None:
        """Drawing of this name, or None."""
        return next((drawing for drawing in self.drawings if drawing.name == name), None)

    def plain(self) -> dict[str, Any]:
        """What JSON can hold."""
        return {
            "settings": self.settings,
            "numbers": {name: number.plain() for name, number in self.numbers.items()},
            "tables": {grid.title: [list(grid.heading), *map(list, grid.rows)] for grid in self.grids},
            "not_measured": dict(self.missing),
            "figures": [drawing.name for drawing in self.drawings],
        }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
