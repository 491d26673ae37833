"""Writing of new plugins from templates."""

from __future__ import annotations

import keyword
import re
import sys
from os import PathLike
from pathlib import Path
from string import Template
from typing import Any

from neurosim.errors import PluginError, did_you_mean
from neurosim.registry import family_of, names
from neurosim.scaffold import connectivity, neuron, task, trainer

__all__ = ["new_plugin"]

# files of these names in the current folder would hide the packages
_IMPORTED = ("autograd", "matplotlib", "neurosim", "numba", "numpy", "pytest", "scipy", "tqdm")

# Windows has devices of these names in every folder
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(1, 10))}

_TEMPLATES: dict[str, Any] = {
    "neurons": neuron,
    "connectivity": connectivity,
    "tasks": task,
    "trainers": trainer,
}
"""Module with the template of each kind."""


def new_plugin(kind: str, name: str, folder: str | PathLike[str] = ".") -> tuple[Path, Path]:
    """Write a working plugin and its tests, as a starting point.

    Parameters
    ----------
    kind : str
        ``"neuron"``, ``"connectivity"``, ``"task"`` or ``"trainer"``.
    name : str
        Name of the file in lower case, such as ``"my_unit"``; the class is then ``MyUnit``.
    folder : path, optional
        Where to write; created if it does not exist.

    Returns
    -------
    tuple of Path
        ``my_unit.py`` and ``test_my_unit.py``.

    Raises
    ------
    PluginError
        If the kind or the name is invalid, or a file exists already; nothing is written then.
    """
    family = family_of(kind)
    if family.kind not in _TEMPLATES:
        raise PluginError(f"kind = {kind!r} has no template. {did_you_mean(kind, _TEMPLATES)}")
    words = {"name": _check_name(name), "Class": "".join(word.capitalize() for word in name.split("_"))}
    if words["Class"] in names(family.kind):
        raise PluginError(
            f"name must not be that of an existing class (got {name!r}, class {words['Class']}); choose another one."
        )
    folder = Path(folder)
    paths = folder / f"{name}.py", folder / f"test_{name}.py"
    for path in paths:
        if path.exists():
            raise PluginError(f"{path} exists already; choose another name or folder, or remove it.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = _TEMPLATES[family.kind]
    for path, template in zip(paths, (texts.PLUGIN, texts.TESTS), strict=True):
        path.write_text(Template(template).substitute(words), encoding="utf-8")
    return paths


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise PluginError(f"name must be a module name in lower case (got {name!r}); try my_unit.")
    if name in _IMPORTED or name in sys.stdlib_module_names:
        raise PluginError(f"name must not be that of another module (got {name!r}); choose another one.")
    if name in _DEVICES:
        raise PluginError(f"name must not be that of a device of Windows (got {name!r}); choose another one.")
    return name
