"""Folder of a study: a manifest that says whose it is, and one file for each finished point."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from neurosim.errors import ParameterError, StorageError
from neurosim.sweep.durability import force_to_disk
from neurosim.sweep.files import read_arrays, read_json, storage_error, write_arrays, write_json
from neurosim.sweep.outcomes import Outcome, from_record, to_record
from neurosim.sweep.points import Point

__all__ = ["MANIFEST", "Store"]

MANIFEST = "study.json"
FORMAT = "neurosim study"


class Store:
    """Folder of a study.

    Parameters
    ----------
    path : path

    Notes
    -----
    ``study.json`` says whose study it is. Point ``abcd...`` is in ``points/ab/abcd....json``, its arrays in a file
    ``.npz`` beside it, which is written first: a point is finished when its ``.json`` is there. ``files/abcd.../``
    holds what the function itself wrote.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).absolute()

    def manifest(self) -> dict[str, Any] | None:
        """Content of ``study.json``; None if there is no such file."""
        found = read_json(self.path / MANIFEST)
        return found if isinstance(found, dict) and found.get("format") == FORMAT else None

    def require_study(self) -> dict[str, Any]:
        """Content of ``study.json``; raises if there is no such file."""
        found = self.manifest()
        if found is None:
            raise ParameterError(
                f"folder must hold a study (got {str(self.path)!r}, without {MANIFEST}); give the folder of one that "
                f"was begun."
            )
        return found

    def begin(self, study: dict[str, Any]) -> None:
        """Make the folder that of a study, or go on in it.

        Parameters
        ----------
        study : plain data
            ``measure`` and ``parameters`` identify it; the rest is kept for readers.

        Raises
        ------
        ParameterError
            When the folder is that of another study, or holds something else.
        """
        found = self.manifest()
        if found is None:
            self._require_empty()
        else:
            self._require_same(found, study)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(self.path, error) from error
        write_json(self.path / MANIFEST, {"format": FORMAT, **study}, indent=1)
        force_to_disk([self.path / MANIFEST], self.path.parent)

    def write(self, outcome: Outcome, point: Point, values: Any, versions: dict[str, str]) -> list[Path]:
        """Write the outcome of a point; returns the files, which are not forced onto the disk."""
        written = [self._file(point.identity, ending) for ending in (".npz", ".json")]
        if outcome.arrays:
            write_arrays(written[0], outcome.arrays)
        write_json(written[1], to_record(outcome, values, versions))
        return written if outcome.arrays else written[1:]

    def read(self, identity: str) -> Outcome | None:
        """Outcome of a point; None if it is not finished, or its file is damaged."""
        record = read_json(self._name(identity, ".json"))
        if record is None:
            return None
        arrays = read_arrays(self._file(identity, ".npz")) if record["arrays"] else {}
        try:
            return from_record(record, arrays)
        except StorageError:
            return None

    def read_all(self, identities: Iterable[str]) -> dict[str, Outcome]:
        """Finished points among some, by identity."""
        present = set(self._identities())
        outcomes = {identity: self.read(identity) for identity in identities if identity in present}
        return {identity: outcome for identity, outcome in outcomes.items() if outcome is not None}

    def records(self) -> Iterator[dict[str, Any]]:
        """Record of every finished point, whatever study it belongs to now."""
        found = (read_json(self._name(identity, ".json")) for identity in self._identities())
        return (record for record in found if record is not None)

    def remove(self, identity: str) -> None:
        """Remove the outcome of a point."""
        for ending in (".json", ".npz"):
            self._file(identity, ending).unlink(missing_ok=True)
        shutil.rmtree(self.files(identity), ignore_errors=True)

    def size(self, identity: str) -> float:
        """Bytes on disk of a finished point, in whole blocks of 4 kB."""
        paths = [self._file(identity, ending) for ending in (".json", ".npz")]
        own = self.files(identity)
        paths += own.rglob("*") if own.is_dir() else []
        return float(sum(4096 * -(-path.stat().st_size // 4096) for path in paths if path.is_file()))

    def files(self, identity: str) -> Path:
        """Folder for what the function itself writes at a point."""
        return self.path / "files" / identity

    def _name(self, identity: str, ending: str) -> str:
        return os.path.join(self.path, "points", identity[:2], identity + ending)

    def _file(self, identity: str, ending: str) -> Path:
        return Path(self._name(identity, ending))

    def _identities(self) -> Iterator[str]:
        for folder in sorted((self.path / "points").glob("*")):
            yield from (name[:-5] for name in os.listdir(folder) if name.endswith(".json"))

    def _require_empty(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise ParameterError(
                f"folder must be a folder (got the file {str(self.path)!r}); give a new name."
            )
        if self.path.is_dir() and any(self.path.iterdir()):
            raise ParameterError(
                f"folder must be empty or that of a study (got {str(self.path)!r}, without {MANIFEST}); give a new "
                f"name."
            )

    def _require_same(self, found: dict[str, Any], study: dict[str, Any]) -> None:
        for key in ("measure", "parameters"):
            if found.get(key) != study[key]:
                place, there, here = _difference(key, found.get(key), study[key])
                raise ParameterError(
                    f"folder must be new or that of this study (got {str(self.path)!r}, a study in which {place} is "
                    f"{_short(there)}, not {_short(here)}); give another folder."
                )


def _difference(place: str, first: Any, second: Any) -> tuple[str, Any, Any]:
    """Place of the first difference between plain data, and what stands there in each."""
    first, second = _tables(first), _tables(second)
    if isinstance(first, dict) and isinstance(second, dict):
        for key in dict.fromkeys([*first, *second]):
            if first.get(key) != second.get(key):
                return _difference(f"{place}.{key}", first.get(key), second.get(key))
    return place, first, second


def _tables(value: Any) -> Any:
    """Tables of a declaration, which a measure keeps as one text."""
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 100 else text[:97] + "..."
