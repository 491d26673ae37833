"""Reports: analyze one network, or compare two, and write page, figures and numbers into a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.report.activity import activity, chaos
from neurosim.report.attractors import attractors, fixed_points
from neurosim.report.change import change
from neurosim.report.drawing import save_drawings
from neurosim.report.mechanisms import mechanisms
from neurosim.report.page import html_page
from neurosim.report.representation import representation
from neurosim.report.section import Section
from neurosim.report.subject import Subject, declared_stepping
from neurosim.report.task_accuracy import task_accuracy
from neurosim.report.text import report_text
from neurosim.report.verdict import verdict
from neurosim.report.weights import modes, weights
from neurosim.results import Report, default_folder, new_folder, versions, write_report
from neurosim.stepping import Stepping
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
    "mechanisms": mechanisms,
}
Parts = dict[str, dict[str, Section]]
"""Sections by question and label of the network."""


@check_keywords
def analyze(
    network: Network | Training,
    tasks: Mapping[str, Task] | None = None,
    *,
    label: str = "network",
    dt: float | None = None,
    folder: Path | str | None = None,
    overwrite: bool = False,
    rng: int = 0,
    progress: bool | None = None,
) -> Report:
    """Report on one network: its kind of dynamics in one sentence, then numbers, figures and a page.

    Spectrum of the weights with that of random weights, non-normality, moments of the weights, modes, time scales and
    dimension of the activity, Lyapunov exponents, attractors, fixed points, accuracy in tasks; each with the prediction
    for infinitely many random weights where a theory applies. In tasks: task variance, clusters of units, sequences,
    oscillation or ramp, fixed points by epoch, effective rank, and where the task has contexts, how they select. Of
    low-rank networks, populations of units and the effective circuit. What cannot be computed is listed with reasons.

    Parameters
    ----------
    network : Network or Training
        Of a training, the start and the best network are compared, as by `compare`.
    tasks : mapping of str to Task, optional
        Tasks that it was trained on. Default: the task of a training.
    label : str, optional
        Name of the network in the report.
    dt : float, optional
        Analyze the Euler map with this step. Default: the network's own `stepping`, with which it was trained or
        imported; a network without one is analyzed as a flow.
    folder : path, optional
        Where to write; must not exist, or be empty, unless `overwrite`. Default: ``results/LABEL-DATE-TIME``.
    overwrite : bool, optional
        Replace an earlier report, once the new one is complete.
    rng : int, optional
        Seed of all random numbers.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook.

    Returns
    -------
    Report

    Notes
    -----
    About 20 s for 200 units on two cores, most of it for exponents and fixed points.

    Examples
    --------
    >>> import neurosim as ns
    >>> report = ns.report.analyze(ns.load("flipflop.npz"), {"FlipFlop": ns.tasks.FlipFlop()})  # doctest: +SKIP
    >>> print(report.table)  # doctest: +SKIP
    """
    if isinstance(network, Training):
        settings: dict[str, Any] = {"dt": dt, "folder": folder, "overwrite": overwrite}
        return compare(network.start, network, tasks, rng=rng, progress=progress, **settings)
    _require_network("network", network)
    subject = _subject(label, network, tasks, declared_stepping(network, dt), rng)
    title = f"{label}: what kind of dynamics is this?"
    return _make_report(title, [subject], _target([label], folder), overwrite, progress)


@check_keywords
def compare(
    before: Network | Training,
    after: Network | Training,
    tasks: Mapping[str, Task] | None = None,
    *,
    labels: tuple[str, str] = ("before", "after"),
    dt: float | None = None,
    folder: Path | str | None = None,
    overwrite: bool = False,
    rng: int = 0,
    progress: bool | None = None,
) -> Report:
    """Report on two networks side by side and on the change of the weights, for instance untrained and trained.

    Parameters
    ----------
    before, after : Network or Training
        Of a training, its best network. Both are stepped in the same way: that of `after`.
    labels : pair of str, optional
        Names of the networks in the report.
    tasks, dt, folder, overwrite, rng, progress
        As in `analyze`.

    Returns
    -------
    Report
        With a part on the change of the weights: its size, singular values, and overlaps with input and readout.
    """
    if len(set(labels)) < 2:
        raise ParameterError(f"labels must differ (got {labels!r}); try ('before', 'after').")
    for name, thing in zip(labels, (before, after), strict=True):
        _require_network(name, thing)
    declared = declared_stepping(after, dt)
    if tasks is None and isinstance(after, Training):
        tasks = {type(after.task).__name__: after.task}
    subjects = [
        _subject(name, thing, tasks, declared, rng)
        for name, thing in zip(labels, (before, after), strict=True)
    ]
    title = f"{labels[0]} and {labels[1]}: what changed?"
    return _make_report(title, subjects, _target(labels, folder), overwrite, progress)


def _require_network(name: str, thing: Any) -> None:
    if not isinstance(thing, (Network, Training)):
        raise ParameterError(
            f"{name} must be a Network or a Training (got {type(thing).__name__}); try ns.load(path)."
        )


def _subject(
    label: str,
    thing: Network | Training,
    tasks: Mapping[str, Task] | None,
    declared: Stepping | None,
    seed: Any,
) -> Subject:
    network = thing.best if isinstance(thing, Training) else thing
    whole_number("rng", seed, minimum=0)
    return Subject(label, network.replace(stepping=None), declared, dict(tasks or {}), seed)


def _target(labels: list[str] | tuple[str, ...], folder: Path | str | None) -> Path:
    return default_folder("-".join(labels)) if folder is None else Path(folder)


def _make_report(
    title: str, subjects: list[Subject], target: Path, overwrite: bool, progress: bool | None
) -> Report:
    begin = time.perf_counter()
    with new_folder(target, overwrite=overwrite) as partial:
        parts = _ask(subjects, partial, progress)
        verdicts = {s.label: verdict({name: parts[name][s.label] for name in QUESTIONS}) for s in subjects}
        table = report_text(title, verdicts, list(parts.values()))
        summary = _summary(title, subjects, parts, verdicts)
        summary["seconds"] = round(time.perf_counter() - begin, 2)
        write_report(partial, table, summary)
        about = [f"{s.label}: {_describe(s)}" for s in subjects]
        page = html_page(title, about, verdicts, list(parts.values()), partial)
        (partial / "index.html").write_text(page, encoding="utf-8")
    return Report(target, table, summary)


def _ask(subjects: list[Subject], folder: Path, progress: bool | None) -> Parts:
    """All sections, with their figures written into the folder."""
    parts: Parts = {}
    total = len(QUESTIONS) * (len(subjects) + 1) + (len(subjects) == 2)
    with progress_bar(total, "analyze", "part", progress) as bar:
        for name, question in QUESTIONS.items():
            parts[name] = {}
            for subject in subjects:
                parts[name][subject.label] = question(subject)
                bar.update(1)
        if len(subjects) == 2:
            parts["change"] = {"change": change(subjects[0].network, subjects[1].network)}
        for by_label in parts.values():
            save_drawings(by_label, folder)
            bar.update(1)
    return parts


def _describe(subject: Subject) -> str:
    """One line on a network: units, weights, channels, stepping."""
    network = subject.network
    weights = "given weights" if network.connectivity is None else f"weights {network.connectivity!r}"
    channels = [_count(network.inputs, "input"), _count(network.outputs, "output")]
    parts = [f"{_count(network.size, 'unit')} {network.neuron!r}", weights, *channels]
    return f"{', '.join(parts)}; {subject.convention}"


def _count(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _summary(
    title: str, subjects: list[Subject], parts: Parts, verdicts: Mapping[str, str]
) -> dict[str, Any]:
    networks = {
        subject.label: {
            "network": _describe(subject),
            "stepping": subject.convention,
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
