"""Section on the accuracy of a network in its tasks."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurosim import plotting
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.plotting.conditions import MOST_OUTPUTS
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Number, Section
from neurosim.report.subject import Subject
from neurosim.tasks import Task, Trials

__all__ = ["channels_fit", "require_channels", "task_accuracy"]

TRIALS = 200
NO_TASK = "no task is known; give --task NAME, or a training, which knows its task."


def channels_fit(network: Network, task: Task) -> bool:
    """Whether a network has as many inputs and outputs as a task."""
    return (network.inputs, network.outputs) == (len(task.inputs), len(task.outputs))


def require_channels(network: Network, task: Task) -> None:
    """Raise if a network has other numbers of inputs and outputs than a task."""
    if not channels_fit(network, task):
        raise ParameterError(
            f"{type(task).__name__} has {len(task.inputs)} inputs and {len(task.outputs)} outputs, the network has "
            f"{network.inputs} and {network.outputs}; give the task that it was trained on."
        )


def task_accuracy(subject: Subject) -> Section:
    """Accuracy and mean squared error in each task."""
    noise = subject.stepping.noise
    inside = (
        "no noise inside the network"
        if noise is None
        else f"the noise of training inside the network ({noise!r})"
    )
    section = Section(
        "Tasks",
        f"{TRIALS} trials each, with the input noise of the task and {inside}; {subject.convention}; "
        f"seed {subject.seed}.",
    )
    if not subject.tasks:
        section.missing["accuracy"] = NO_TASK
    for name, task in subject.tasks.items():
        with section.attempt(f"accuracy in {name}"):
            require_channels(subject.network, task)
            _test(section, subject, name)
    return section


def _test(section: Section, subject: Subject, name: str) -> None:
    seed = child(seed_sequence(subject.seed), f"trials {name}")
    trials = subject.tasks[name].trials(TRIALS, subject.stepping.dt, child(seed, "trials"))
    run = simulate(
        subject.network,
        **{**trials.simulation, "scheme": subject.stepping.scheme, "noise": subject.stepping.noise},
        record="outputs",
        rng=child(seed, "start"),
        progress=False,
    )
    accuracy, outputs = trials.accuracy(run), trials.align(run)
    error = trials.mask * (outputs - trials.targets) ** 2
    by_trial = error.sum(axis=(1, 2)) / trials.mask.sum(axis=(1, 2))
    share = float(accuracy.mean())
    section.numbers[f"{name}: accuracy"] = Number(
        share,
        "",
        *_wilson(share, len(accuracy)),
        reliability=f"Wilson interval of two standard errors, {TRIALS} trials",
    )
    section.numbers[f"{name}: mean squared error"] = Number.with_error(
        float(by_trial.mean()),
        float(by_trial.std(ddof=1) / np.sqrt(len(by_trial))),
        reliability=f"± 2 standard errors over {TRIALS} trials",
    )
    section.drawings += _drawings(name, trials, outputs)


def _drawings(name: str, trials: Trials, outputs: np.ndarray) -> list[Drawing]:
    """Outputs in each condition where the task has conditions, else the trial whose target varies most."""
    rows = len(trials.task.outputs)
    if trials.conditions and rows <= MOST_OUTPUTS:
        caption = f"Outputs (lines) and targets (dashed) in one trial of each condition of {name}"
        panel = (7.2, 1.4 + 1.2 * rows)
        return [
            Drawing(f"trial-{name}", caption, partial(plotting.outputs_by_condition, trials, outputs), panel)
        ]
    busiest = int(trials.targets.var(axis=1).sum(axis=1).argmax())
    caption = f"One trial of {name}: inputs, targets and outputs"
    draw = partial(_draw_trial, trials, outputs, busiest)
    return [Drawing(f"trial-{name}", caption, draw, (7.2, 4.2))]


def _draw_trial(trials: Trials, outputs: np.ndarray, trial: int, ax: Any) -> Any:
    return plotting.trial(trials, ax, trial=trial, outputs=outputs)


def _wilson(share: float, count: int, errors: float = 2.0) -> tuple[float, float]:
    """Interval of a share, with nonzero width even if all trials are correct (Wilson 1927)."""
    square = errors**2 / count
    center = (share + 0.5 * square) / (1.0 + square)
    half = np.sqrt(square * share * (1.0 - share) + 0.25 * square**2) / (1.0 + square)
    return float(max(center - half, 0.0)), float(min(center + half, 1.0))
