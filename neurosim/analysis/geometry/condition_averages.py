"""Averages of activity over trials of each condition, and their marginalizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import as_array, named_entries

__all__ = ["ConditionAverages", "average_by_condition", "marginalize"]


@dataclass(frozen=True, eq=False)
class ConditionAverages:
    """Averages of activity over the trials of each condition, a combination of levels of the factors.

    Attributes
    ----------
    factors : tuple of str
    levels : tuple of ndarray
        Values that each factor takes, ascending.
    values : ndarray, shape (*levels, samples, units)
    noise : ndarray, shape (units, units)
        Covariance of trials around the averages, the mean over conditions and samples; zero for one trial each.
    """

    factors: tuple[str, ...]
    levels: tuple[np.ndarray, ...]
    values: np.ndarray
    noise: np.ndarray

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each condition in the order of the values, such as "stimulus 1, choice 0"."""
        named = [
            [f"{name} {level:g}" if each.dtype.kind == "f" else f"{name} {level}" for level in each]
            for name, each in zip(self.factors, self.levels, strict=True)
        ]
        return tuple(", ".join(condition) for condition in product(*named))


def average_by_condition(values: np.ndarray, conditions: Mapping[str, Any]) -> ConditionAverages:
    """Averages of activity, shape (trials, samples, units), over the trials of each combination of levels.

    Parameters
    ----------
    values : ndarray, shape (trials, samples, units)
    conditions : mapping of str to array_like, shape (trials,)
        Level of each factor in each trial.

    Raises
    ------
    ShapeError, ParameterError
        When labels do not fit, a factor has one level only, or a combination has no trial.
    """
    factors = tuple(named_entries("conditions", conditions, "try trials.conditions"))
    if not factors:
        raise ParameterError("conditions must name at least one factor (got none); try trials.conditions.")
    found = [np.unique(_labels(name, conditions[name], len(values)), return_inverse=True) for name in factors]
    levels = tuple(each for each, _ in found)
    for name, each in zip(factors, levels, strict=True):
        if len(each) < 2:
            raise ParameterError(f"conditions[{name!r}] must have two levels or more (got {each.tolist()}).")
    shape = tuple(len(each) for each in levels)
    cell = np.ravel_multi_index(tuple(place.reshape(-1) for _, place in found), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape)))
    _require_all(counts.reshape(shape), factors, levels)
    averages = np.zeros((len(counts), *values.shape[1:]))
    np.add.at(averages, cell, values)
    averages /= counts[:, None, None]
    weighted = (values - averages[cell]) / np.sqrt(counts[cell])[:, None, None]
    flat = weighted.reshape(-1, values.shape[2])
    noise = flat.T @ flat / (len(counts) * values.shape[1])
    return ConditionAverages(factors, levels, averages.reshape(*shape, *values.shape[1:]), noise)


def _labels(name: str, labels: Any, trials: int) -> np.ndarray:
    array = as_array(f"conditions[{name!r}]", labels)
    if array.shape != (trials,):
        raise ShapeError(
            f"conditions[{name!r}] must have the shape ({trials},), one for each trial (got {array.shape})."
        )
    return array


def _require_all(counts: np.ndarray, factors: Sequence[str], levels: Sequence[np.ndarray]) -> None:
    """Raise where a combination of levels has no trial."""
    if counts.all():
        return
    missing = np.argwhere(counts == 0)
    first = {name: each[k].item() for name, each, k in zip(factors, levels, missing[0], strict=True)}
    raise ParameterError(
        f"conditions must have a trial for each combination of levels (got none for {len(missing)} of {counts.size}, "
        f"such as {first}); try fewer factors or more trials."
    )


def marginalize(values: np.ndarray, factors: Sequence[str]) -> dict[str, np.ndarray]:
    """Orthogonal parts of condition averages: time, each factor, and each interaction, all with their time course.

    Parameters
    ----------
    values : ndarray, shape (*levels, samples, units)
    factors : sequence of str

    Returns
    -------
    dict of str to ndarray
        Arrays that broadcast to the shape of `values`. They add up to `values` without the mean over everything, and
        are uncorrelated with each other over conditions. Names are "time", and those of factors, joined by " × ".
    """
    axes = range(len(factors))
    parts: dict[tuple[int, ...], np.ndarray] = {}
    for size in range(len(factors) + 1):
        for chosen in combinations(axes, size):
            part = values.mean(axis=tuple(set(axes) - set(chosen)), keepdims=True)
            parts[chosen] = part - sum(parts[lower] for lower in parts if set(lower) < set(chosen))
    parts[()] = parts[()] - values.mean(axis=tuple(range(values.ndim - 1)), keepdims=True)
    return {" × ".join(factors[k] for k in chosen) or "time": part for chosen, part in parts.items()}
