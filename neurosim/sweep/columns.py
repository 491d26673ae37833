"""Columns of a table, from the values of many points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["parameter_column", "ragged_shapes", "result_column", "result_names"]


def parameter_column(values: Sequence[Any]) -> np.ndarray:
    """One value of a parameter for each point: numbers where all are, else texts.

    Declarations, arrays and lists appear as they print.
    """
    if all(isinstance(value, (bool, np.bool_)) for value in values):
        return np.array(values, dtype=bool)
    numeric = (int, float, np.integer, np.floating)
    if all(isinstance(value, numeric) and not isinstance(value, bool) for value in values):
        return np.array(values)
    return np.array([value if isinstance(value, str) else repr(value) for value in values], dtype=str)


def result_column(values: Sequence[Any]) -> np.ndarray:
    """One result for each point, of shape ``(points, *shape)``; NaN where a point has none (None).

    Whole numbers and truth values stay what they are where every point has one, and else become float.
    """
    present = [np.asarray(value) for value in values if value is not None]
    dtype = np.result_type(*(array.dtype for array in present))
    if len(present) < len(values) and dtype.kind not in "fc":
        dtype = np.result_type(dtype, np.float64)
    column = np.zeros((len(values), *present[0].shape), dtype)
    for row, value in enumerate(values):
        column[row] = np.nan if value is None else value
    return column


def ragged_shapes(values: Sequence[Any]) -> tuple[int, int] | None:
    """First two points whose results differ in shape; None where there are none."""
    shapes: dict[tuple[int, ...], int] = {}
    for row, value in enumerate(values):
        if value is not None:
            shapes.setdefault(np.shape(value), row)
    rows = sorted(shapes.values())
    return (rows[0], rows[1]) if len(rows) > 1 else None


def result_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of all results, in the order in which points first have them."""
    return list(dict.fromkeys(name for row in rows for name in row))
