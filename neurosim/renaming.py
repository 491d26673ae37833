"""Renaming of files and folders that other processes may have open."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["rename"]

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
    for wait in WAITS:
        try:
            os.replace(source, target)
            return
        except PermissionError:
            time.sleep(wait)
    os.replace(source, target)
