"""Folder of a reproduction: whose it is, in which form, with which settings and versions."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError, StudyWarning
from neurosim.results import file_name, versions
from neurosim.sweep.files import read_json, write_json

__all__ = ["ROOT", "Record", "begin_folder", "folder_of", "read_record"]

ROOT = Path("reproductions")
"""Folder, here, of all reproductions that name no other."""
RECORD = "reproduction.json"
LONGEST = 60
"""Characters of the name of a folder: Windows takes 259 of a whole path, and points have names of a hundred."""


@dataclass(frozen=True)
class Record:
    """What a folder keeps of the reproduction that was begun in it.

    Attributes
    ----------
    study : str
    quick : bool
    changes : mapping of str to object
        Settings by dotted path that differ from those of the form.
    versions : mapping of str to str
    seconds : mapping of str to float
        Wall-clock time that each part has taken so far.
    """

    study: str
    quick: bool
    changes: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=versions)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write it into the folder."""
        write_json(folder / RECORD, {"format": "neurosim reproduction", **self.__dict__}, indent=1)

    def with_seconds(self, seconds: Mapping[str, float]) -> Record:
        """Record with the time of another run added."""
        total = {
            name: self.seconds.get(name, 0.0) + seconds.get(name, 0.0) for name in {**self.seconds, **seconds}
        }
        return Record(self.study, self.quick, self.changes, self.versions, total)


def folder_of(study: str, *, quick: bool, changes: Mapping[str, Any], root: Path = ROOT) -> Path:
    """Folder of a form of a study with some changes: the same call finds it again."""
    words = [
        study,
        *(["quick"] if quick else []),
        *(f"{path}-{value}" for path, value in sorted(changes.items())),
    ]
    label = "-".join(words)
    name = file_name(label)
    exact = all(file_name(str(value)) == str(value) for value in changes.values())
    if len(name) > LONGEST or not exact:
        # a hash, so that values which differ in a sign, a bracket or the end of a long name have folders of their own
        name = f"{name[: LONGEST - 9]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
    return root / name


def read_record(folder: Path) -> Record | None:
    """What the folder keeps; None where nothing was begun in it."""
    found = read_json(folder / RECORD)
    if not isinstance(found, dict) or found.pop("format", None) != "neurosim reproduction":
        return None
    return Record(**found)


def begin_folder(folder: Path, record: Record) -> Record:
    """Make the folder that of a reproduction, or go on in it.

    Raises
    ------
    ParameterError
        When it is that of another study, or holds something else.

    Warns
    -----
    StudyWarning
        When it was begun with other versions.
    """
    found = read_record(folder)
    if found is None:
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise ParameterError(
                f"folder must be new, or that of a reproduction (got {str(folder)!r}, without {RECORD}); give another "
                f"name."
            )
        folder.mkdir(parents=True, exist_ok=True)
        record.write(folder)
        return record
    if found.study != record.study:
        raise ParameterError(
            f"folder must be that of the study {record.study!r} (got {str(folder)!r}, of {found.study!r}); give "
            f"another name, or run that study."
        )
    differing = [
        f"{name} {found.versions.get(name, 'none')}, now {version}"
        for name, version in record.versions.items()
        if found.versions.get(name) != version
    ]
    if differing:
        warnings.warn(
            f"{folder} was begun with other versions ({'; '.join(differing)}): what is computed from now on may differ "
            f"in its numbers; give a new folder to compute everything anew.",
            StudyWarning,
            stacklevel=3,
        )
    merged = Record(record.study, record.quick, record.changes, found.versions, found.seconds)
    merged.write(folder)
    return merged
