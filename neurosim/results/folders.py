"""Results folders: there when complete, and not before; those of trainings grow."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from neurosim.errors import ParameterError, StorageError

__all__ = ["default_folder", "file_name", "growing_folder", "new_folder"]


def default_folder(name: str) -> Path:
    """Folder below ``results`` that carries the name of an experiment and the present time."""
    return Path("results") / f"{name}-{datetime.now():%Y-%m-%d-%H%M%S}"


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Folder to write into, which takes its name when the block ends without an error, and else is removed.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.

    Yields
    ------
    Path
        A folder beside it with another name.

    Raises
    ------
    ParameterError
        Before the block, when the folder holds something already.
    StorageError
        When the place cannot be written to, before the block or in it.
    """
    folder = folder.absolute()
    partial = folder.with_name(f".{folder.name}.{token_hex(4)}.partial")
    try:
        _require_free(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def growing_folder(folder: Path, *, new: bool) -> Iterator[Path]:
    """Folder that is there while it fills, so that a killed process leaves what it had.

    Parameters
    ----------
    folder : Path
        If `new` it must not exist, or be empty; else it must exist.

    Raises
    ------
    ParameterError
        Before the block, when the folder holds something already, or is not there.
    StorageError
        When it cannot be written to.
    """
    folder = folder.absolute()
    try:
        if new:
            _require_free(folder)
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.is_dir():
            raise ParameterError(
                f"folder = {str(folder)!r} is not there; give the results folder of a training that was stopped."
            )
        yield folder
    except OSError as error:
        raise _not_writable(folder, error) from error


def _not_writable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"results folder {str(folder)!r} cannot be written: {error.strerror or error}; free some space, "
        f"or give a folder in a place that you may write to."
    )


def _require_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ParameterError(f"folder = {str(folder)!r} is a file; give the name of a new folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise ParameterError(
            f"folder = {str(folder)!r} exists and is not empty; give the name of a new one, or move it away."
        )


def file_name(label: str) -> str:
    """Label without characters that file systems or shells take amiss."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.").lower() or "network"
