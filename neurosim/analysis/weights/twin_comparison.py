"""Comparison of one network with its twins (surrogates): intervals, effects and p-values of any numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import finite, positive

__all__ = ["TwinComparison", "numbers_by_name"]

# Relative difference below which numbers count as equal: twins match the network in some respects exactly.
EQUAL = 1e-9


@dataclass(frozen=True, eq=False)
class TwinComparison(Result):
    """Comparison of a network with its twins: numbers of an analysis of each.

    Attributes
    ----------
    names : tuple of str
        Of the numbers.
    measured : ndarray, shape (numbers,)
        Of the network.
    values : dict of str to ndarray, shape (twins, numbers)
        Of the twins, by kind.
    failures : dict of str to tuple of str
        Messages of the twins for which the analysis failed, by kind; `values` does not hold these twins.
    level : float
        Share of the twins in an interval.
    """

    names: tuple[str, ...]
    measured: np.ndarray
    values: dict[str, np.ndarray]
    failures: dict[str, tuple[str, ...]]
    level: float

    def __post_init__(self) -> None:
        if not 0.0 < positive("level", self.level) < 1.0:
            raise ParameterError(
                f"level must be a share of the twins between 0 and 1 (got {self.level!r}); try 0.95."
            )

    @property
    def intervals(self) -> dict[str, np.ndarray]:
        """Ends of the central interval of the twins by kind, shape (2, numbers)."""
        tail = 0.5 * (1.0 - self.level)
        return {kind: np.quantile(rows, [tail, 1.0 - tail], axis=0) for kind, rows in self.values.items()}

    @property
    def p_values(self) -> dict[str, np.ndarray]:
        """Two-sided p-values by kind, shape (numbers,), of the hypothesis that the network is one of the twins.

        Twice the smaller of (1 + twins at most as large) and (1 + twins at least as large), over 1 + twins, at most 1.
        They are not corrected for the number of comparisons.
        """
        return {kind: self._p_value(rows) for kind, rows in self.values.items()}

    @property
    def effects(self) -> dict[str, np.ndarray]:
        """Distance from the mean of the twins in their standard deviations (z-scores) by kind, shape (numbers,).

        0 where the network equals all twins, infinite where the twins are equal and the network differs.
        """
        return {kind: self._effect(rows) for kind, rows in self.values.items()}

    def _slack(self, rows: np.ndarray) -> np.ndarray:
        return EQUAL * np.maximum(np.abs(self.measured), np.abs(rows).max(axis=0))

    def _p_value(self, rows: np.ndarray) -> np.ndarray:
        slack = self._slack(rows)
        above = 1 + np.sum(rows >= self.measured - slack, axis=0)
        below = 1 + np.sum(rows <= self.measured + slack, axis=0)
        return np.minimum(1.0, 2.0 * np.minimum(above, below) / (1 + len(rows)))

    def _effect(self, rows: np.ndarray) -> np.ndarray:
        distance, scatter, slack = self.measured - rows.mean(axis=0), rows.std(axis=0), self._slack(rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            effects = distance / np.where(scatter <= slack, 0.0, scatter)
        return np.where(np.abs(distance) <= slack, 0.0, effects)

    def __str__(self) -> str:
        lines = []
        for kind, rows in self.values.items():
            low, high = self.intervals[kind]
            for k, name in enumerate(self.names):
                lines.append(
                    f"{kind}: {name} = {self.measured[k]:.4g}, twins {low[k]:.4g} to {high[k]:.4g} "
                    f"({100 * self.level:g} % of {len(rows)}), p = {self.p_values[kind][k]:.3g}"
                )
        return "\n".join(lines)


def numbers_by_name(result: Any) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and values of what an analysis returns: a number, a sequence of numbers, or numbers by name."""
    if isinstance(result, Mapping):
        return tuple(str(name) for name in result), finite("result", list(result.values()), np.float64)
    numbers = finite("result", result, np.float64)
    if numbers.ndim == 0:
        return ("value",), numbers[None]
    if numbers.ndim > 1 or not numbers.size:
        raise ParameterError(
            f"analysis must return a number, a sequence of numbers, or a dict of numbers by name (got an array of "
            f"shape {numbers.shape})."
        )
    return tuple(str(k) for k in range(len(numbers))), numbers
