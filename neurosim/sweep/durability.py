"""Files and folders forced onto the disk, so that a power cut does not lose them."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from neurosim.renaming import patiently
from neurosim.sweep.files import storage_error

__all__ = ["Durability", "force_to_disk"]

WAIT = 0.5
"""Seconds in which finished points are gathered: folders are forced onto the disk once for all of them."""


def force_to_disk(paths: Iterable[Path], root: Path) -> None:
    """Wait until files, or folders, are on the disk, with their names in all folders up to `root`.

    Those that are gone, since somebody removed them, are left out.

    Raises
    ------
    StorageError
        When the disk is full or does not answer.
    """
    folders: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            folders[path] = None
        else:
            _force(path)
        parents = [folder for folder in path.parents if folder == root or root in folder.parents]
        folders.update(dict.fromkeys(parents))
    for folder in folders:
        _force_folder(folder)


class Durability:
    """A thread that forces finished points onto the disk, while others are computed.

    Use it as a context manager: at the end everything is on the disk.

    Parameters
    ----------
    root : Path
        Folder of the study.

    Notes
    -----
    What was finished in the last second may be lost to a power cut, since a disk takes about a millisecond for one
    file, and moving parts ten: points that are shorter would wait for it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pending: list[Path] = []
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="neurosim durability", daemon=True)

    def __enter__(self) -> Durability:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if kind is None:
            self._raise_error()

    def add(self, paths: Iterable[Path]) -> None:
        """Have files forced onto the disk soon; raises the error of earlier ones."""
        self._raise_error()
        with self._lock:
            self._pending.extend(paths)

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        ending = False
        while not ending and self._error is None:
            # what is added before the end is seen after it
            ending = self._ended.wait(WAIT)
            with self._lock:
                paths, self._pending = self._pending, []
            try:
                force_to_disk(paths, self._root)
            except Exception as error:
                self._error = error


def _force(path: Path) -> None:
    try:
        # Windows forces only what is open for writing
        flags = os.O_RDWR if os.name == "nt" else os.O_RDONLY
        handle = patiently(lambda: os.open(path, flags))
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        os.fsync(handle)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        os.close(handle)


def _force_folder(folder: Path) -> None:
    # Windows cannot, and keeps names by its journal; some file systems of networks cannot either
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
