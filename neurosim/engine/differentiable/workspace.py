"""Work arrays of a differentiable run, for groups of trials that are computed in parallel.

The division of trials into groups depends on their number only, so that sums of gradients over groups are the
same for any number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.engine.differentiable.kernels import AdjointKernels
from neurosim.kernels.linalg.layout import aligned_array
from neurosim.kernels.linalg.panels import LINE
from neurosim.kernels.random.normals import whole_rows

__all__ = [
    "Workspace",
    "block_of",
    "bytes_of_past",
    "bytes_of_state",
    "bytes_of_step",
    "groups_of",
    "pitch_of",
]

GROUP = 16
"""Trials of a group, if there are enough for two groups."""
MOST_GROUPS = 8
EIGHT = 8
"""Trials that are multiplied with the weights at once."""
BLOCK_ROWS = 128
"""Rows (steps, stages and trials) of one block of outer products, which fit into the first cache level."""


def groups_of(trials: int) -> list[tuple[int, int]]:
    """First trial and end of each group."""
    size = GROUP if trials >= 2 * GROUP else EIGHT
    size = max(size, EIGHT * -(-trials // (EIGHT * MOST_GROUPS)))
    return [(first, min(trials, first + size)) for first in range(0, trials, size)]


def block_of(kernels: AdjointKernels, trials: int) -> int:
    """Steps of a block; the same for all groups and segments, so that sums are rounded in the same way."""
    largest = max(last - first for first, last in groups_of(trials))
    return max(1, BLOCK_ROWS // (kernels.scheme.stages * largest))


def pitch_of(width: int, dtype: np.dtype) -> int:
    """Distance between saved rows; rows at multiples of 256 bytes would compete for the same cache lines."""
    lines = width * dtype.itemsize // LINE
    return width + (LINE // dtype.itemsize if lines % 4 == 0 else 0)


def bytes_of_step(kernels: AdjointKernels, trials: int) -> int:
    """Bytes that are saved of each step of all trials."""
    rows = 1 + len(kernels.saved[0].places)
    row = rows * pitch_of(kernels.tiles.padded, kernels.dtype) + kernels.network.recurrent.rank
    return kernels.scheme.stages * trials * row * kernels.dtype.itemsize


def bytes_of_state(kernels: AdjointKernels, trials: int) -> int:
    """Bytes of a checkpoint."""
    variables = len(kernels.spec.variables) + (kernels.spec.noise == "colored")
    return variables * trials * kernels.tiles.padded * kernels.dtype.itemsize + bytes_of_past(kernels, trials)


def bytes_of_past(kernels: AdjointKernels, trials: int) -> int:
    """Bytes of the rates of past steps that delayed connections read; 0 without delays."""
    row = trials * pitch_of(kernels.tiles.padded, kernels.dtype) * kernels.dtype.itemsize
    return _steps_before(kernels) * kernels.scheme.stages * row


def _steps_before(kernels: AdjointKernels) -> int:
    """Steps before those of a segment whose rates are read in it."""
    return 0 if kernels.line is None else kernels.line.depth - 1


class Workspace:
    """Arrays of one run, common ones and those of each group, under the names of the kernels' arguments.

    Parameters
    ----------
    kernels : AdjointKernels
    trials : int
    length : int
        Largest number of steps of a segment.
    """

    def __init__(self, kernels: AdjointKernels, trials: int, length: int) -> None:
        self.length, block = length, block_of(kernels, trials)
        self.shared: dict[str, Any] = {**kernels.constants, **kernels.shared_arrays(), "block": block}
        self.groups = [
            _arrays(_work_shapes(kernels, last - first, length, block), kernels.dtype)
            for first, last in groups_of(trials)
        ]
        before = _steps_before(kernels)
        for work in self.groups if before else ():
            work["saved_rates"], work["past"] = work["line"][before:], work["line"][:before]
        self.gradients = [_arrays(_gradient_shapes(kernels), kernels.dtype) for _ in self.groups]


def _arrays(shapes: dict[str, tuple[int, ...]], dtype: np.dtype) -> dict[str, np.ndarray]:
    return {name: aligned_array(shape, dtype) for name, shape in shapes.items()}


def _work_shapes(kernels: AdjointKernels, trials: int, length: int, block: int) -> dict[str, tuple[int, ...]]:
    width, rank = kernels.tiles.padded, kernels.network.recurrent.rank
    pitch, stages = pitch_of(width, kernels.dtype), kernels.scheme.stages
    rows = (length + 1, stages)
    unit = (len(kernels.spec.variables), trials, width)
    noise = () if kernels.noise is None else ("held", "fresh")
    return {
        **dict.fromkeys(("state", "stage_state", "total", "slope", "adjoint", "stage_adjoint"), unit),
        **dict.fromkeys(("currents", "rate_gradients"), (trials, width)),
        **_rates_shapes(kernels, trials, length, block),
        "saved": (*rows, len(kernels.saved[0].places), trials, pitch),
        "saved_overlaps": (*rows, trials, rank),
        "readings": (trials, kernels.outputs.padded),
        "pushed": (trials, kernels.channels.padded),
        "deltas": (block * stages, trials, pitch),
        "back_overlaps": (block * stages, trials, rank),
        "sums": (1 + len(kernels.own), width),
        "channel_sums": (len(kernels.followed), trials, width),
        **dict.fromkeys(noise, (trials, whole_rows(width))),
    }


def _rates_shapes(
    kernels: AdjointKernels, trials: int, length: int, block: int
) -> dict[str, tuple[int, ...]]:
    """Arrays of saved rates; with delays also of those before a segment, and of their gradients."""
    width, stages = kernels.tiles.padded, kernels.scheme.stages
    pitch = pitch_of(width, kernels.dtype)
    if kernels.line is None:
        return {"saved_rates": (length + 1, stages, trials, pitch)}
    row = kernels.sources.padded
    return {
        "line": (kernels.line.depth + length, stages, trials, pitch),
        "line_gradients": (kernels.line.depth, stages, trials, width),
        "history_gradients": (trials, width),
        **dict.fromkeys(("arrived_rates", "arrived_gradients"), (trials, row)),
        "arrived_rows": (block * stages, trials, pitch_of(row, kernels.dtype)),
    }


def _gradient_shapes(kernels: AdjointKernels) -> dict[str, tuple[int, ...]]:
    network, width = kernels.network, kernels.tiles.padded
    rank, base = network.recurrent.rank, network.recurrent.base
    row = kernels.sources.padded
    weights = (network.size, row) if isinstance(base, np.ndarray) else (0 if base is None else base.nnz,)
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "weights_gradient": ("recurrent", weights),
        "left_gradient": ("left", (rank, width)),
        "right_gradient": ("right", (rank, row)),
        "input_gradient": ("input_weights", (network.inputs, width)),
        "readout_gradient": ("readout_weights", (network.outputs, width)),
    }
    wanted = {
        gradient: shape if name in kernels.wanted else (0,) * len(shape)
        for gradient, (name, shape) in shapes.items()
    }
    return {**wanted, "unit_gradients": (1 + len(kernels.own), width)}
