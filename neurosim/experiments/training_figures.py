"""Figures of trained networks: how training went, and the task as the network does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from neurosim import plotting
from neurosim.plotting.comparison import panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.experiments.learning import Performance
    from neurosim.training import Training

__all__ = ["histories", "tasks"]


def histories(trainings: Mapping[str, Training]) -> Axes:
    """Loss and accuracy of each training, by its label."""
    grid = panels(len(trainings), panel=(5.6, 3.8))
    for ax, (label, training) in zip(grid, trainings.items(), strict=True):
        plotting.history(training, ax=ax)
        ax.set_title(label)
    return grid[0]


def tasks(performances: Mapping[str, Performance]) -> Axes:
    """One trial of its task for each network, by its label, one below the other."""
    channels = [len(p.trials.task.inputs) + len(p.trials.task.outputs) for p in performances.values()]
    height = 1.6 + 0.5 * min(max(channels), 12)
    grid = panels(len(performances), panel=(8.0, height), columns=1)
    for ax, (label, performance) in zip(grid, performances.items(), strict=True):
        plotting.trial(performance.trials, ax=ax, outputs=performance.outputs)
        # the names of the epochs stand between the axes and the title
        ax.set_title(f"{label}: accuracy {performance.accuracy:.3f}", pad=40, loc="left")
    return grid[0]
