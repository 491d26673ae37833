"""Files that are replaced in one step, though other processes may have them open."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

__all__ = ["patiently", "read_whole", "rename", "write_whole"]

Returned = TypeVar("Returned")

WAITS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if os.name == "nt" else ()
"""Seconds between attempts. Windows refuses for moments while a reader, a scanner or an indexer has the file open;
elsewhere a refusal is final."""


def rename(source: Path | str, target: Path | str) -> None:
    """Rename a file or folder in one step; an existing file at the target is replaced.

    Raises
    ------
    OSError
        If it cannot be renamed, on Windows after several attempts within two seconds.
    """
    patiently(lambda: os.replace(source, target))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that no reader and no crash sees half of it.

    Raises
    ------
    OSError
        If it cannot be written; the temporary file is removed.
    """
    partial = path.with_name(f".{secrets.token_hex(6)}.partial")
    try:
        partial.write_bytes(content)
        rename(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def read_whole(path: Path | str) -> bytes:
    """Read a file that another process may be replacing at this moment.

    Raises
    ------
    OSError
        If it cannot be read, on Windows after several attempts within two seconds.
    """

    def read() -> bytes:
        with open(path, "rb") as file:
            return file.read()

    return patiently(read)


def patiently(action: Callable[[], Returned]) -> Returned:
    """Value of a function that opens or renames a file; on Windows it is tried again while it is refused."""
    for wait in WAITS:
        try:
            return action()
        except PermissionError:
            time.sleep(wait)
    return action()
