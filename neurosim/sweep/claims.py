"""Claims on points, so that several processes share a folder without computing a point twice.

Every running study has a file with its process and host, whose time of change it renews. A point is claimed by creating
``IDENTITY.0`` with the name of that file inside. The file of a dead process is left behind; whoever finds it creates
``IDENTITY.1``, which only one can, and so on: claims are never renamed, so two processes cannot both take one over.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Container
from pathlib import Path
from typing import Any

from neurosim.results.processes import is_running
from neurosim.sweep.files import read_json, storage_error, write_json

__all__ = ["Claims", "active_claims", "remove_leftovers"]

BEAT = 5.0
"""Seconds between two renewals."""

WORD = 16
"""Digits of the identity of a point in the name of its half folder."""
PARTIAL = ".partial"

SILENCE = 120.0
"""Seconds without renewal after which a process counts as dead."""


class Claims:
    """Claims of this process on points of a folder.

    Use it as a context manager: at the end all claims are given back.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._points, self._processes = folder / "claims", folder / "processes"
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._held: dict[str, list[Path]] = {}
        self._creating: Path | None = None
        self._ended = threading.Event()

    def __enter__(self) -> Claims:
        self._points.mkdir(parents=True, exist_ok=True)
        write_json(self._own, {"host": socket.gethostname(), "process": os.getpid()})
        threading.Thread(target=self._beat, name="neurosim claims", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for identity in list(self._held):
            self.release(identity)
        self._release_unnoted()
        _remove(self._own)

    def take(self, identity: str) -> bool:
        """Claim a point; False where another living process has it."""
        if identity in self._held:
            return True
        generations: list[Path] = []
        while True:
            path = self._points / f"{identity}.{len(generations)}"
            generations.append(path)
            self._creating = path
            created = self._create(path)
            self._creating = None
            if created:
                self._held[identity] = generations
                return True
            if is_alive(path, self._processes):
                return False

    def release(self, identity: str) -> None:
        """Give a point back, the newest generation first, so that no gap looks like a free point."""
        for path in reversed(self._held.pop(identity, [])):
            _remove(path)

    @property
    def _own(self) -> Path:
        return self._processes / f"{self.name}.json"

    def _create(self, path: Path) -> bool:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        except PermissionError:
            # Windows: a file of this name is being removed
            if path.exists() or os.name == "nt":
                return False
            raise
        except OSError as error:
            raise storage_error(path, error) from error
        try:
            os.write(handle, self.name.encode("ascii"))
        except OSError as error:
            _remove(path)
            raise storage_error(path, error) from error
        finally:
            os.close(handle)
        return True

    def _release_unnoted(self) -> None:
        """Give back a claim that Ctrl-C kept from being noted, or from being written after its file was created."""
        for path in self._points.iterdir():
            own = (self.name, "") if path == self._creating else (self.name,)
            with contextlib.suppress(OSError):
                if path.read_text(encoding="ascii") in own:
                    _remove(path)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            with contextlib.suppress(OSError):
                os.utime(self._own)


def active_claims(folder: Path) -> set[str]:
    """Identities of the points that a living process has."""
    points, processes = folder / "claims", folder / "processes"
    paths = list(points.iterdir()) if points.is_dir() else []
    return {path.stem for path in paths if is_alive(path, processes)}


def remove_leftovers(folder: Path, finished: Container[str]) -> None:
    """Remove what killed processes leave: claims on finished points, their own files, half folders of points.

    Whoever claims a point looks whether it is finished, so that nobody misses these claims. A half folder is that of a
    point that nobody has claimed any more.
    """
    half = list((folder / "files").glob(f".*{PARTIAL}"))
    for path in (folder / "claims").glob("*"):
        if path.stem in finished:
            _remove(path)
    for path in (folder / "processes").glob("*.json"):
        if _has_ended(read_json(path)):
            _remove(path)
    if half:
        # looked at after the folders: whoever has begun one since is among these
        claimed = {identity[:WORD] for identity in active_claims(folder)}
        for path in half:
            if path.name[1 : 1 + WORD] not in claimed:
                shutil.rmtree(path, ignore_errors=True)


def is_alive(claim: Path, processes: Path) -> bool:
    """Whether the process that made a claim still runs."""
    try:
        name = claim.read_text(encoding="ascii")
        if not name:
            # it was created a moment ago, or its process died in that moment
            return _age(claim, processes) < SILENCE
    except OSError:
        # it is being given back, or being written
        return True
    own = processes / f"{name}.json"
    process: Any = read_json(own)
    if process is None or _has_ended(process):
        return False
    return _age(own, processes) < SILENCE


def _has_ended(process: Any) -> bool:
    """Whether a process ran on this machine and runs no more; False where that cannot be known."""
    return (
        process is not None and process["host"] == socket.gethostname() and not is_running(process["process"])
    )


def _age(path: Path, folder: Path) -> float:
    """Seconds since a file changed, by the clock of the disk, which may be that of another machine."""
    probe = folder / f".{secrets.token_hex(6)}.partial"
    try:
        probe.touch()
        return probe.stat().st_mtime - path.stat().st_mtime
    except OSError:
        return 0.0
    finally:
        _remove(probe)


def _remove(path: Path) -> None:
    # Windows refuses for a moment while somebody reads the file
    for _ in range(5):
        try:
            path.unlink(missing_ok=True)
            return
        except OSError:
            time.sleep(0.02)
