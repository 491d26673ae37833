"""Section on the representation of tasks: task variance, sequences, delay activity and fixed points by epoch."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurosim import analysis, plotting
from neurosim.engine.simulate import simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.plotting.conditions import condition_labels, one_trial_per_condition
from neurosim.randomness import child, seed_sequence
from neurosim.report.geometry import activity_geometry
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject
from neurosim.report.task_accuracy import NO_TASK, require_channels
from neurosim.tasks import Task, Trials

__all__ = ["representation"]

TRIALS = 64
"""Trials of each task, without noise."""
FEW_TRIALS, POINT_STARTS, SEARCHES, ITERATIONS = 4, 20, 12, 40
"""For fixed points: trials, starts per input, most inputs per epoch, and most iterations per start."""
MOST_CONDITIONS = 8
"""Conditions in a figure of trajectories."""
CLOSER = 3
"""Tasks whose sequences, delay activity and fixed points are shown."""
SHORTEST = 16
"""Samples of the shortest delay that is analyzed by itself."""
MOST_DIMENSIONS = 500
"""Dimensions up to which fixed points are searched for each input."""
SMALLEST = 1e-3
"""Fraction of the largest mean rate above which a unit counts in a sequence."""


def representation(subject: Subject) -> Section:
    """Task variance, clusters, sequences, delay activity, and fixed points by epoch."""
    section = Section(
        "Representation of tasks",
        f"At most {TRIALS} trials of each task, without noise in input or network; {subject.convention}; "
        f"seed {subject.seed}.",
    )
    if not subject.tasks:
        section.missing["task variance"] = NO_TASK
    performed: dict[str, tuple[Trials, Trajectory]] = {}
    for name, task in _single_tasks(subject).items():
        with section.attempt(f"activity in {name}"):
            require_channels(subject.network, task)
            performed[name] = _run_without_noise(subject, name, task)
    if performed:
        with section.attempt("task variance"):
            _variance(section, subject, performed)
    for name, (trials, run) in list(performed.items())[:CLOSER]:
        if trials.conditions:
            with section.attempt(f"trajectories in {name}"):
                _trajectories(section, name, (trials, run))
        activity_geometry(section, name, trials, run, subject.slowest)
        with section.attempt(f"sequence in {name}"):
            _sequence(section, name, run)
        with section.attempt(f"delay activity in {name}"):
            _delay(section, subject, name, (trials, run))
        with section.attempt(f"fixed points by epoch of {name}"):
            _fixed_points(section, subject, name, (trials, run))
    return section


def _single_tasks(subject: Subject) -> dict[str, Task]:
    """Tasks, with the members of a mixture in its place."""
    return {
        each: single
        for name, task in subject.tasks.items()
        for each, single in getattr(task, "tasks", {name: task}).items()
    }


def _run_without_noise(subject: Subject, name: str, task: Task) -> tuple[Trials, Trajectory]:
    seed = child(seed_sequence(subject.seed), f"noiseless {name}")
    trials = _without_noise(task, subject.stepping.dt, child(seed, "trials"))
    run = simulate(
        subject.network,
        **{**trials.simulation, "scheme": subject.stepping.scheme, "noise": None},
        rng=child(seed, "start"),
        progress=False,
    )
    return trials, run


def _without_noise(task: Task, dt: float, seed: np.random.SeedSequence) -> Trials:
    """Trials without noise; of tasks with a grid of conditions, evenly spaced on it."""
    quiet = task.replace(noise=0.0) if hasattr(task, "noise") else task
    if hasattr(quiet, "test_trials"):
        trials = quiet.test_trials(dt)
        return trials[:: -(-len(trials) // TRIALS)]
    return quiet.trials(TRIALS, dt, seed)


def _variance(section: Section, subject: Subject, performed: dict[str, tuple[Trials, Trajectory]]) -> None:
    activities, parts = _parts(performed)
    found = analysis.task_variance(activities)
    section.numbers["units that vary between trials"] = Number(
        int(found.active.sum()),
        reliability=f"of {subject.network.size}; variance of the rate between trials above {found.threshold:g}, in "
        "squared rates",
    )
    for (first, second), share in _fractions(found).items():
        section.numbers[f"units of {first} rather than {second}"] = Number(
            share, reliability="share of active units with a fractional variance above 0.5"
        )
    labels = None
    with section.attempt(f"clusters of units by {parts}"):
        if len(found.names) < 2:
            raise ParameterError(f"clusters need at least two {parts} (got {len(found.names)}).")
        if len(np.unique(found.normalized, axis=0)) < 3:
            raise ParameterError(
                f"the units have fewer than three different variances by {parts}; clusters need more."
            )
        groups = analysis.clusters(found.normalized, range(2, 16), starts=8, rng=subject.seed)
        section.numbers[f"clusters of units by {parts}"] = Number(
            groups.count, reliability="k-means; the number with the largest mean silhouette"
        )
        section.numbers["mean silhouette"] = Number(
            max(groups.scores.values()),
            reliability="from −1 to 1; below 0.25 there is no substantial structure (Kaufman & Rousseeuw 1990)",
        )
        caption = "Silhouettes of the clusters"
        labels = groups.labels
        section.drawings.append(
            Drawing("silhouettes", caption, partial(plotting.silhouettes, groups), share="x")
        )
    caption = f"Variance of the rate of each active unit between trials, by {parts}"
    draw = partial(plotting.task_variance, found, labels)
    section.drawings.insert(0, Drawing("task-variance", caption, draw, (7.2, 1.8 + 0.3 * len(found.names))))


def _parts(performed: dict[str, tuple[Trials, Trajectory]]) -> tuple[dict[str, np.ndarray], str]:
    """Rates by task; of a single task, by epoch (as in Driscoll et al. 2024)."""
    if len(performed) > 1:
        return {name: run.rates[:, 1:] for name, (_, run) in performed.items()}, "tasks"
    ((name, (trials, run)),) = performed.items()
    epochs = {}
    for epoch, (start, stop) in trials.epochs.items():
        first, last = int(start.max()), int(stop.min())
        # if trials differ in timing: the steps that all of them spend in the epoch
        if first < last:
            epochs[epoch] = run.rates[:, first + 1 : last + 1]
    return epochs or {name: run.rates[:, 1:]}, "epochs"


def _fractions(found: analysis.TaskVariance) -> dict[tuple[str, str], float]:
    """Share of units that vary mostly in the first of two tasks; empty unless there are two."""
    if len(found.names) != 2:
        return {}
    pairs = (found.names, found.names[::-1])
    counted = max(int(found.active.sum()), 1)
    return {(a, b): float((found.fractional(a, b) > 0.5).sum()) / counted for a, b in pairs}


def _trajectories(section: Section, name: str, performed: tuple[Trials, Trajectory]) -> None:
    """Trajectories in the principal plane, colored by condition; of many conditions, some."""
    trials, run = performed
    chosen = list(one_trial_per_condition(trials, MOST_CONDITIONS))
    labels = np.array(condition_labels(trials))
    shown = np.isin(labels, chosen)
    found = analysis.principal_components(run.rates)
    caption = f"Rates in {name} along their first two principal components, by condition"
    draw = partial(plotting.trajectories, found, run.rates[shown], labels[shown])
    section.drawings.append(Drawing(f"trajectories-{name}", caption, draw, (6.4, 4.0), share=""))


def _sequence(section: Section, name: str, run: Trajectory) -> None:
    rates = np.abs(run.rates)
    threshold = SMALLEST * float(rates.mean(axis=1).max())
    found = analysis.sequentiality(rates, threshold=threshold, dt=run.dt)
    section.numbers[f"{name}: sequentiality"] = Number.with_error(
        found.index,
        float(found.by_trial.std(ddof=1) / np.sqrt(len(found.by_trial))),
        reliability="± 2 standard errors over trials; peak entropy plus log of ridge over background, of |rates|",
    )
    caption = f"Mean |rates| in {name}, units by the time of their peak"
    draw = partial(plotting.sequence, found, rates, dt=run.dt)
    section.drawings.append(Drawing(f"sequence-{name}", caption, draw))


def _delay(section: Section, subject: Subject, name: str, performed: tuple[Trials, Trajectory]) -> None:
    trials, run = performed
    window, title = _window(trials)
    found = analysis.regime(subject.network, run.rates, window=window, dt=run.dt)
    delay = found.activity
    rows = [
        ("weights and activity together", found.label, ""),
        ("weights", found.weights_label, f"oscillation index {found.oscillation_index:.3g}"),
        (
            f"activity, {title}",
            delay.label,
            f"peak / background {delay.peak_to_background:.3g} at {delay.peak_frequency:.3g} cycles/time "
            f"(p = {delay.peak_p_value:.2g} against a falling spectrum), "
            f"ramp index {delay.ramp_index:.2f}, {100.0 * delay.share:.0f} % of the variance",
        ),
    ]
    question = (
        f"{name}: oscillation or ramp? (indices of Jarne 2025; labels only beyond chance, else Unclassified)"
    )
    section.grids.append(Grid(question, ("", "label", "evidence"), rows))
    caption = f"First component of the mean activity in {name}"
    section.drawings.append(Drawing(f"delay-{name}", caption, partial(plotting.delay_component, delay)))


def _window(trials: Trials) -> tuple[tuple[float, float], str]:
    """Delay common to all trials, as fractions of the recording, else the middle of the trial; and its name."""
    if "delay" in trials.epochs:
        start, stop = trials.epochs["delay"]
        first, last = int(start.max()) + 1, int(stop.min()) + 1
        if last - first >= SHORTEST:
            # the middle of a sample, so that rounding cannot select its neighbor
            return ((first + 0.5) / (trials.steps + 1), (last + 0.5) / (trials.steps + 1)), "in the delay"
    return (0.35, 0.85), "35 to 85 % of the trial"


def _fixed_points(
    section: Section, subject: Subject, name: str, performed: tuple[Trials, Trajectory]
) -> None:
    subject.require_few_dimensions(MOST_DIMENSIONS, "fixed_points_by_epoch")
    trials, run = performed
    found = analysis.fixed_points_by_epoch(
        subject.stepped,
        trials[:FEW_TRIALS],
        subject.affordable(POINT_STARTS, 3),
        most=SEARCHES,
        iterations=ITERATIONS,
        progress=False,
        rng=child(seed_sequence(subject.seed), f"epochs {name}"),
    )
    rows = [_epoch(epoch, searches) for epoch, searches in found.items()]
    heading = ("epoch", "inputs", "fixed points", "stable", "per input", "starts that converged")
    system = "flow" if subject.map_step is None else "Euler map"
    title = f"{name}: fixed points at the constant input of each epoch ({FEW_TRIALS} trials, stability in the {system})"
    section.grids.append(Grid(title, heading, rows))
    if any(len(one) for searches in found.values() for one in searches):
        caption = f"Fixed points by epoch of {name}, over trajectories"
        draw = partial(plotting.fixed_points_by_input, found, run.states[:16])
        section.drawings.append(Drawing(f"epochs-{name}", caption, draw, (6.0, 4.0)))


def _epoch(epoch: str, searches: Any) -> tuple[str, ...]:
    stable = [int(one.stable.sum()) for one in searches]
    counts = [len(one) for one in searches]
    reached = float(np.mean([one.reached for one in searches]))
    return (
        epoch,
        str(len(searches)),
        str(sum(counts)),
        str(sum(stable)),
        f"{min(counts)} to {max(counts)}" if min(counts) != max(counts) else str(counts[0]),
        f"{100.0 * reached:.3g} %",
    )
