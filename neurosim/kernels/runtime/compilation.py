"""Compilation of generated source text, cached on disk in a file that is named by its hash.

Numba caches machine code beside the source file, so that later processes need not compile. It does not notice an edit
in *another* file; generated texts therefore contain a hash of every helper that they may call (`fingerprint`).
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurosim.errors import StorageError

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
    local = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    chosen = os.environ.get("NEUROSIM_CACHE")
    for folder in (
        (Path(chosen),) if chosen else (Path(local) / "neurosim", Path(tempfile.gettempdir()) / "neurosim")
    ):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError as failure:
            reason = failure
    raise StorageError(
        f"the kernel cache {folder} cannot be written ({reason}); set NEUROSIM_CACHE to a folder that can."
    )


def _write_whole(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def import_generated(text: str) -> Any:
    """Import the text as a module from its file in the cache folder."""
    name = f"neurosim_kernel_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    if name in sys.modules:
        return sys.modules[name]
    path = cache_folder() / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        _write_whole(path, text)
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


@functools.lru_cache(maxsize=256)
def compile_kernel(text: str) -> Callable[..., None]:
    """Time loop ``advance`` of a generated text."""
    return import_generated(text).advance
