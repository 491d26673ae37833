"""Run a declared experiment, from its text to a folder of results."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.specification import Experiment
from neurosim.experiments.summary import report
from neurosim.experiments.work import Work
from neurosim.experiments.writing import experiment_text
from neurosim.results.folders import default_folder, new_folder

__all__ = ["Results", "run_experiment"]


@dataclass(frozen=True)
class Results:
    """What `run_experiment` leaves.

    Attributes
    ----------
    folder : Path
        ``experiment.toml``, ``summary.json``, ``report.txt``, the saved networks and trajectories, the figures.
    table : str
        Measured quantities beside their predictions, for a monospaced font, with notes below.
    summary : dict
        Content of ``summary.json``: under ``networks``, by label, the ``quantities``, each with ``measured``,
        ``predicted`` and ``spread`` (None where there is none), and what was ``not_measured`` and why; the
        ``seed``, the ``seconds`` that it took, the ``versions``, and whether it was ``interrupted``.
    """

    folder: Path
    table: str
    summary: dict[str, Any]


def run_experiment(
    experiment: Experiment, folder: Path | str | None = None, progress: bool | None = None
) -> Results:
    """Build, simulate and analyze the networks of an experiment.

    Parameters
    ----------
    experiment : Experiment
        For instance ``load_experiment("coherent-chaos")``.
    folder : path, optional
        Where to write; must not exist, or be empty. Default: ``results/NAME-DATE-TIME``.
    progress : bool, optional
        Show bars. Default: in a terminal or a notebook.

    Returns
    -------
    Results

    Raises
    ------
    ParameterError
        Before any work, when the folder is not empty.
    StorageError
        When the folder cannot be written. Nothing is left half-written.

    Warns
    -----
    InterruptionWarning
        After Ctrl-C. The folder then holds what was done; a trajectory that was stopped can be loaded from it
        and resumed.

    Notes
    -----
    The numbers depend on the declaration alone: running ``experiment.toml`` of the folder gives them again.

    Examples
    --------
    >>> from neurosim.experiments import load_experiment, run_experiment
    >>> results = run_experiment(load_experiment("quick"))  # doctest: +SKIP
    >>> print(results.table)  # doctest: +SKIP
    """
    if not isinstance(experiment, Experiment):
        raise ParameterError(
            f"experiment = {experiment!r} is no Experiment; give load_experiment(name_or_path)."
        )
    target = default_folder(experiment.name) if folder is None else Path(folder)
    with new_folder(target) as partial:
        (partial / "experiment.toml").write_text(experiment_text(experiment), encoding="utf-8")
        work = Work(experiment, partial, progress)
        work.run()
        summary = work.summary()
        table = report(summary, [ANALYSES[name].note for name in experiment.analyses])
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        (partial / "summary.json").write_text(text + "\n", encoding="utf-8")
        (partial / "report.txt").write_text(table + "\n", encoding="utf-8")
    if work.stopped:
        warnings.warn(
            f"stopped by Ctrl-C while {work.part}; what was done is in {target}.",
            InterruptionWarning,
            stacklevel=2,
        )
    return Results(target, table, summary)
