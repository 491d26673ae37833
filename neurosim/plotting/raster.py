"""One trial of a task with many channels as an image."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting.activity import color_scale
from neurosim.plotting.style import COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.tasks import Trials

__all__ = ["channel_groups", "draw_raster"]

_THINNEST, _GAP = 5.0, 2.5


def channel_groups(names: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """Groups of neighboring channels, as (name, start, stop).

    A group has names that differ in their last number only, such as ``ring_1_0`` and ``ring_1_1``, or the same first
    word.
    """
    groups, start = [], 0
    for name, members in groupby(names, key=_group):
        stop = start + len(list(members))
        groups.append((name if stop > start + 1 else names[start], start, stop))
        start = stop
    return groups


def _group(name: str) -> str:
    return re.sub(r"_\d+$", "", name) if re.search(r"_\d+$", name) else name.split("_")[0]


def draw_raster(ax: Axes, trials: Trials, trial: int, produced: np.ndarray | None) -> None:
    """Draw inputs, targets and outputs of one trial, a block for each group of channels, and the mask below."""
    blocks = [
        ("in", trials.task.inputs, trials.inputs[trial]),
        ("target", trials.task.outputs, trials.targets[trial]),
    ]
    if produced is not None:
        blocks.append(("out", trials.task.outputs, produced))
    scale = color_scale(np.concatenate([values.ravel() for *_, values in blocks]))
    edges, top, ticks = np.append(0.0, trials.times), 0.0, {}
    for label, names, values in blocks:
        for group, start, stop in channel_groups(names):
            bottom = top - max(float(stop - start), _THINNEST)
            rows = np.linspace(top, bottom, stop - start + 1)
            image = ax.pcolormesh(edges, rows, values[:, start:stop].T, **scale, rasterized=True)
            ticks[f"{label}: {group}"] = 0.5 * (top + bottom)
            top = bottom - _GAP
    counts = trials.mask[trial].max(axis=1)
    bottom = top - 2.0 * _THINNEST
    ax.stairs(
        bottom + counts * (top - bottom) / counts.max(), edges, baseline=bottom, fill=True, color=COLORS[2]
    )
    ticks["weight"] = 0.5 * (top + bottom)
    ax.set_yticks(list(ticks.values()), list(ticks))
    ax.set(xlabel="time", xlim=(0.0, trials.times[-1]), ylim=(bottom, 1.0))
    ax.figure.colorbar(image, ax=ax, label="value")
