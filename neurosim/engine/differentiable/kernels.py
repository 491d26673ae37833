"""Compiled forward and backward passes of differentiable runs, and the arrays that they read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.engine.codegen.adjoint import Backward
from neurosim.engine.codegen.forward import forward_text
from neurosim.engine.codegen.saved_derivatives import SavedDerivatives
from neurosim.engine.delay_line import DelayLine
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import fill_units, unit_edges
from neurosim.engine.source_row import SourceRow
from neurosim.equations import parameter_units
from neurosim.kernels.linalg.kernel_calls import addresses
from neurosim.kernels.linalg.layout import Tiles, aligned_array, pack_columns, pack_rows
from neurosim.kernels.linalg.panels import LINE, MANY_STRIP, VECTOR
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.parameters import NEURON
from neurosim.schemes import Tableau

__all__ = ["AdjointKernels"]

Kernel = tuple[Callable[..., None], tuple[str, ...]]


def _one_tile(size: int, dtype: np.dtype) -> Tiles:
    lanes = LINE // dtype.itemsize
    return Tiles(size, 1, max(1, -(-size // lanes)) * lanes)


class AdjointKernels:
    """Kernels of the adjoint method for one network structure, scheme and noise, compiled on first use.

    Parameters
    ----------
    network : Network
    scheme : Tableau
    noise : Noise or None
    unitwise : tuple of str
        Parameters of the neuron with one value per unit.
    wanted : frozenset of str
        Names of the arrays whose gradients are wanted.
    line : DelayLine, optional
        Of a network with delays.
    """

    def __init__(
        self,
        network: Network,
        scheme: Tableau,
        noise: Noise | None,
        *,
        unitwise: tuple[str, ...],
        wanted: frozenset[str],
        line: DelayLine | None = None,
    ) -> None:
        self.network, self.scheme, self.noise, self.wanted = network, scheme, noise, wanted
        self.line = line
        self.row = SourceRow(network, line)
        self.dtype, self.tiles = network.dtype, _one_tile(network.size, network.dtype)
        self.sources = _one_tile(self.row.width, network.dtype)
        self.blocks = self.row.layout(self.tiles)
        self.back_blocks = (
            None if self.blocks is None else self.row.layout(self.sources, transposed=True, always=True)
        )
        self.outputs = _one_tile(network.outputs, network.dtype)
        self.channels = _one_tile(network.inputs, network.dtype)
        self.spec = KernelSpec.of(
            network,
            noise,
            title="{} and its gradient",
            unitwise=unitwise,
            base=network.recurrent.kind_of_base if self.blocks is None else "blocks",
            several_stages=scheme.stages > 1,
            readout=bool(network.output_names),
            bias=True,
            inputs=bool(network.input_names),
        )
        own = (name.removeprefix(NEURON) for name in sorted(wanted) if name.startswith(NEURON))
        self.own = tuple(own)
        self.followed = tuple(name for name, _ in self.spec.followed) if "inputs" in wanted else ()
        self.saved = SavedDerivatives.of_kinds(self.spec.kinds, (*self.own, *self.followed))
        self.units = parameter_units(network.neuron, network.size)
        self.constants: dict[str, Any] = {
            "size": network.size,
            "ahead": np.array(scheme.ahead, self.dtype),
            "share": np.array(scheme.b, self.dtype),
            "edges": unit_edges(network, self.tiles.padded),
            **self._pattern(),
            **({} if line is None else line.arrays),
            **addresses(self.dtype.name),
        }

    @functools.cached_property
    def forward(self) -> Kernel:
        """Forward pass and the names of its arguments."""
        text, names = forward_text(self.spec, self.saved, fingerprint())
        return compile_kernel(text), names

    @functools.cached_property
    def backward(self) -> Kernel:
        """Backward pass and the names of its arguments."""
        backward = Backward(self.spec, self.saved)
        return compile_kernel(backward.text(fingerprint())), backward.arguments

    @functools.cached_property
    def local_backward(self) -> Kernel:
        """Backward pass that does not go through the recurrent weights, and the names of its arguments."""
        backward = Backward(self.spec, self.saved, through_weights=False)
        return compile_kernel(backward.text(fingerprint())), backward.arguments

    def _pattern(self) -> dict[str, np.ndarray]:
        """Positions of sparse weights by target and, for the backward pass, by source."""
        if self.spec.base != "sparse":
            return {}
        base = self.row.sparse_base()
        numbered = type(base)((np.arange(base.nnz), base.indices, base.indptr), shape=base.shape).T.tocsr()
        numbered.sort_indices()
        arrays = {"order": numbered.data}
        for prefix, pattern in (("", base), ("back_", numbered)):
            arrays[f"{prefix}starts"] = pattern.indptr.astype(np.uint64)
            arrays[f"{prefix}sources"] = pattern.indices.astype(np.uint32)
        return arrays

    def shared_arrays(self) -> dict[str, np.ndarray]:
        """Arrays for the parameters in the layout of the kernels, not yet filled."""
        spec, network, rank = self.spec, self.network, self.network.recurrent.rank
        width, outputs, channels = self.tiles.padded, network.outputs, network.inputs
        dense = {"weights": (self.row.width, width), "transposed": (network.size, self.sources.padded)}
        shapes: dict[str, tuple[int, ...]] = {
            **(dense if spec.base == "dense" else {}),
            **dict.fromkeys(("left", "left_rows"), (rank, width)),
            **dict.fromkeys(("right", "rows"), (rank, self.sources.padded)),
            "bias": (width,),
            "input_columns": (channels, width),
            "input_rows": (network.size, self.channels.padded),
            "readout_columns": (network.size, self.outputs.padded),
            "readout_rows": (outputs, width),
            "unitwise": (len(spec.unitwise), width),
        }
        arrays = {name: aligned_array(shape, self.dtype) for name, shape in shapes.items()}
        for prefix, layout in (("", self.blocks), ("back_", self.back_blocks)):
            if layout is not None:
                arrays |= {
                    f"{prefix}blocks": layout.table,
                    f"{prefix}block_weights": layout.empty(self.dtype),
                }
        return arrays

    def fill_forward(self, arrays: dict[str, Any], values: dict[str, np.ndarray]) -> None:
        """Copy parameters to the arrays that the forward pass reads."""
        size, spec, strip = self.network.size, self.spec, MANY_STRIP * (VECTOR // self.dtype.itemsize)
        if self.blocks is not None:
            self.blocks.pack(self.row.of_weights(values["recurrent"]), arrays["block_weights"], strip)
        if spec.base == "dense":
            pack_columns(self.row.of_weights(values["recurrent"]), arrays["weights"], strip)
        if spec.base == "sparse":
            arrays["sparse_weights"] = values["recurrent"]
        if spec.low_rank:
            arrays["left"][:, :size] = arrays["left_rows"][:, :size] = values["left"].T
            right = self.row.of_factor(values["right"]).T
            arrays["right"][:, : right.shape[1]] = arrays["rows"][:, : right.shape[1]] = right
        if spec.inputs:
            pack_columns(values["input_weights"], arrays["input_columns"], strip)
        if spec.readout:
            pack_columns(values["readout_weights"], arrays["readout_columns"], strip)
            arrays["readout_bias"] = values["readout_bias"]
        fill_units(arrays["bias"], values["bias"], slice(0, size), size)
        for row, name in zip(arrays["unitwise"], spec.unitwise, strict=True):
            fill_units(row, values[NEURON + name], self.units[name], size)
        arrays["scalars"] = np.array([values[NEURON + name] for name in spec.scalars], self.dtype)

    def fill_backward(self, arrays: dict[str, Any], values: dict[str, np.ndarray]) -> None:
        """Copy parameters, transposed, to the arrays that the backward pass reads."""
        spec, strip = self.spec, MANY_STRIP * (VECTOR // self.dtype.itemsize)
        if self.back_blocks is not None:
            weights = self.row.of_weights(values["recurrent"])
            self.back_blocks.pack(weights, arrays["back_block_weights"], strip, transposed=True)
        if spec.base == "dense":
            pack_rows(self.row.of_weights(values["recurrent"]), arrays["transposed"], strip)
        if spec.base == "sparse":
            arrays["back_weights"] = values["recurrent"][self.constants["order"]]
        if spec.readout:
            pack_rows(values["readout_weights"], arrays["readout_rows"], strip)
        if spec.inputs and "inputs" in self.wanted:
            pack_rows(values["input_weights"], arrays["input_rows"], strip)
