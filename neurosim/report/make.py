"""Analyze one network, or two side by side, into a folder of results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.report.activity import activity, chaos
from neurosim.report.attractors import attractors, fixed_points
from neurosim.report.change import change
from neurosim.report.drawing import save_drawings
from neurosim.report.page import page_of
from neurosim.report.representation import representation
from neurosim.report.section import Section
from neurosim.report.subject import Subject, clock_of
from neurosim.report.task_accuracy import task_accuracy
from neurosim.report.text import text_of
from neurosim.report.verdict import verdict
from neurosim.report.weights import modes, weights
from neurosim.results import Report, default_folder, new_folder, versions, write_report
from neurosim.tasks import Task
from neurosim.training import Training
from neurosim.validation import check_keywords, whole_number

__all__ = ["analyze", "compare"]

QUESTIONS: dict[str, Callable[[Subject], Section]] = {
    "weights": weights,
    "modes": modes,
    "activity": activity,
    "chaos": chaos,
    "attractors": attractors,
    "fixed_points": fixed_points,
    "tasks": task_accuracy,
    "representation": representation,
}


@check_keywords
def analyze(
    network: Network | Training,
    tasks: Mapping[str, Task] | None = None,
    *,
    label: str = "network",
    dt: float | None = None,
    folder: Path | str | None = None,
    rng: int = 0,
    progress: bool | None = None,
) -> Report:
    """What kind of dynamics is this? Numbers, figures and a page on one network.

    Spectrum against the bulk of random weights, non-normality, moments of the weights, modes, time scales and dimension
    of the activity, Lyapunov exponents, attractors, fixed points, performance in tasks; theory beside measurement where
    there is one. In tasks: which units vary, clusters of them, sequences, oscillation or ramp, fixed points by
    epoch. What cannot be computed is said with the reason.

    Parameters
    ----------
    network : Network or Training
        Of a training, the start and the best network are compared: the result is that of `compare`.
    tasks : mapping of str to Task, optional
        What it was trained for. Default: the task of a training.
    label : str, optional
        Its name in the report.
    dt : float, optional
        Describe the Euler map with this step: for networks that were trained as a map, the step of training; for those
        that come from Keras, 1. Default: the clock of a training, else the flow.
    folder : path, optional
        Where to write; must not exist, or be empty. Default: ``results/LABEL-DATE-TIME``.
    rng : int, optional
        Seed of everything that is drawn.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook.

    Returns
    -------
    Report

    Notes
    -----
    About 20 s for 200 units on two cores; most of it in exponents and fixed points.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.report import analyze
    >>> report = analyze(ns.load("flipflop.npz"), {"FlipFlop": ns.tasks.FlipFlop()}, dt=1.0)  # doctest: +SKIP
    >>> print(report.table)  # doctest: +SKIP
    """
    if isinstance(network, Training):
        return compare(network.start, network, tasks, dt=dt, folder=folder, rng=rng, progress=progress)
    subject = _subject(label, network, tasks, (dt, rng))
    return _write(f"{label}: what kind of dynamics is this?", [subject], folder, progress)


@check_keywords
def compare(
    before: Network | Training,
    after: Network | Training,
    tasks: Mapping[str, Task] | None = None,
    *,
    labels: tuple[str, str] = ("before", "after"),
    dt: float | None = None,
    folder: Path | str | None = None,
    rng: int = 0,
    progress: bool | None = None,
) -> Report:
    """Two networks side by side, and what changed: for instance untrained and trained.

    Parameters
    ----------
    before, after : Network or Training
        Of a training its best network is meant. Both run by the same clock: that of `after`.
    labels : pair of str, optional
    tasks, dt, folder, rng, progress
        As in `analyze`.

    Returns
    -------
    Report
        With a part on the change of the weights: its size, singular values, and overlaps with input and readout.
    """
    if len(set(labels)) < 2:
        raise ParameterError(f"labels = {labels!r} are the same; give each network its own.")
    if dt is None and isinstance(after, Training):
        dt = clock_of(after).map
    tasks = _tasks(after, tasks)
    subjects = [
        _subject(name, thing, tasks, (dt, rng)) for name, thing in zip(labels, (before, after), strict=True)
    ]
    title = f"{labels[0]} and {labels[1]}: what changed?"
    return _write(title, subjects, folder, progress)


def _subject(
    label: str, thing: Any, tasks: Mapping[str, Task] | None, settings: tuple[float | None, int]
) -> Subject:
    if not isinstance(thing, (Network, Training)):
        raise ParameterError(
            f"{label} is a {type(thing).__name__}, neither a Network nor a Training; load one with ns.load(path)."
        )
    dt, seed = settings
    network = thing.best if isinstance(thing, Training) else thing
    return Subject(
        label, network, clock_of(thing, dt), _tasks(thing, tasks), whole_number("rng", seed, minimum=0)
    )


def _tasks(thing: Any, tasks: Mapping[str, Task] | None) -> dict[str, Task]:
    if tasks is None and isinstance(thing, Training):
        return {type(thing.task).__name__: thing.task}
    return dict(tasks or {})


def _write(title: str, subjects: list[Subject], folder: Path | str | None, progress: bool | None) -> Report:
    begin = time.perf_counter()
    target = default_folder("-".join(s.label for s in subjects)) if folder is None else Path(folder)
    with new_folder(target) as partial:
        parts: dict[str, dict[str, Section]] = {}
        total = len(QUESTIONS) * (len(subjects) + 1)
        with progress_bar(total, "analyze", "part", progress) as bar:
            for name, question in QUESTIONS.items():
                parts[name] = {}
                for subject in subjects:
                    parts[name][subject.label] = question(subject)
                    bar.update(1)
            if len(subjects) == 2:
                parts["change"] = {"change": change(subjects[0].network, subjects[1].network)}
            for by_label in parts.values():
                save_drawings(by_label, partial)
                bar.update(1)
        verdicts = {s.label: verdict({name: parts[name][s.label] for name in QUESTIONS}) for s in subjects}
        table = text_of(title, verdicts, list(parts.values()))
        summary = _summary(title, subjects, parts, verdicts)
        summary["seconds"] = round(time.perf_counter() - begin, 2)
        page = page_of(title, _about(subjects), verdicts, list(parts.values()), partial)
        write_report(partial, table, summary)
        (partial / "index.html").write_text(page, encoding="utf-8")
    return Report(target, table, summary)


def _about(subjects: Iterable[Subject]) -> list[str]:
    return [f"{s.label}: {s.network!r}; {s.clock}" for s in subjects]


def _summary(
    title: str,
    subjects: list[Subject],
    parts: Mapping[str, Mapping[str, Section]],
    verdicts: Mapping[str, str],
) -> dict[str, Any]:
    networks = {
        subject.label: {
            "network": repr(subject.network),
            "clock": str(subject.clock),
            "tasks": {name: repr(task) for name, task in subject.tasks.items()},
            "verdict": verdicts[subject.label],
            "parts": {name: parts[name][subject.label].plain() for name in QUESTIONS},
        }
        for subject in subjects
    }
    change_part = {"change": parts["change"]["change"].plain()} if "change" in parts else {}
    return {
        "title": title,
        "seed": subjects[0].seed,
        "networks": networks,
        **change_part,
        "versions": versions(),
    }
