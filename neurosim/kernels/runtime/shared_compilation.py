"""One compilation for many processes: while one compiles a kernel, the others wait, and then load it from the cache.

Workers of a study start at the same moment with the same kernels. Without this each compiles all of them, for seconds
and with hundreds of megabytes.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Any

from numba.core import event

from neurosim.kernels.runtime.compilation import cache_folder

__all__ = ["SHARED", "share_compilation"]

SHARED = "NEUROSIM_SHARED_COMPILATION"
"""Environment variable with which a process takes turns."""

LOCK = "compilation.lock"


class _Turns(event.Listener):
    """Holds the lock of the cache folder while Numba holds its own.

    Numba looks into its cache after it has taken its lock, so that whoever waited finds what the other compiled.
    """

    def __init__(self) -> None:
        super().__init__()
        self._guard, self._depth = threading.Lock(), 0
        self._file: Any = None

    def on_start(self, event: Any) -> None:  # noqa: ARG002
        with self._guard:
            self._depth += 1
            if self._depth == 1:
                self._file = _open_with_lock(cache_folder() / LOCK)

    def on_end(self, event: Any) -> None:  # noqa: ARG002
        with self._guard:
            self._depth -= 1
            if self._depth == 0 and self._file is not None:
                _give_back(self._file)


def share_compilation() -> None:
    """Let this process take turns at compilation, where its environment says so."""
    if SHARED in os.environ:
        event.register("numba:compiler_lock", _Turns())


def _open_with_lock(path: Path) -> Any:
    """Open file that no other process has locked; None where the system cannot lock it."""
    with contextlib.suppress(OSError):
        file = open(path, "ab")  # noqa: SIM115
        try:
            _wait_for_lock(file)
            return file
        except OSError:
            file.close()
    return None


def _wait_for_lock(file: Any) -> None:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        # it tries for ten seconds; a longer compilation is then done twice
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX)


def _give_back(file: Any) -> None:
    """Unlock and close; the end of a process does it too, on Windows after some time only."""
    try:
        with contextlib.suppress(ImportError, OSError):
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    finally:
        file.close()
