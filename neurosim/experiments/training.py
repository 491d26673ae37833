"""Run a declared training into a folder of results, and resume one that was stopped."""

from __future__ import annotations

import dataclasses
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurosim.analysis import spectrum
from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.experiments import figures
from neurosim.experiments.evaluation import Evaluation, evaluate_as_trained, require_resumable, train
from neurosim.experiments.reading import read_text, read_training
from neurosim.experiments.specification import TrainingExperiment
from neurosim.experiments.tables import training_text
from neurosim.experiments.writing import training_toml
from neurosim.network import Network
from neurosim.plotting import style
from neurosim.plotting.comparison import save_figure
from neurosim.renaming import write_whole
from neurosim.results import Report, default_folder, growing_folder, versions, write_report
from neurosim.storage import save
from neurosim.training import Training

__all__ = ["resume_training", "run_training"]

DECLARATION, CHECKPOINT = "experiment.toml", "training.npz"


def run_training(
    experiment: TrainingExperiment,
    folder: Path | str | None = None,
    progress: bool | None = None,
    *,
    overwrite: bool = False,
) -> Report:
    """Train the network of an experiment, and measure its accuracy and spectrum before and after.

    Parameters
    ----------
    experiment : TrainingExperiment
        For instance ``load_training("xor")``.
    folder : path, optional
        Where to write; must not exist, or be empty, unless `overwrite`. Default: ``results/NAME-DATE-TIME``.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook.
    overwrite : bool, optional
        Replace an earlier folder of results. It is kept under a hidden name until the training ends; where the process
        is killed, it comes back at the next run with `overwrite`, or is removed when the training is resumed to its
        end.

    Returns
    -------
    Report
        Its folder holds the declaration, the networks before and after, the training with its history, the figures,
        ``summary.json`` and ``report.txt``.

    Raises
    ------
    ParameterError
        Before any computation, if the folder is not empty.
    StorageError
        If the folder cannot be written.

    Warns
    -----
    InterruptionWarning
        After Ctrl-C. The folder then holds the results so far, and `resume_training` continues; it also does after
        the process was killed, from the last complete epoch.

    Notes
    -----
    The numbers depend on the declaration alone. Accuracy and loss are those of 512 new trials, with the step, the
    scheme and the noise of the trainer.

    Examples
    --------
    >>> from neurosim.experiments import load_training, run_training
    >>> results = run_training(load_training("xor"))  # doctest: +SKIP
    >>> print(results.table)  # doctest: +SKIP
    """
    _require_experiment(experiment)
    target = default_folder(experiment.name) if folder is None else Path(folder)
    text, start = training_toml(experiment), experiment.network.build(experiment.seed)
    with growing_folder(target, new=True, overwrite=overwrite) as place:
        write_whole(place / DECLARATION, text.encode())
        save(start, place / "network-untrained.npz")
        results = _train_and_report(experiment, start, place, progress, resume=False)
    return _warn_if_interrupted(results, target)


def resume_training(
    folder: Path | str, experiment: TrainingExperiment | None = None, progress: bool | None = None
) -> Report:
    """Resume a training that was interrupted or killed; the result is bit for bit that of an uninterrupted one.

    Parameters
    ----------
    folder : path
        Its folder of results.
    experiment : TrainingExperiment, optional
        Default: that of the folder. Another one may differ only in settings that leave the updates so far unchanged,
        such as more ``epochs``; it then replaces that of the folder.
    progress : bool, optional

    Returns
    -------
    Report

    Raises
    ------
    ParameterError
        If there is no such folder or no checkpoint in it, or the declaration differs in another setting.
    """
    target = Path(folder)
    with growing_folder(target, new=False) as place:
        former = _read_declaration(place)
        experiment = former if experiment is None else experiment
        _require_experiment(experiment)
        require_resumable(experiment.network.trainer)
        _require_same(target, former, experiment)
        results = _train_and_report(
            experiment, experiment.network.build(experiment.seed), place, progress, resume=True
        )
        write_whole(place / DECLARATION, training_toml(experiment).encode())
    return _warn_if_interrupted(results, target)


