"""Folders of results: where they are, how they appear only when complete, and the files that all of them hold."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from neurosim.errors import ParameterError, StorageError
from neurosim.renaming import rename, write_whole
from neurosim.results.leftovers import hidden_name, leftovers
from neurosim.results.processes import has_ended, process_mark

__all__ = ["default_folder", "file_name", "growing_folder", "new_folder", "versions", "write_report"]

SUMMARY = "summary.json"
"""File by which a folder of results is known; only such folders are ever overwritten."""
UNFINISHED = "unfinished"
"""File with the mark of its process in a folder that is being filled; it stays where that process is killed, and empty
where it failed."""
PACKAGES = ("numpy", "numba", "scipy", "matplotlib")


def default_folder(name: str) -> Path:
    """Folder below ``results``, named after an experiment and the present time.

    Signs that Windows has not in names, such as colons, and all that would name another folder become hyphens.
    """
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", name).strip(" .-") or "results"
    return Path("results") / f"{plain}-{datetime.now():%Y-%m-%d-%H%M%S}"


@contextmanager
def new_folder(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Folder that appears under its name when the block ends without an error; otherwise nothing is left.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty, unless `overwrite`.
    overwrite : bool, optional
        Replace an earlier folder of results, which stays in place until the new one is complete. Folders without
        a ``summary.json`` are refused, so that no other data can be lost; not so those of killed processes.

    Yields
    ------
    Path
        A temporary folder beside it, to write into.

    Raises
    ------
    ParameterError
        Before the block, if the folder is not empty and may not be overwritten.
    StorageError
        If the folder cannot be written, before the block or in it; or if another process has filled it meanwhile: the
        results are then kept beside it, under the name in the error.
    """
    folder = folder.absolute()
    partial = hidden_name(folder, "partial")
    try:
        _clear_leftovers(folder, overwrite=overwrite)
        _require_free(folder, overwrite=overwrite)
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
        if overwrite:
            with _moved_away(folder):
                rename(partial, folder)
        else:
            _give_name(partial, folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def growing_folder(folder: Path, *, new: bool, overwrite: bool = False) -> Iterator[Path]:
    """Folder that exists while it is filled, so that a killed process leaves what it had written.

    Parameters
    ----------
    folder : Path
        If `new`, it must not exist, or be empty; otherwise it must exist.
    new : bool
    overwrite : bool, optional
        With `new`: replace an earlier folder of results. That is kept under a hidden name until the block ends, and
        comes back if the block fails, or if the process is killed, at the next call with `overwrite`.

    Raises
    ------
    ParameterError
        Before the block, if the folder is not empty and may not be overwritten, or does not exist.
    StorageError
        If it cannot be written.
    """
    folder = folder.absolute()
    try:
        if not new:
            if not folder.is_dir():
                raise ParameterError(
                    f"folder = {str(folder)!r} does not exist; give the results folder of a training that was stopped."
                )
            with _mark_unfinished(folder, new=False):
                yield folder
            _clear_leftovers(folder)
            return
        _clear_leftovers(folder, overwrite=overwrite)
        _require_free(folder, overwrite=overwrite)
        with _moved_away(folder) if overwrite else nullcontext():
            if folder.is_dir():
                folder.rmdir()  # refused where another process has begun to fill it meanwhile
            folder.mkdir(parents=True)
            with _mark_unfinished(folder, new=True):
                yield folder
    except OSError as error:
        raise _not_writable(folder, error) from error


@contextmanager
def _mark_unfinished(folder: Path, *, new: bool) -> Iterator[None]:
    """Mark a folder as unfinished during the block, and after it where it fails; if not `new`, one that is marked."""
    mark = folder / UNFINISHED
    if not new and not mark.is_file():
        yield
        return
    mark.write_text(process_mark(), encoding="ascii")
    try:
        yield
    except BaseException:
        mark.write_text("", encoding="ascii")
        raise
    mark.unlink()


@contextmanager
def _moved_away(folder: Path) -> Iterator[None]:
    """Move a former folder away for the block: removed after success, put back after an error."""
    former = None
    if folder.is_dir() and any(folder.iterdir()):
        former = hidden_name(folder, "former")
        rename(folder, former)
    elif folder.is_dir():
        folder.rmdir()
    try:
        yield
    except BaseException:
        if former is not None:
            shutil.rmtree(folder, ignore_errors=True)
            rename(former, folder)
        raise
    if former is not None:
        shutil.rmtree(former, ignore_errors=True)


def _give_name(partial: Path, folder: Path) -> None:
    """Give a complete folder its name, or another one where somebody has filled a folder of that name meanwhile."""
    if not folder.is_dir():
        rename(partial, folder)
    elif not any(folder.iterdir()):
        folder.rmdir()
        rename(partial, folder)
    else:
        free = folder.with_name(f"{folder.name}-{token_hex(4)}")
        rename(partial, free)
        raise StorageError(
            f"results folder {str(folder)!r} was filled by another process meanwhile; these results are complete in "
            f"{str(free)!r}; rename it."
        )


def _clear_leftovers(folder: Path, *, overwrite: bool = False) -> None:
    """Clear what killed processes left beside a folder: results that they were to replace come back."""
    for partial in leftovers(folder, "partial"):
        shutil.rmtree(partial, ignore_errors=True)
    for former in leftovers(folder, "former"):
        if overwrite and _is_unfinished(folder):
            shutil.rmtree(folder)
        if not folder.is_dir():
            rename(former, folder)
        elif (folder / SUMMARY).is_file() and not (folder / UNFINISHED).exists():
            shutil.rmtree(former, ignore_errors=True)


def _is_unfinished(folder: Path) -> bool:
    """Whether a process was killed, or failed, while it filled a folder."""
    if not (folder / UNFINISHED).is_file():
        return False
    mark = (folder / UNFINISHED).read_text(encoding="ascii", errors="replace")
    return not mark or has_ended(mark)


def _not_writable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"results folder {str(folder)!r} cannot be written: {error.strerror or error}; free some space, "
        f"or give a folder in a place that you may write to."
    )


def _require_free(folder: Path, *, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise ParameterError(f"folder = {str(folder)!r} is a file; give the name of a new folder.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not overwrite:
        raise ParameterError(
            f"folder = {str(folder)!r} exists and is not empty; give the name of a new one, or overwrite=True "
            f"(--overwrite on the command line) to replace these results."
        )
    if not ((folder / SUMMARY).is_file() or _is_unfinished(folder)):
        raise ParameterError(
            f"folder = {str(folder)!r} has no {SUMMARY}, so it is not a folder of results and is not overwritten; "
            f"give the name of a new one."
        )


def file_name(label: str) -> str:
    """Label in lower-case ASCII letters, digits, points and hyphens, which every file system and shell accepts."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.").lower() or "network"


def versions() -> dict[str, str]:
    """Versions of Python and of every package that could change a number."""
    from neurosim import __version__

    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"neurosim": __version__, "python": platform.python_version(), **found}


def write_report(folder: Path, table: str, summary: Mapping[str, Any]) -> None:
    """Write ``report.txt`` and ``summary.json``, each in one step.

    Parameters
    ----------
    folder : Path
    table : str
    summary : mapping
        Plain data without NaN.
    """
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(folder / SUMMARY, f"{text}\n".encode())
    write_whole(folder / "report.txt", (table.rstrip("\n") + "\n").encode())
