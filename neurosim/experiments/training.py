"""Train a declared network, from its text to a folder of results, and go on where a training was stopped."""

from __future__ import annotations

import dataclasses
import json
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurosim.analysis import spectrum
from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.experiments import figures, training_figures
from neurosim.experiments.learning import Performance, performance_under, require_resumable, train
from neurosim.experiments.reading import read_training
from neurosim.experiments.running import Results
from neurosim.experiments.specification import TrainingExperiment
from neurosim.experiments.summary import training_report, versions
from neurosim.experiments.writing import training_text
from neurosim.network import Network
from neurosim.plotting import style
from neurosim.plotting.comparison import save_figure
from neurosim.results.folders import default_folder, growing_folder
from neurosim.storage import save
from neurosim.training import Training

__all__ = ["resume_training", "run_training"]

DECLARATION, CHECKPOINT = "experiment.toml", "training.npz"


def run_training(
    declared: TrainingExperiment, folder: Path | str | None = None, progress: bool | None = None
) -> Results:
    """Train the network of a declaration, and look at what training changed.

    Parameters
    ----------
    declared : TrainingExperiment
        For instance ``load_training("xor")``.
    folder : path, optional
        Where to write; must not exist, or be empty. Default: ``results/NAME-DATE-TIME``.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook.

    Returns
    -------
    Results
        Its folder holds the declaration, the networks before and after, the training with its history, the figures,
        ``summary.json`` and ``report.txt``.

    Raises
    ------
    ParameterError
        Before any work, when the folder is not empty.
    StorageError
        When the folder cannot be written.

    Warns
    -----
    InterruptionWarning
        After Ctrl-C. The folder then shows what was learned so far, and `resume_training` goes on; it also does after
        a process was killed, from the last complete epoch.

    Notes
    -----
    The numbers depend on the declaration alone. Tests are 512 trials that the training has not seen.

    Examples
    --------
    >>> from neurosim.experiments import load_training, run_training
    >>> results = run_training(load_training("xor"))  # doctest: +SKIP
    >>> print(results.table)  # doctest: +SKIP
    """
    _require_declared(declared)
    target = default_folder(declared.name) if folder is None else Path(folder)
    text, start = training_text(declared), declared.network.build(declared.seed)
    with growing_folder(target, new=True) as place:
        (place / DECLARATION).write_text(text, encoding="utf-8")
        save(start, place / "network-untrained.npz")
        results = _trained(declared, start, place, progress, resume=False)
    return _told(results, target)


def resume_training(
    folder: Path | str, declared: TrainingExperiment | None = None, progress: bool | None = None
) -> Results:
    """Go on with a training that was interrupted or killed, to the bits of one that was not.

    Parameters
    ----------
    folder : path
        Of its results.
    declared : TrainingExperiment, optional
        Default: that of the folder. Another one may only differ in what does not change an update, such as more
        ``epochs``; the folder then keeps the new one.
    progress : bool, optional

    Returns
    -------
    Results

    Raises
    ------
    ParameterError
        If there is no such folder or no checkpoint in it, or the declaration is another one: says what differs.
    """
    target = Path(folder)
    with growing_folder(target, new=False) as place:
        former = _declared_in(place)
        declared = former if declared is None else declared
        _require_declared(declared)
        require_resumable(declared.network.trainer)
        _require_same(target, former, declared)
        results = _trained(declared, declared.network.build(declared.seed), place, progress, resume=True)
        (place / DECLARATION).write_text(training_text(declared), encoding="utf-8")
    return _told(results, target)


def _trained(
    declared: TrainingExperiment, start: Network, place: Path, progress: bool | None, *, resume: bool
) -> Results:
    begin = time.perf_counter()
    training, interrupted = train(
        start,
        declared.network,
        declared.seed,
        checkpoint=place / CHECKPOINT,
        resume=resume,
        progress=progress,
    )
    seconds = time.perf_counter() - begin
    save(training.network, place / "network-trained.npz")
    tested = _tested(declared, {"untrained": start, "trained": training.network})
    spectra = {"untrained": spectrum(start), "trained": spectrum(training.network)}
    summary = {
        "training": declared.name,
        "title": declared.title,
        "seed": declared.seed,
        "interrupted": interrupted,
        "complete": training.complete,
        "reason": training.reason,
        "epochs": len(training.history),
        "seconds": round(seconds, 2),
        "versions": versions(),
        "networks": {label: _numbers(tested[label], spectra[label]) for label in tested},
    }
    _draw({declared.title: training}, tested, spectra, place)
    table = training_report(summary)
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    (place / "summary.json").write_text(text + "\n", encoding="utf-8")
    (place / "report.txt").write_text(table + "\n", encoding="utf-8")
    return Results(place, table, summary)


def _tested(declared: TrainingExperiment, networks: Mapping[str, Network]) -> dict[str, Performance]:
    trainer, task = declared.network.trainer, declared.network.task
    assert trainer is not None
    assert task is not None
    return {
        label: performance_under(trainer, network, task, declared.seed) for label, network in networks.items()
    }


def _numbers(tested: Performance, eigenvalues: Any) -> dict[str, float]:
    return {
        "accuracy": tested.accuracy,
        "loss": tested.loss,
        "radius": float(eigenvalues.radius),
        "abscissa": float(eigenvalues.abscissa),
    }


def _draw(
    trainings: Mapping[str, Training], tested: Mapping[str, Performance], spectra: Any, place: Path
) -> None:
    with style():
        if all(len(training.history) for training in trainings.values()):
            save_figure(training_figures.histories(trainings), place / "history")
        save_figure(training_figures.tasks({"trained": tested["trained"]}), place / "trial")
        save_figure(figures.spectra(spectra), place / "spectrum")


def _declared_in(place: Path) -> TrainingExperiment:
    for name in (DECLARATION, CHECKPOINT):
        if not (place / name).is_file():
            raise ParameterError(
                f"folder = {str(place)!r} holds no {name}, so there is nothing to go on from; start anew."
            )
    path = place / DECLARATION
    return read_training(path.read_text(encoding="utf-8"), place.name, str(path))


def _require_same(place: Path, former: TrainingExperiment, declared: TrainingExperiment) -> None:
    """Raise where declarations differ; what a trainer may change it checks itself, with its checkpoint."""
    pairs = {"seed": (former.seed, declared.seed)}
    drawn = ("size", "neuron", "connectivity", "dtype", "readout", "input_weights", "readout_weights")
    for name in (*drawn, "task"):
        pairs[name] = (getattr(former.network, name), getattr(declared.network, name))
    for name, (was, given) in pairs.items():
        if was != given:
            raise ParameterError(
                f"folder = {str(place)!r} holds another training: its {name} is {was!r}, not {given!r}. Give the "
                f"declaration that it began with, or none, or start anew in another folder."
            )


def _require_declared(declared: Any) -> None:
    if not isinstance(declared, TrainingExperiment):
        raise ParameterError(
            f"declared = {declared!r} is no TrainingExperiment; give load_training(name_or_path)."
        )


def _told(results: Results, target: Path) -> Results:
    if results.summary["interrupted"]:
        warnings.warn(
            f"stopped by Ctrl-C, {results.summary['reason']}; what was learned is in {target}. Go on with: "
            f"neurosim train --resume {target}",
            InterruptionWarning,
            stacklevel=3,
        )
    return dataclasses.replace(results, folder=target)
