"""Machine code of kernels on disk, one file for each function and signature, with a checksum of all that is in it.

Numba's own cache runs whatever its files hold: a flipped bit becomes a wrong number, a file that was cut short an
exception, and two processes that compile one function for two signatures at the same time may each find the code of the
other. Here, a file is named by everything that its code depends on, and whatever fails its checksum is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.runtime import rtsys

from neurosim.kernels.runtime.compilation import fingerprint

__all__ = ["CheckedCache", "CheckedFiles", "keep_machine_code"]

DIGEST = hashlib.sha256
WIDTH = DIGEST().digest_size


class CheckedFiles(IndexDataCacheFile):
    """Files of one function, each with one signature: what Numba writes, then a checksum, which its reader passes over.

    Parameters
    ----------
    folder : Path
    beginning : str
        First part of the names of the files: the function and the version of Python.
    stamp : object
        Whatever changes with the source of the function.
    """

    def __init__(self, folder: Path, beginning: str, stamp: object) -> None:
        super().__init__(str(folder), beginning, stamp)
        self._folder, self._beginning, self._stamp = folder, beginning, stamp

    def path(self, key: Any) -> Path:
        """File of one signature on one kind of processor."""
        everything = repr((numba.__version__, self._stamp, key)).encode()
        return self._folder / f"{self._beginning}.{DIGEST(everything).hexdigest()[:24]}.nbc"

    def load(self, key: Any) -> Any:
        """Content for a key, or None where there is none that can be trusted."""
        path = self.path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if content[-WIDTH:] != _checksum(path, content[:-WIDTH]):
            return None
        stored, result = self._load_data(path.name)
        return result if stored == key else None

    def save(self, key: Any, data: Any) -> None:
        """Write the content for a key; the file is complete, or it is not there."""
        path = self.path(key)
        content = self._dump((key, data))
        with self._open_for_write(str(path)) as file:
            file.write(content + _checksum(path, content))

    def flush(self) -> None:
        """Remove all files of the function."""
        for path in self._folder.glob(f"{self._beginning}.*.nbc"):
            path.unlink(missing_ok=True)


def _checksum(path: Path, content: bytes) -> bytes:
    # of the name too, so that a file under the name of another is not taken for it
    return DIGEST(path.name.encode() + b"\0" + content).digest()


class CheckedCache(FunctionCache):
    """Numba's cache of one function, with `CheckedFiles`; a disk that cannot be written costs a compilation later."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        # of the file of the function, and of all that it may call: calls of products by address have no other check
        stamp = self._impl.locator.get_source_stamp(), fingerprint()
        self._cache_file = CheckedFiles(Path(self._cache_path), self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load machine code for a signature, or None where there is none."""
        # Numba's own method imports all that it can compile, the larger part of the time to the first result; compiled
        # code needs the runtime alone, and whatever has to be compiled later imports the rest by itself
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code, where the disk takes it."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


def keep_machine_code(compiled: Any, function: Callable[..., Any]) -> Any:
    """Let a dispatcher or callback of Numba keep its machine code on disk, where that can be written."""
    # Numba raises RuntimeError where it finds no folder for the file of the function
    with contextlib.suppress(RuntimeError, OSError):
        compiled._cache = CheckedCache(function)
    return compiled
