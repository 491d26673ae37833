"""Small files that are written atomically."""

from __future__ import annotations

import errno
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from neurosim import renaming
from neurosim.errors import StorageError
from neurosim.interruptions import delay_interrupts

__all__ = [
    "is_full_disk",
    "read_arrays",
    "read_json",
    "storage_error",
    "write_arrays",
    "write_json",
    "write_whole",
]

FULL = {errno.ENOSPC, errno.EDQUOT}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, and its folder where that is missing; the error says that finished points are kept.

    A power cut may leave it empty until it is forced onto the disk, see `neurosim.sweep.durability`; readers notice.
    """
    try:
        try:
            renaming.write_whole(path, content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            renaming.write_whole(path, content)
    except OSError as error:
        raise storage_error(path, error) from error


def storage_error(path: Path, error: OSError) -> StorageError:
    """Error that says why a file cannot be written, and what to do."""
    remedy = "free some space" if error.errno in FULL else "choose a folder that you may write to"
    return StorageError(
        f"{path} cannot be written ({error.strerror or error}); {remedy} and run the study again: finished points are "
        f"kept."
    )


def is_full_disk(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that the disk is full."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def write_json(path: Path, content: Any, indent: int | None = None) -> None:
    """Write plain data; numbers return bit for bit, NaN and infinities are written as Python does."""
    write_whole(path, json.dumps(content, indent=indent, ensure_ascii=False).encode("utf-8"))


def read_json(path: Path | str) -> Any:
    """Plain data of a file; None where there is no whole one."""
    try:
        return json.loads(renaming.read_whole(path))
    except (OSError, ValueError):
        return None


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays by name into one archive."""
    buffer = io.BytesIO()
    # under numbers, since a result may have any name
    numbered = {f"array_{k}": array for k, array in enumerate(arrays.values())}
    # zipfile answers an interrupt between two of its members with an error of its own
    with delay_interrupts():
        np.savez(buffer, names=np.array(list(arrays)), **numbered)  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name; none where there is no whole file."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {str(name): archive[f"array_{k}"] for k, name in enumerate(archive["names"])}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
