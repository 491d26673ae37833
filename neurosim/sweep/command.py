"""Studies from TOML files, as the command ``neurosim sweep`` runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError
from neurosim.experiments.reading import read_text
from neurosim.results import Report
from neurosim.sweep.declared import load_study, read_study, study_text
from neurosim.sweep.durability import force_to_disk
from neurosim.sweep.files import write_whole
from neurosim.sweep.page import write_page
from neurosim.sweep.status import plan_text
from neurosim.sweep.store import Store
from neurosim.sweep.study import Sweep

__all__ = ["retry_study", "run_study", "show_plan"]

DECLARATION = "study.toml"


def run_study(file: Path | str, folder: Path | str | None = None, **options: Any) -> Report:
    """Run a study that a file declares, or those points that its folder lacks, and write its page.

    Parameters
    ----------
    file : path
    folder : path, optional
        Default: the name of the file without its ending, here.
    **options
        As in `Sweep.run`.
    """
    study, target = load_study(file), _folder(file, folder)
    study.require_confirmed(options.get("large", False))
    Store(target).begin(study.manifest())
    write_whole(target / DECLARATION, study_text(file).encode("utf-8"))
    force_to_disk([target / DECLARATION], target)
    return write_page(study, study.run(target, **options), target)


def retry_study(folder: Path | str, **options: Any) -> Report:
    """Run the failed points of a study again, and write its page.

    Parameters
    ----------
    folder : path
        Of a study that a file declared.
    """
    study = _study_in(Path(folder))
    return write_page(study, study.retry(folder, **options), folder)


def show_plan(file: Path | str, folder: Path | str | None = None, workers: int | None = None) -> str:
    """Points of a study, and what they will take."""
    return plan_text(load_study(file), _folder(file, folder), workers)


def _study_in(folder: Path) -> Sweep:
    Store(folder).require_study()
    path = folder / DECLARATION
    if not path.is_file():
        raise ParameterError(
            f"folder must be that of a study that a TOML file declares (got {str(folder)!r}, of a Python function); "
            f"call study.retry({str(folder)!r}) where the study is defined."
        )
    return read_study(read_text(path), str(path))


def _folder(file: Path | str, folder: Path | str | None) -> Path:
    return Path(Path(file).stem) if folder is None else Path(folder)
