"""Run a study: compute what its folder lacks, estimate its claims, draw its figures, write its page."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, clause
from neurosim.report.drawing import save_drawings
from neurosim.report.section import Drawing, Section
from neurosim.reproduce.catalog import find_study
from neurosim.reproduce.claim import Claim
from neurosim.reproduce.estimates import Estimate
from neurosim.reproduce.folder import Record, begin_folder, folder_of
from neurosim.reproduce.page import study_page
from neurosim.reproduce.reproduction import Reproduction
from neurosim.reproduce.settings import Settings
from neurosim.reproduce.study import Study
from neurosim.reproduce.work import Work
from neurosim.results import write_report
from neurosim.sweep.files import write_whole
from neurosim.sweep.processes import keep_processes
from neurosim.validation import check_keywords, whole_number

__all__ = ["run"]


@check_keywords
def run(
    name: str | Study,
    quick: bool = False,
    folder: Path | str | None = None,
    settings: Mapping[str, Any] | None = None,
    *,
    workers: int | None = None,
    progress: bool | None = None,
) -> Reproduction:
    """Reproduce a paper: compute its networks on all cores, and compare its claims with what comes out.

    Parameters
    ----------
    name : str or Study
        One of `studies`.
    quick : bool, optional
        The quick form: smaller networks, or fewer; it takes at most a minute and a half on two cores.
    folder : path, optional
        A new one, or that of the same study: what it holds is not computed again. Default: one below
        ``reproductions``, named after the study, its form and the changed settings.
    settings : mapping of str to object, optional
        Changes by dotted path, such as ``{"network.size": 400}``.
    workers : int, optional
        Processes. Default: one for each core.
    progress : bool, optional
        Show bars. Default: in a terminal or a notebook.

    Returns
    -------
    Reproduction

    Raises
    ------
    UnknownNameError
        For a study or a setting that does not exist.
    ParameterError
        Before any work, for the folder of another study.
    KeyboardInterrupt
        After Ctrl-C; finished networks are kept, and the same call goes on.

    Warns
    -----
    StudyWarning
        For a folder that was begun with other versions, or points that failed.

    Examples
    --------
    >>> import neurosim as ns
    >>> found = ns.reproduce.run("sompolinsky1988", quick=True)  # doctest: +SKIP
    >>> [claim.name for claim in found.claims if not claim.agrees]  # doctest: +SKIP
    """
    study, changes = find_study(name), dict(settings or {})
    chosen = study.settings_of(quick=quick, changes=changes)
    declared = _fitting(study.declared_claims, changes)(chosen)
    if workers is not None:
        whole_number("workers", workers)
    target = folder_of(study.name, quick=quick, changes=changes) if folder is None else Path(folder)
    record = begin_folder(target, Record(study.name, quick, changes))
    if progress is not False:
        _announce(study, quick, target)
    work = Work(target, workers, progress, lambda seconds: record.with_seconds(seconds).write(target))
    try:
        with keep_processes():
            found = _fitting(study.compute, changes)(chosen, work)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(
            f"stopped by Ctrl-C; finished networks are kept in {target}, and the same call goes on with the others."
        ) from stop
    done = time.perf_counter()
    figures, notes = _draw(study, found, chosen, target, changes)
    claims = _judge(declared, _estimate(study, found, chosen, notes, changes), work.missing)
    after = time.perf_counter() - done
    result = Reproduction(
        study=study,
        quick=quick,
        settings=chosen,
        claims=claims,
        figures=figures,
        seconds=sum(record.with_seconds(work.seconds).seconds.values()) + after,
        folder=target,
        missing=work.missing,
        notes=notes,
    )
    write_report(target, result.table, result.plain())
    write_whole(target / "index.html", study_page(result).encode("utf-8"))
    return result


def _announce(study: Study, quick: bool, folder: Path) -> None:
    minutes = study.minutes[1 if quick else 0]
    print(
        f"{study.name}: up to {minutes:.2g} min on two cores, into {folder}; Ctrl-C keeps what is finished.",
        file=sys.stderr,
        flush=True,
    )


def _fitting(part: Callable[..., Any], changes: Mapping[str, Any]) -> Callable[..., Any]:
    """Part of a study, which says so where changed settings do not fit it; in its own form an error is one of ours."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return part(*arguments, **keywords)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, NeurosimError) or not changes:
                raise
            raise ParameterError(
                f"settings that were changed do not fit the study: {', '.join(changes)} "
                f"({type(error).__name__}: {clause(error)}); give values of the kind and number that it has."
            ) from error

    return call


def _estimate(
    study: Study, found: Any, settings: Settings, notes: dict[str, str], changes: Mapping[str, Any]
) -> Mapping[str, Estimate]:
    """Estimates by claim; none where they cannot be made, with a note, so that all claims count as failed."""
    try:
        return _fitting(study.estimates, changes)(found, settings)
    except (NeurosimError, np.linalg.LinAlgError) as error:
        notes["estimates"] = str(error)
        return {}


def _judge(
    declared: Sequence[Claim], estimates: Mapping[str, Estimate], missing: Mapping[str, str]
) -> tuple[Claim, ...]:
    """Claims with their estimates; those that need data that are not there say so."""
    return tuple(
        replace(claim, missing=missing[claim.needs])
        if claim.needs in missing
        else claim.with_estimate(estimates.get(claim.name))
        for claim in declared
    )


def _draw(
    study: Study, found: Any, settings: Settings, folder: Path, changes: Mapping[str, Any]
) -> tuple[dict[str, Path], dict[str, str]]:
    """Files of the figures by name; and of those that could not be drawn the reason."""
    section = Section(study.name)
    for figure in study.figures:
        draw = partial(_fitting(figure.draw, changes), found, settings)
        section.drawings.append(Drawing(figure.name, figure.caption, draw, figure.panel))
    save_drawings({study.name: section}, folder)
    files = {drawing.name: folder / f"{drawing.name}.png" for drawing in section.drawings}
    return files, dict(section.missing)
