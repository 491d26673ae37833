"""Texts of the command ``neurosim reproduce``: the table of studies, one study, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurosim.errors import NeurosimError, ParameterError
from neurosim.report.text import columns
from neurosim.reproduce.catalog import find_study, studies
from neurosim.reproduce.folder import ROOT, folder_of, read_record
from neurosim.reproduce.gallery import results_in, write_gallery
from neurosim.reproduce.running import run
from neurosim.reproduce.settings import read_change
from neurosim.sweep.processes import keep_processes

__all__ = ["citation", "run_all", "run_one", "table_of_studies"]


def table_of_studies(root: Path = ROOT) -> str:
    """Every study: paper, what is reproduced, minutes on two cores, and the last result in this folder."""
    last = {}
    for summary in results_in(root).values():
        form = "quick" if summary["quick"] else "full"
        last[summary["study"]] = f"{summary['agreeing']} of {summary['checked']} agree ({form})"
    rows = [["name", "paper", "what is reproduced", "minutes (quick)", "last result"]]
    for study in studies().values():
        minutes = f"{study.minutes[0]:.2g} ({study.minutes[1]:.2g})"
        rows.append([study.name, study.paper.short, study.reproduced, minutes, last.get(study.name, "–")])
    return columns(rows, indent="")


def citation(name: str) -> str:
    """How to cite the paper of a study: one line, and its BibTeX entry."""
    paper = find_study(name).paper
    return f"{paper.citation}\n\n{paper.bibtex.strip()}"


def run_one(
    name: str, *, quick: bool = False, folder: Path | None = None, changes: Sequence[str] = (), **options: Any
) -> str:
    """Run a study, or go on with one in a folder; the table of its claims, and the path of its page.

    Parameters
    ----------
    name : str
    quick : bool, optional
    folder : Path, optional
        Where it was begun: its form and settings are those of that folder.
    changes : sequence of str, optional
        ``PATH=VALUE``.
    **options
        As in `run`.
    """
    study = find_study(name)
    settings = dict(read_change(text) for text in changes)
    if folder is not None:
        record = read_record(folder)
        if record is None:
            raise ParameterError(
                f"folder must be that of a reproduction (got {str(folder)!r}); leave --from out to begin one, or give "
                f"one of {', '.join(map(str, results_in(ROOT))) or 'those that were begun'}."
            )
        quick, settings = record.quick or quick, {**record.changes, **settings}
    result = run(study, quick, folder, settings, **options)
    return f"{result.table}\n{result.folder / 'index.html'}"


def run_all(*, quick: bool = False, root: Path = ROOT, **options: Any) -> str:
    """Run every study and write the gallery; one line for each, and the path of the gallery.

    A study that raises an error does not stop the others.
    """
    lines, known = [], studies()
    with keep_processes():
        for name, study in known.items():
            target = folder_of(name, quick=quick, changes={}, root=root)
            try:
                lines.append([name, run(study, quick, target, **options).verdict])
            except NeurosimError as error:
                lines.append([name, f"stopped: {error}"])
            write_gallery(root)
    return f"{columns(lines, indent='')}\n{root / 'index.html'}"
