"""Recurrent weights and neuron parameters of a network, in the arrays and the order that kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.equations import parameter_values
from neurosim.kernels.linalg.layout import Tiles, aligned_array, tile_columns
from neurosim.network import Network

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["operator_arrays", "parameter_arrays"]


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


def operator_arrays(operator: Operator, tiles: Tiles, strip: int) -> dict[str, np.ndarray]:
    """Recurrent weights under the names of the kernels' arguments."""
    arrays: dict[str, np.ndarray] = {}
    if isinstance(operator.base, np.ndarray):
        arrays["weights"] = tile_columns(operator.base, tiles, operator.dtype, strip)
    elif operator.base is not None:
        arrays |= _sparse_arrays(operator.base, operator.dtype)
    if operator.left is not None:
        arrays["left"] = _factor_columns(operator.left, tiles, operator.dtype)
    return arrays


def parameter_arrays(network: Network, spec: KernelSpec, tiles: Tiles) -> dict[str, Any]:
    """Neuron parameters under the names of the kernels' arguments: single numbers, and rows of one per unit."""
    values, kind = parameter_values(network.neuron), np.dtype(spec.dtype)
    rows = aligned_array((len(spec.unitwise), tiles.padded), kind)
    for row, name in zip(rows, spec.unitwise, strict=True):
        row[:] = tiles.unit_vector(values[name], kind)
    scalars = [value for name, value in values.items() if name not in spec.unitwise]
    return {"scalars": np.array(scalars, kind), "unitwise": rows}
