"""Compilation of generated source text, cached on disk in a file that is named by its hash.

Machine code is kept beside the source file (`checked_cache`), so that later processes need not compile. Numba does not
notice an edit in *another* file; generated texts therefore contain a hash of every helper that they may call
(`fingerprint`), and so does the name of the machine code of every kernel.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
import types
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from neurosim.errors import StorageError
from neurosim.renaming import rename

__all__ = ["cache_folder", "compile_kernel", "fingerprint", "import_generated"]

KERNELS = Path(__file__).resolve().parents[1]
"""Folder of all functions that generated kernels import."""


@functools.cache
def fingerprint() -> str:
    """Hash of the source of `neurosim.kernels`, all of whose helpers generated kernels may call."""
    digest = hashlib.sha256()
    for path in sorted(KERNELS.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def cache_folder() -> Path:
    """Folder of generated kernels: NEUROSIM_CACHE, the user's cache folder, or a temporary one."""
    for folder in _candidates():
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _require_own(folder)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError as failure:
            reason = failure
    raise _not_writable(folder, reason)


def _candidates() -> list[Path]:
    chosen = os.environ.get("NEUROSIM_CACHE")
    if chosen:
        return [Path(chosen)]
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    found = [Path(tempfile.gettempdir()) / f"neurosim{user}"]
    local = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    # users without an entry in the list of users, as in containers, have no home
    with contextlib.suppress(RuntimeError):
        found.insert(0, Path(local or Path.home() / ".cache") / "neurosim")
    return found


def _require_own(folder: Path) -> None:
    """Raise OSError where another user, whose kernels would be run, made a temporary folder of this name."""
    temporary = folder.parent == Path(tempfile.gettempdir())
    if temporary and hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise OSError(f"{folder} belongs to another user")


def _not_writable(folder: Path, reason: OSError) -> StorageError:
    return StorageError(
        f"the kernel cache {folder} cannot be written ({reason}); set NEUROSIM_CACHE to a folder that can."
    )


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)  # somebody may have cleared the cache since
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode("utf-8")
    except OSError:
        return False


class _FromSource(SourceFileLoader):
    """Loader that reads no bytecode: nothing would notice damage in it."""

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002
        return self.source_to_code(self.get_data(self.path), self.path)


def import_generated(text: str) -> Any:
    """Import the text as a module from its file in the cache folder."""
    name = f"neurosim_kernel_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    if name in sys.modules:
        return sys.modules[name]
    path = cache_folder() / f"{name}.py"
    try:
        if not _holds(path, text):
            _write_whole(path, text)
        specification = importlib.util.spec_from_file_location(
            name, path, loader=_FromSource(name, str(path))
        )
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module
        try:
            specification.loader.exec_module(module)
        except BaseException:
            # half a module must not be taken for a whole one by the next call
            del sys.modules[name]
            raise
    except OSError as failure:
        raise _not_writable(path.parent, failure) from failure
    return module


@functools.lru_cache(maxsize=256)
def compile_kernel(text: str) -> Callable[..., None]:
    """Time loop ``advance`` of a generated text."""
    return import_generated(text).advance
