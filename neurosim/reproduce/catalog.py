"""Catalog: the studies that are shipped, found by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.reproduce.study import Study

__all__ = ["find_study", "papers_table", "studies"]

HOME = "neurosim.studies"
"""Room of the studies: every file in it is one, with its `STUDY`."""


def studies() -> Mapping[str, Study]:
    """All studies that are shipped, by name, in the order of their years.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.reproduce.studies()["sompolinsky1988"].paper.short
    'Sompolinsky, Crisanti & Sommers 1988'
    """
    home = importlib.import_module(HOME)
    names = [info.name for info in pkgutil.iter_modules(home.__path__) if not info.name.startswith("_")]
    found = [_study(name) for name in sorted(names)]
    return {study.name: study for study in sorted(found, key=lambda study: study.paper.short[-4:])}


def find_study(study: str | Study) -> Study:
    """Study of a name; one that is given is returned.

    Raises
    ------
    UnknownNameError
        With the name that was probably meant.
    """
    if isinstance(study, Study):
        return study
    known = studies()
    if study not in known:
        raise UnknownNameError(f"there is no study {study!r}. {did_you_mean(str(study), known)}")
    return known[study]


def papers_table() -> str:
    """Table of all studies in Markdown, as the README has it."""
    rows = [
        f"| `{study.name}` | {study.paper.short} | {study.reproduced} | {_minutes(study)} |"
        for study in studies().values()
    ]
    return "\n".join(["| study | paper | what is reproduced | minutes, quick |", "|---|---|---|---|", *rows])


def _minutes(study: Study) -> str:
    return f"{study.minutes[0]:.2g}, {study.minutes[1]:.2g}"


def _study(name: str) -> Study:
    found = getattr(importlib.import_module(f"{HOME}.{name}"), "STUDY", None)
    if not isinstance(found, Study) or found.name != name:
        raise ParameterError(
            f"{HOME}.{name} must define STUDY, a Study with name={name!r} (got {found!r}); see neurosim/studies."
        )
    return found
