"""The compiled sweeps of one kind of differentiable run, and the arrays that they read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.backward_loops import Backward
from neurosim.engine.forward_loops import forward_text
from neurosim.engine.kept import Kept
from neurosim.engine.layout import LINE, Tiles, aligned, packed_columns, packed_operator, packed_rows
from neurosim.engine.noise_arrays import noise_kind
from neurosim.engine.panels import MANY_STRIP
from neurosim.engine.plan import Plan
from neurosim.engine.schemes import Tableau
from neurosim.engine.specialise import compiled, fingerprint
from neurosim.equations import trace
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.parameters import NEURON, with_weights

__all__ = ["Program", "one_tile"]

Kernel = tuple[Callable[..., None], tuple[str, ...]]


def one_tile(size: int, dtype: np.dtype) -> Tiles:
    """All units in one tile."""
    lanes = LINE // dtype.itemsize
    return Tiles(size, 1, max(1, -(-size // lanes)) * lanes)


class Program:
    """Kernels for one network structure, scheme and noise, made when they are first needed.

    Parameters
    ----------
    network : Network
    scheme : Tableau
    noise : Noise or None
    unitwise : tuple of str
        Parameters of the neuron with one value per unit.
    wanted : frozenset of str
        Names of the arrays whose gradients are wanted.
    """

    def __init__(
        self,
        network: Network,
        scheme: Tableau,
        noise: Noise | None,
        *,
        unitwise: tuple[str, ...],
        wanted: frozenset[str],
    ) -> None:
        operator, equations = network.recurrent, trace(network.neuron)
        self.network, self.scheme, self.noise, self.wanted = network, scheme, noise, wanted
        self.dtype, self.tiles = network.dtype, one_tile(network.size, network.dtype)
        self.outputs = one_tile(len(network.output_names), network.dtype)
        self.channels = one_tile(len(network.input_names), network.dtype)
        self.plan = Plan(
            title=f"{type(network.neuron).__name__} and its gradient",
            equations=equations,
            unitwise=unitwise,
            dtype=network.dtype.name,
            several_stages=scheme.stages > 1,
            base=operator.kind_of_base,
            low_rank=operator.left is not None,
            readout=bool(network.output_names),
            bias=True,
            inputs=bool(network.input_names),
            noise=noise_kind(noise),
            noise_target=getattr(noise, "target", "state"),
            shared_noise=getattr(noise, "shared", False),
        )
        own = (name.removeprefix(NEURON) for name in sorted(wanted) if name.startswith(NEURON))
        self.kept = Kept(equations, tuple(own))

    @functools.cache  # noqa: B019 - programs live as long as the rollout that holds them
    def forward(self, *, states: bool) -> Kernel:
        """Forward sweep and the names of its arguments."""
        text, names = forward_text(self.plan, self.kept, fingerprint(), states=states)
        return compiled(text), names

    @functools.cache  # noqa: B019
    def backward(self, *, rates: bool, states: bool, adjoints: bool) -> Kernel:
        """Backward sweep and the names of its arguments."""
        backward = Backward(
            self.plan,
            self.kept,
            weights=bool({"recurrent", "left", "right"} & self.wanted),
            input_weights="input_weights" in self.wanted,
            readout_weights="readout_weights" in self.wanted,
            inputs="inputs" in self.wanted,
            rates=rates,
            states=states,
            adjoints=adjoints,
        )
        return compiled(backward.text(fingerprint())), backward.arguments

    def _columns(self, matrix: np.ndarray, tiles: Tiles) -> np.ndarray:
        return packed_columns(matrix, tiles, self.dtype, MANY_STRIP)[0]

    def operator(self, values: dict[str, np.ndarray]) -> Operator:
        """Recurrent weights with these values."""
        own, base = self.network.recurrent, values.get("recurrent")
        if own.kind_of_base == "sparse":
            base = with_weights(own.base, base)
        return Operator(base, values.get("left"), values.get("right"))

    def forward_arrays(self, values: dict[str, np.ndarray]) -> dict[str, Any]:
        """Arrays of the forward sweep that follow from the parameters."""
        kind, operator = self.dtype, self.operator(values)
        arrays: dict[str, Any] = {
            **packed_operator(operator, self.tiles, MANY_STRIP),
            "bias": self.tiles.unit_vector(values["bias"], kind),
            "size": self.network.size,
            "ahead": np.array(self.scheme.ahead, kind),
            "share": np.array(self.scheme.b, kind),
            **self._neuron(values),
        }
        if operator.right is not None:
            arrays["left"], arrays["rows"] = (
                arrays["left"][0],
                packed_rows([operator.right.T], self.tiles, kind),
            )
        if self.plan.base == "dense":
            arrays["weights"] = arrays["weights"][0]
        if self.plan.inputs:
            arrays["input_columns"] = self._columns(values["input_weights"], self.tiles)
        if self.plan.readout:
            arrays["readout_columns"] = self._columns(values["readout_weights"], self.outputs)
            arrays["readout_bias"] = values["readout_bias"]
        return arrays

    def backward_arrays(self, values: dict[str, np.ndarray]) -> dict[str, Any]:
        """Arrays of the backward sweep that follow from the parameters: everything transposed."""
        kind, back = self.dtype, self.operator(values).T
        arrays: dict[str, Any] = {}
        packed = packed_operator(back, self.tiles, MANY_STRIP)
        if self.plan.base == "dense":
            arrays["transposed"] = packed["weights"][0]
        if self.plan.base == "sparse":
            for name, own in (("starts", "starts"), ("sources", "sources"), ("weights", "sparse_weights")):
                arrays[f"back_{name}"] = packed[own]
        if back.right is not None:
            arrays["right"] = packed["left"][0]
            arrays["left_rows"] = packed_rows([back.right.T], self.tiles, kind)
        if self.plan.readout:
            arrays["readout_rows"] = self._columns(values["readout_weights"].T, self.tiles)
        if self.plan.inputs and "inputs" in self.wanted:
            arrays["input_rows"] = self._columns(values["input_weights"].T, self.channels)
        return arrays

    def _neuron(self, values: dict[str, np.ndarray]) -> dict[str, Any]:
        unitwise, names = self.plan.unitwise, self.plan.equations.parameters
        per_unit = aligned((len(unitwise), self.tiles.padded), self.dtype)
        for row, name in zip(per_unit, unitwise, strict=True):
            row[:] = self.tiles.unit_vector(values[NEURON + name], self.dtype)
        scalars = [values[NEURON + name] for name in names if name not in unitwise]
        return {"scalars": np.array(scalars, self.dtype), "unitwise": per_unit}
