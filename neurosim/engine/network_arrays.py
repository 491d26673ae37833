"""Recurrent weights and neuron parameters of a network, in the arrays and the order that kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.delay_line import DelayLine
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.source_row import SourceRow
from neurosim.equations import parameter_units, parameter_values, sections_of
from neurosim.kernels.linalg.layout import Tiles, aligned_array, tile_columns
from neurosim.kernels.linalg.panels import VECTOR
from neurosim.network import Network

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["base_arrays", "factor_arrays", "fill_units", "parameter_arrays", "unit_edges"]


def _factor_columns(factor: np.ndarray, tiles: Tiles, dtype: np.dtype) -> np.ndarray:
    packed = aligned_array((tiles.count, factor.shape[1], tiles.width), dtype)
    for p in range(tiles.count):
        rows = factor[p * tiles.width : (p + 1) * tiles.width]
        packed[p, :, : len(rows)] = rows.T
    return packed


def _sparse_arrays(base: csr_array, dtype: np.dtype) -> dict[str, np.ndarray]:
    return {
        "starts": base.indptr.astype(np.uint64),
        "sources": base.indices.astype(np.uint32),
        "sparse_weights": np.ascontiguousarray(base.data, dtype),
    }


def base_arrays(
    network: Network, tiles: Tiles, strip: int, line: DelayLine | None = None
) -> dict[str, np.ndarray]:
    """Full-rank part of the recurrent weights under the names of the kernels' arguments.

    Parameters
    ----------
    network : Network
    tiles : Tiles
    strip : int
        Vectors of a strip of dense weights; see `neurosim.kernels.linalg.panels`.
    line : DelayLine, optional
        Of a network with delays, whose dense weights are always in blocks.
    """
    base, dtype, row = network.recurrent.base, network.dtype, SourceRow(network, line)
    if base is None:
        return {}
    if not isinstance(base, np.ndarray):
        return _sparse_arrays(row.sparse_base(), dtype)
    layout = row.layout(tiles, always=line is not None)
    if layout is None:
        return {"weights": tile_columns(base, tiles, dtype, strip)}
    packed = layout.empty(dtype)
    layout.pack(row.of_weights(base), packed, strip * (VECTOR // dtype.itemsize))
    return {"block_weights": packed, "blocks": layout.table, "block_ends": layout.ends}


def factor_arrays(operator: Operator, tiles: Tiles) -> dict[str, np.ndarray]:
    """Left factors of the low-rank part of the recurrent weights."""
    return {} if operator.left is None else {"left": _factor_columns(operator.left, tiles, operator.dtype)}


def parameter_arrays(network: Network, spec: KernelSpec, tiles: Tiles) -> dict[str, Any]:
    """Neuron parameters under the names of the kernels' arguments: single numbers, and rows of one per unit.

    With several kinds of units also the first unit of each, and the end of the padded units.
    """
    values, kind = parameter_values(network.neuron), np.dtype(spec.dtype)
    units = parameter_units(network.neuron, network.size)
    rows = aligned_array((len(spec.unitwise), tiles.padded), kind)
    for row, name in zip(rows, spec.unitwise, strict=True):
        fill_units(row, values[name], units[name], network.size)
    scalars = [values[name] for name in spec.scalars]
    return {"scalars": np.array(scalars, kind), "unitwise": rows, "edges": unit_edges(network, tiles.padded)}


def fill_units(row: np.ndarray, values: Any, units: slice, size: int) -> None:
    """Values of some units in a padded row; padded units have a valid value, so that they stay finite."""
    row[units] = values
    if units.stop == size:
        row[size:] = row[size - 1]


def unit_edges(network: Network, padded: int) -> np.ndarray:
    """First unit of each section, and the end of the last one, to which padded units belong."""
    starts = [section.units.indices(network.size)[0] for section in sections_of(network.neuron)]
    return np.array([*starts, padded], np.int64)
