"""One trial of a task: inputs, targets, mask, epochs, and outputs of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.raster import draw_raster
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.tasks import Trials
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_epochs", "trial"]

_LINES = 20


@check_results
def trial(trials: Trials, ax: Axes | None = None, *, trial: int = 0, outputs: Any = None) -> Axes:
    """One trial, a row for each channel: inputs above, outputs below, all on one scale.

    Inputs are constant during a step; targets are black lines at the ends of the steps. The background is tinted at the
    steps at which a target counts. Gray lines separate the epochs, whose names are above.

    More than 20 channels are drawn as an image, a block for each group of them such as a ring, with the largest weight
    of any target at each step below.

    Parameters
    ----------
    trials : Trials
        Such as ``task.trials(8, dt=1.0)``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    trial : int, optional
        Index of the trial.
    outputs : Trajectory or ndarray, optional
        Outputs of a network, drawn over the targets; see `neurosim.tasks.Trials.align`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import neurosim as ns
    >>> ax = ns.plotting.trial(ns.tasks.Xor().trials(8, dt=1.0, rng=0))
    """
    if whole_number("trial", trial, minimum=0) >= len(trials):
        raise ParameterError(f"trial must be from 0 to {len(trials) - 1} (got {trial}).")
    inputs, targets = trials.inputs[trial], trials.targets[trial]
    produced = None if outputs is None else trials.align(outputs)[trial]
    names = [
        *(f"in: {name}" for name in trials.task.inputs),
        *(f"out: {name}" for name in trials.task.outputs),
    ]
    if len(names) > _LINES:
        ax = axes(ax, figsize=(6.4, 6.4))
        draw_raster(ax, trials, trial, produced)
        draw_epochs(ax, trials, trial)
        return ax
    spacing = _spacing([inputs, targets, *([] if produced is None else [produced])])
    rows = -spacing * np.arange(len(names))
    ax = axes(ax, figsize=(6.4, 1.6 + 0.65 * len(names)))
    _draw_inputs(ax, trials, inputs, rows)
    _draw_targets(ax, trials, trial, rows[inputs.shape[1] :], 0.48 * spacing)
    if produced is not None:
        for channel, row in enumerate(rows[inputs.shape[1] :]):
            label = "output" if channel == 0 else None
            ax.plot(trials.times, produced[:, channel] + row, color=COLORS[1], linewidth=1.2, label=label)
    draw_epochs(ax, trials, trial)
    ax.set_yticks(rows, names)
    ax.set(xlabel="time", xlim=(0.0, trials.times[-1]), ylim=(rows[-1] - 0.7 * spacing, 0.7 * spacing))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax


def _spacing(groups: list[np.ndarray]) -> float:
    """Distance between rows: about twice the largest value, so that they do not overlap."""
    largest = max(float(np.abs(values).max(initial=0.0)) for values in groups)
    return 2.1 * largest or 1.0


def _draw_inputs(ax: Axes, trials: Trials, inputs: np.ndarray, rows: np.ndarray) -> None:
    edges = np.append(0.0, trials.times)
    for channel in range(inputs.shape[1]):
        held = np.append(inputs[:, channel], inputs[-1, channel]) + rows[channel]
        ax.plot(edges, held, drawstyle="steps-post", color=COLORS[0], linewidth=1.0)


def _draw_targets(ax: Axes, trials: Trials, trial: int, rows: np.ndarray, half: float) -> None:
    edges = np.append(0.0, trials.times)
    for channel, row in enumerate(rows):
        counts = trials.mask[trial, :, channel] > 0.0
        ax.stairs(
            np.where(counts, row + half, row - half),
            edges,
            baseline=row - half,
            fill=True,
            color=COLORS[2],
            alpha=0.12,
            linewidth=0.0,
            label="counts" if channel == 0 else None,
        )
        label = "target" if channel == 0 else None
        ax.plot(trials.times, trials.targets[trial, :, channel] + row, color="black", label=label)


def draw_epochs(ax: Axes, trials: Trials, trial: int) -> None:
    """Draw the limits of the epochs of one trial as gray lines, with their names above the axes."""
    for name, (start, stop) in trials.epochs.items():
        begins, ends = start[trial] * trials.dt, stop[trial] * trials.dt
        if begins == ends:
            continue
        ax.axvline(begins, color=GREY, linewidth=0.7, zorder=0)
        ax.text(
            0.5 * (begins + ends),
            1.01,
            name,
            transform=ax.get_xaxis_transform(),
            rotation=35.0,
            horizontalalignment="left",
            verticalalignment="bottom",
            fontsize="small",
        )
