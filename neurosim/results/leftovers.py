"""Hidden names of files and folders that are being written, and what killed processes left under such names."""

from __future__ import annotations

import os
import re
from pathlib import Path
from secrets import token_hex

from neurosim.results.processes import has_ended, process_mark

__all__ = ["hidden_name", "leftovers"]


def hidden_name(path: Path, ending: str) -> Path:
    """New name beside a path, such as ``.run.npz.1a2b3c4d-4711-5e6f7a8b.partial``, with the mark of this process."""
    return path.with_name(f".{path.name}.{process_mark()}-{token_hex(4)}.{ending}")


def leftovers(path: Path, ending: str) -> list[Path]:
    """What is there under hidden names of a path by processes that have ended, newest first."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.([0-9a-f]{{8}}-\d+)-[0-9a-f]{{8}}\.{ending}")
    beside = os.listdir(path.parent) if path.parent.is_dir() else ()
    marks = {name: pattern.fullmatch(name) for name in beside}
    found = [path.with_name(name) for name, match in marks.items() if match and has_ended(match[1])]
    return sorted(found, key=_time_of_writing, reverse=True)


def _time_of_writing(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has cleared it
        return 0.0
