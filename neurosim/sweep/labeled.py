"""Tables with named dimensions, for xarray."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError

__all__ = ["table_dataset"]


def table_dataset(table: Any) -> Any:
    """Table as an ``xarray.Dataset``; see `Table.to_xarray`."""
    try:
        from xarray import Dataset
    except ImportError as error:
        raise NeurosimError(
            "xarray is not installed, and to_xarray needs it; install the extra: pip install 'neurosim-rnn[xarray]'."
        ) from error
    levels = {name: list(dict.fromkeys(column.tolist())) for name, column in table.parameters.items()}
    if math.prod(map(len, levels.values())) == len(table):
        variables, coordinates = (
            _grid_variables(table, levels),
            {name: list(values) for name, values in levels.items()},
        )
    else:
        variables = {
            name: (("point", *_inner(name, column)), column) for name, column in table.results.items()
        }
        coordinates = {name: ("point", column) for name, column in table.parameters.items()}  # type: ignore[misc]
    data = Dataset(variables, coordinates)
    for name, unit in table.units.items():
        data[name].attrs["units"] = unit
    return data


def _grid_variables(table: Any, levels: dict[str, list[Any]]) -> dict[str, Any]:
    index = tuple(
        np.array([levels[name].index(value) for value in column.tolist()])
        for name, column in table.parameters.items()
    )
    variables = {}
    for name, column in table.results.items():
        grid = np.zeros((*map(len, levels.values()), *column.shape[1:]), column.dtype)
        grid[index] = column
        variables[name] = ((*levels, *_inner(name, column)), grid)
    return variables


def _inner(name: str, column: np.ndarray) -> tuple[str, ...]:
    return tuple(f"{name}_{k}" for k in range(column.ndim - 1))
