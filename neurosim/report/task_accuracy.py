"""Section on the tasks that a network was asked to do."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim import plotting
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Number, Section
from neurosim.report.subject import Subject
from neurosim.tasks import Task

__all__ = ["channels_fit", "require_channels", "task_accuracy"]

TRIALS = 200


def channels_fit(network: Network, task: Task) -> bool:
    """Whether a network has as many inputs and outputs as a task."""
    return (len(network.input_names), len(network.output_names)) == (len(task.inputs), len(task.outputs))


def task_accuracy(subject: Subject) -> Section:
    """Accuracy and error in each task."""
    section = Section(
        "Tasks", f"{TRIALS} trials each, with the noise of the task; {subject.clock}; seed {subject.seed}."
    )
    if not subject.tasks:
        section.missing["performance"] = (
            "no task is known; give --task NAME, or a training, which knows its task."
        )
    for name, task in subject.tasks.items():
        with section.attempt(f"performance in {name}"):
            require_channels(subject.network, task)
            _perform(section, subject, name)
    return section


def require_channels(network: Network, task: Task) -> None:
    """Raise where a network has not the channels of a task."""
    if not channels_fit(network, task):
        raise ParameterError(
            f"{type(task).__name__} has {len(task.inputs)} inputs and {len(task.outputs)} outputs, the network has "
            f"{len(network.input_names)} and {len(network.output_names)}; name the task that it was trained for."
        )


def _perform(section: Section, subject: Subject, name: str) -> None:
    seed = child(seed_sequence(subject.seed), f"trials {name}")
    trials = subject.tasks[name].trials(TRIALS, subject.clock.dt, child(seed, "trials"))
    run = simulate(
        subject.network,
        **trials.simulation,
        scheme=subject.clock.scheme,
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
        trust=f"Wilson interval of two standard errors, {TRIALS} trials",
    )
    section.numbers[f"{name}: mean squared error"] = Number.within(
        float(by_trial.mean()),
        float(by_trial.std(ddof=1) / np.sqrt(len(by_trial))),
        trust=f"± 2 standard errors over {TRIALS} trials",
    )
    caption = f"A trial of {name}: inputs, targets and outputs"
    section.drawings.append(Drawing(f"trial-{name}", caption, partial(_draw, trials, outputs), (7.2, 4.2)))


def _wilson(share: float, count: int, errors: float = 2.0) -> tuple[float, float]:
    """Interval of a share, which is not empty where all trials are right (Wilson 1927)."""
    square = errors**2 / count
    center = (share + 0.5 * square) / (1.0 + square)
    half = np.sqrt(square * share * (1.0 - share) + 0.25 * square**2) / (1.0 + square)
    return float(max(center - half, 0.0)), float(min(center + half, 1.0))


def _draw(trials: object, outputs: np.ndarray, ax: object) -> None:
    plotting.trial(trials, ax, outputs=outputs)  # type: ignore[arg-type]
