"""Import of a single Python file, given by its path."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import re
import sys
import traceback
from os import PathLike
from pathlib import Path
from types import ModuleType

from neurosim.errors import PluginError

__all__ = ["import_file", "module_name"]


def module_name(path: Path) -> str:
    """Module name of a file: its stem and a hash of its path."""
    stem = re.sub(r"\W", "_", path.stem)
    return f"neurosim_plugin_{stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def import_file(path: str | PathLike[str]) -> ModuleType:
    """Module of a Python file; the same module again as long as the file has not changed.

    Raises
    ------
    PluginError
        If the file is not found, is not a Python file, or fails while it runs: with file and line.
    """
    place = _python_file(path)
    name = module_name(place)
    text = _read(place)
    known = sys.modules.get(name)
    # loading a file twice would otherwise give two different classes of one name
    if known is not None and getattr(known, "__source__", None) == text:
        return known
    loader = importlib.machinery.SourceFileLoader(name, str(place))
    spec = importlib.util.spec_from_file_location(name, place, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__source__ = text  # type: ignore[attr-defined]
    sys.modules[name] = module  # dataclasses look the module of a class up while it is defined
    try:
        # not loader.exec_module, which would use bytecode that was cached within the same second
        exec(loader.source_to_code(text, str(place)), module.__dict__)
    except BaseException as error:
        sys.modules.pop(name)
        if known is not None:
            sys.modules[name] = known
        if isinstance(error, Exception):
            raise _load_error(place, error) from error
        raise
    return module


def _python_file(path: str | PathLike[str]) -> Path:
    place = Path(path).expanduser().resolve()
    if place.suffix != ".py":
        raise PluginError(
            f"path must be a .py file (got {str(path)!r}); give the file that defines the plugin."
        )
    if not place.is_file():
        raise PluginError(f"{str(path)!r} not found; the current folder is {Path.cwd()}.")
    return place


def _read(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise PluginError(f"{place} cannot be read ({error.strerror}); check its permissions.") from error


def _load_error(place: Path, error: Exception) -> PluginError:
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(place)
    ]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    where = f"{place}, line {line}" if line else str(place)
    reason = error.msg if isinstance(error, SyntaxError) else error
    return PluginError(f"{where}: {type(error).__name__}: {reason}. Correct the file and load it again.")