def _train_and_report(
    experiment: TrainingExperiment, start: Network, place: Path, progress: bool | None, *, resume: bool
) -> Report:
    begin = time.perf_counter()
    training, interrupted = train(
        start,
        experiment.network,
        experiment.seed,
        checkpoint=place / CHECKPOINT,
        resume=resume,
        progress=progress,
    )
    seconds = time.perf_counter() - begin
    save(training.network, place / "network-trained.npz")
    tested = _evaluate_all(experiment, {"untrained": start, "trained": training.network})
    spectra = {"untrained": spectrum(start), "trained": spectrum(training.network)}
    summary = {
        "training": experiment.name,
        "title": experiment.title,
        "seed": experiment.seed,
        "interrupted": interrupted,
        "complete": training.complete,
        "reason": training.reason,
        "epochs": training.history.length,
        "seconds": round(seconds, 2),
        "versions": versions(),
        "networks": {label: _numbers(tested[label], spectra[label]) for label in tested},
    }
    _draw({experiment.title: training}, tested, spectra, place)
    table = training_text(summary)
    write_report(place, table, summary)
    return Report(place, table, summary)


def _evaluate_all(experiment: TrainingExperiment, networks: Mapping[str, Network]) -> dict[str, Evaluation]:
    trainer, task = experiment.network.trainer, experiment.network.task
    assert trainer is not None
    assert task is not None
    return {
        label: evaluate_as_trained(trainer, network, task, experiment.seed)
        for label, network in networks.items()
    }


def _numbers(tested: Evaluation, eigenvalues: Any) -> dict[str, float]:
    return {
        "accuracy": tested.accuracy,
        "loss": tested.loss,
        "radius": float(eigenvalues.radius),
        "abscissa": float(eigenvalues.abscissa),
    }


def _draw(
    trainings: Mapping[str, Training], tested: Mapping[str, Evaluation], spectra: Any, place: Path
) -> None:
    with style():
        if all(training.history.length for training in trainings.values()):
            save_figure(figures.histories(trainings), place / "history")
        save_figure(figures.trials({"trained": tested["trained"]}), place / "trial")
        save_figure(figures.spectra(spectra), place / "spectrum")


def _read_declaration(place: Path) -> TrainingExperiment:
    for name in (DECLARATION, CHECKPOINT):
        if not (place / name).is_file():
            raise ParameterError(
                f"folder = {str(place)!r} has no {name}, so there is nothing to resume; start the training again."
            )
    path = place / DECLARATION
    return read_training(read_text(path), place.name, str(path))


def _require_same(place: Path, former: TrainingExperiment, experiment: TrainingExperiment) -> None:
    """Raise if declarations differ; the trainer itself compares its settings with those of its checkpoint."""
    pairs = {"seed": (former.seed, experiment.seed)}
    drawn = ("size", "neuron", "connectivity", "dtype", "readout", "input_weights", "readout_weights")
    for name in (*drawn, "task"):
        pairs[name] = (getattr(former.network, name), getattr(experiment.network, name))
    for name, (was, given) in pairs.items():
        if was != given:
            raise ParameterError(
                f"folder = {str(place)!r} holds another training: its {name} is {was!r}, not {given!r}; give its own "
                f"declaration, or none, or start a new training in another folder."
            )


def _require_experiment(experiment: Any) -> None:
    if not isinstance(experiment, TrainingExperiment):
        raise ParameterError(
            f"experiment must be a TrainingExperiment (got {experiment!r}); try load_training(name_or_path)."
        )


def _warn_if_interrupted(results: Report, target: Path) -> Report:
    if results.summary["interrupted"]:
        warnings.warn(
            f"stopped by Ctrl-C, {results.summary['reason']}; the results so far are in {target}. Continue with: "
            f"neurosim train --resume {target}",
            InterruptionWarning,
            stacklevel=3,
        )
    return dataclasses.replace(results, folder=target)
