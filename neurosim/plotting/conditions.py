"""Outputs of a network in the conditions of a task, a color for each condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, axes
from neurosim.plotting.task import draw_epochs
from neurosim.tasks import Trials
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_OUTPUTS", "condition_labels", "one_trial_per_condition", "outputs_by_condition"]

MOST_OUTPUTS = 4
"""Outputs that fit into one figure, a row for each."""


def condition_labels(trials: Trials) -> list[str]:
    """Condition of each trial in words, such as ``"A = 1, B = 0"``.

    Parameters
    ----------
    trials : Trials
        With `conditions`, numbers or words; array-valued conditions are ignored.
    """
    columns = _columns(trials)
    return [
        ", ".join(f"{name} = {_in_words(value)}" for name, value in zip(columns, row, strict=True))
        for row in _rows(columns)
    ]


def one_trial_per_condition(trials: Trials, most: int = 6) -> dict[str, int]:
    """First trial of each condition, by its label; see `condition_labels`.

    Parameters
    ----------
    trials : Trials
    most : int, optional
        If there are more conditions, as many of them, evenly spaced in sorted order.
    """
    rows, labels = _rows(_columns(trials)), condition_labels(trials)
    first: dict[tuple[Any, ...], int] = {}
    for k, row in enumerate(rows):
        first.setdefault(row, k)
    order = sorted(first, key=lambda row: tuple(map(_sort_key, row)))
    chosen = np.linspace(0, len(order) - 1, min(len(order), whole_number("most", most)))
    return {labels[first[order[int(k)]]]: first[order[int(k)]] for k in chosen}


def _columns(trials: Trials) -> dict[str, np.ndarray]:
    columns = {name: np.asarray(values) for name, values in trials.conditions.items()}
    columns = {name: values for name, values in columns.items() if values.ndim == 1}
    if not columns:
        raise ParameterError("trials must have conditions (got none); try plotting.trial for single trials.")
    return columns


def _rows(columns: dict[str, np.ndarray]) -> list[tuple[Any, ...]]:
    return list(zip(*(column.tolist() for column in columns.values()), strict=True))


@check_results
def outputs_by_condition(trials: Trials, outputs: Any, ax: Axes | None = None, *, most: int = 6) -> Axes:
    """Outputs and targets in one trial of each condition, a row for each output.

    Lines are outputs, dashed lines are targets where they count. Gray lines separate the epochs of the first trial.

    Parameters
    ----------
    trials : Trials
        With conditions, and at most 4 outputs.
    outputs : Trajectory or ndarray
        Outputs of a network in these trials; see `neurosim.tasks.Trials.align`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    most : int, optional
        Largest number of conditions; of more, as many are drawn.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import neurosim as ns
    >>> trials = ns.tasks.Xor().trials(32, dt=1.0, rng=0)
    >>> ax = ns.plotting.outputs_by_condition(trials, trials.targets)
    """
    names = trials.task.outputs
    if len(names) > MOST_OUTPUTS:
        raise ParameterError(
            f"trials must have at most {MOST_OUTPUTS} outputs (got {len(names)}); try plotting.trial."
        )
    produced, chosen = trials.align(outputs), one_trial_per_condition(trials, most)
    numbers = list(chosen.values())
    largest = max(float(np.abs(values[numbers]).max()) for values in (produced, trials.targets)) or 1.0
    rows = -2.2 * largest * np.arange(len(names))
    ax = axes(ax, figsize=(7.2, 1.4 + 1.2 * len(names)))
    for (label, k), color in zip(chosen.items(), COLORS, strict=False):
        counts = trials.mask[k] > 0.0
        for channel, row in enumerate(rows):
            first = label if channel == 0 else None
            ax.plot(trials.times, produced[k, :, channel] + row, color=color, linewidth=1.3, label=first)
            target = np.where(counts[:, channel], trials.targets[k, :, channel], np.nan)
            ax.plot(trials.times, target + row, color=color, linewidth=2.2, linestyle=(0, (2, 2)), alpha=0.6)
    draw_epochs(ax, trials, numbers[0])
    if len(names) == 1:
        ax.set_ylabel(names[0])
    else:
        ax.set_yticks(rows, names)
    ax.set(xlabel="time", xlim=(0.0, trials.times[-1]))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    return ax


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (isinstance(value, str), value)


def _in_words(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
