"""Figures of experiments and trainings: one panel or one mark for each network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim import plotting
from neurosim.plotting.comparison import measurements_and_predictions, panels
from neurosim.time_constants import time_constants

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis import Spectrum
    from neurosim.engine.trajectory import Trajectory
    from neurosim.experiments.evaluation import Evaluation
    from neurosim.experiments.quantities import Case
    from neurosim.training import Training

__all__ = [
    "autocorrelation",
    "heat_map",
    "histories",
    "phase_portrait",
    "quantity",
    "spectra",
    "spectrum",
    "traces",
    "trials",
]

WINDOW = 100.0
"""Time that traces show, in the slowest time constant of a unit: some dozens of fluctuations."""
OUTPUT_LINES = ("-", "--", ":")
"""Line styles of the outputs in a trial; further outputs are not drawn."""
WIDTHS = 6.0
"""Lags that an autocorrelation is drawn for, in half widths: its decay, and little of the noise beyond."""


def traces(cases: Sequence[Case]) -> Axes:
    """Ten units over time: in a trial of the task if all networks have one, else without input.

    Without input, the coherent mode is drawn too if one of the networks has structure of rank one that drives it.
    """
    rows = panels(len(cases), panel=(9.0, max(1.7, 5.2 / len(cases))), columns=1)
    trials = [case.trial for case in cases if case.trial is not None]
    if len(trials) == len(cases):
        for ax, case, trial in zip(rows, cases, trials, strict=True):
            _trace_trial(ax, case.label, trial)
        _share_limits(rows, "y")
        return rows[0]
    structured = any(case.run.network.recurrent.rank for case in cases)
    for ax, case in zip(rows, cases, strict=True):
        plotting.traces(case.run, ax=ax)
        if structured and case.run.network.recurrent.rank <= 1:
            plotting.coherent_mode(case.run, ax=ax)
        window = WINDOW * time_constants(case.run.network).slowest
        ax.set(title=case.label, xlim=(case.discard, min(case.discard + window, case.run.times[-1])))
        ax.label_outer()
        if ax.get_legend():
            # above the panel, where there is no activity to cover
            mode = ax.get_lines()[-1:]
            ax.legend(handles=mode, loc="lower right", bbox_to_anchor=(1.0, 0.98), frameon=False)
    _share_limits(rows, "y")
    return rows[0]


def _trace_trial(ax: Axes, label: str, trial: Trajectory) -> None:
    """Ten units in a trial, and in black the first outputs."""
    plotting.traces(trial, ax=ax)
    names = trial.network.output_names[: len(OUTPUT_LINES)]
    lines = [
        ax.plot(trial.times, trial.outputs[0, :, k], color="black", linewidth=2.2, linestyle=OUTPUT_LINES[k])[
            0
        ]
        for k in range(len(names))
    ]
    ax.legend(lines, [f"output {name}" for name in names], loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.set(title=f"{label}, in a trial of its task", xlim=(0.0, trial.times[-1]))
    ax.label_outer()


def heat_map(cases: Sequence[Case]) -> Axes:
    """All units over time, as an image for each network."""
    return _in_panels(cases, lambda case, ax: plotting.heat_map(case.run, ax=ax), panel=(9.0, 2.8), columns=1)


def phase_portrait(cases: Sequence[Case]) -> Axes:
    """Trajectories from their start in the plane of the two principal components of each network."""
    return _in_panels(cases, lambda case, ax: plotting.phase_portrait(case.run, ax=ax))


def spectrum(cases: Sequence[Case]) -> Axes:
    """Eigenvalues of the weights, with the circle that random-matrix theory predicts."""
    return spectra({case.label: case.measurement.result for case in cases})


def spectra(found: Mapping[str, Spectrum]) -> Axes:
    """Eigenvalues of several networks, by their labels, on one scale."""
    grid = panels(len(found), panel=(4.2, 4.6))
    for ax, result in zip(grid, found.values(), strict=True):
        plotting.spectrum(result, ax=ax)
        ax.label_outer()
    # legends, in two columns, stand between the axes and the titles
    rows = max(-(-len(ax.get_legend_handles_labels()[0]) // 2) for ax in grid)
    for ax, label in zip(grid, found, strict=True):
        ax.set_title(label, pad=8 + 16 * rows)
    for axis in "xy":
        _share_limits(grid, axis)
    return grid[0]


def autocorrelation(cases: Sequence[Case]) -> Axes:
    """Mean autocorrelation, with the mean-field prediction, up to several times the half width."""
    widths = [case.measurement.quantities["half width"] for case in cases]
    longest = WIDTHS * max((width.predicted or width.measured or 0.0) for width in widths)

    def draw(case: Case, ax: Axes) -> Axes:
        measured, predicted = case.measurement.result
        if case.measurement.quantities["variance"].predicted is None:
            predicted = None  # of a trained network
        plotting.autocorrelation(measured, predicted, ax=ax)
        ax.set_xlim(0.0, min(longest or np.inf, measured.lags[-1]))
        return ax

    return _in_panels(cases, draw, share="y")


def quantity(name: str, label: str) -> Callable[[Sequence[Case]], Axes]:
    """Figure of one quantity, a mark for each network beside its prediction."""

    def draw(cases: Sequence[Case]) -> Axes:
        numbers = [case.measurement.quantities[name] for case in cases]
        (ax,) = panels(1, panel=(max(5.2, 1.3 * len(cases) + 1.0), 3.8))
        return measurements_and_predictions(
            [case.label for case in cases],
            np.array([number.measured for number in numbers]),
            np.array([np.nan if number.predicted is None else number.predicted for number in numbers]),
            np.array([np.nan if number.spread is None else number.spread for number in numbers]),
            ax,
            quantity=label,
        )

    return draw


def histories(trainings: Mapping[str, Training]) -> Axes:
    """Loss and accuracy of each training, by its label."""
    grid = panels(len(trainings), panel=(5.6, 3.8))
    for ax, (label, training) in zip(grid, trainings.items(), strict=True):
        plotting.history(training, ax=ax)
        ax.set_title(label)
    return grid[0]


def trials(evaluations: Mapping[str, Evaluation]) -> Axes:
    """One trial of its task for each network, by its label, one below the other."""
    channels = [len(e.trials.task.inputs) + len(e.trials.task.outputs) for e in evaluations.values()]
    height = 1.6 + 0.5 * min(max(channels), 12)
    grid = panels(len(evaluations), panel=(8.0, height), columns=1)
    for ax, (label, evaluation) in zip(grid, evaluations.items(), strict=True):
        plotting.trial(evaluation.trials, ax=ax, outputs=evaluation.outputs)
        # the names of the epochs are between the axes and the title
        ax.set_title(f"{label}: accuracy {evaluation.accuracy:.3f}", pad=40, loc="left")
    return grid[0]


def _in_panels(
    cases: Sequence[Case],
    draw: Callable[[Case, Axes], Axes],
    *,
    panel: tuple[float, float] = (4.4, 3.6),
    columns: int = 3,
    share: str = "",
) -> Axes:
    grid = panels(len(cases), panel=panel, columns=columns)
    for ax, case in zip(grid, cases, strict=True):
        draw(case, ax)
        ax.set_title(case.label)
        if share:
            ax.label_outer()
    for axis in share:
        _share_limits(grid, axis)
    return grid[0]


def _share_limits(grid: Sequence[Axes], axis: str) -> None:
    limits = np.array([getattr(ax, f"get_{axis}lim")() for ax in grid])
    for ax in grid:
        getattr(ax, f"set_{axis}lim")(limits[:, 0].min(), limits[:, 1].max())
