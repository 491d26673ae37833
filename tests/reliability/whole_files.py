"""Files of results that are half, that were left behind, and what whole ones hold."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ENDS = {
    ".png": b"IEND\xaeB`\x82",
    ".pdf": b"%%EOF\n",
    ".html": b"</html>\n",
    ".txt": b"\n",
    ".toml": b"\n",
    ".csv": b"\n",
}
"""Last bytes of a whole file."""
CHANGES = {"seconds", "memory", "versions", "checkpoint"}
"""What differs from run to run: times, what a worker needed, and the path at which a training keeps itself."""


def visible(folder: Path) -> Iterator[Path]:
    """Files that have their name, not that of something unfinished."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def leftovers(folder: Path) -> list[str]:
    """Hidden files and folders."""
    return [str(path.relative_to(folder)) for path in folder.rglob(".*")]


def half_files(folder: Path) -> list[str]:
    """Files that are not whole, with what is wrong."""
    found = []
    for path in visible(folder):
        try:
            _require_whole(path)
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            found.append(f"{path.relative_to(folder)}: {error}")
    return found


def _require_whole(path: Path) -> None:
    if path.suffix == ".json":
        json.loads(path.read_bytes())
    elif path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise ValueError("a member is damaged")
    elif path.suffix in ENDS and not path.read_bytes().endswith(ENDS[path.suffix]):
        raise ValueError("it was cut short")


def contents(folder: Path) -> dict[str, Any]:
    """Numbers in all files of a folder, bit for bit, without times and versions."""
    found: dict[str, Any] = {}
    for path in visible(folder):
        name = str(path.relative_to(folder))
        if path.suffix == ".json":
            found[name] = _without_times(json.loads(path.read_bytes()))
        elif path.suffix == ".npz":
            found[name] = {key: _digest(value) for key, value in _members(path).items() if key not in CHANGES}
    return found


def _members(path: Path) -> dict[str, Any]:
    """Arrays and header of an archive by name; those of points and tables have their names in an array."""
    with np.load(path, allow_pickle=False) as archive:
        if "names" not in archive.files:
            return {key: archive[key] for key in archive.files}
        return {str(name): archive[f"array_{k}"] for k, name in enumerate(archive["names"])}


def difference(first: Any, second: Any, place: str = "") -> str:
    """Where two contents differ first, and what is there; empty where they do not."""
    if isinstance(first, dict) and isinstance(second, dict) and first != second:
        keys = (key for key in {**first, **second} if first.get(key) != second.get(key))
        key = next(keys)
        return difference(first.get(key), second.get(key), f"{place} > {key}")
    return "" if first == second else f"{place}: {str(first)[:200]} and {str(second)[:200]}"


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items() if key not in CHANGES}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value


def _digest(value: Any) -> Any:
    if isinstance(value, bytes):  # the header of an archive
        return _without_times(json.loads(value))
    return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
