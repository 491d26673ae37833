"""Writing a new plugin: one file that works, and its tests."""

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

# a file of this name, in the folder where Python runs, would be imported in place of the package
_IMPORTED = ("autograd", "matplotlib", "neurosim", "numba", "numpy", "pytest", "scipy", "tqdm")

_TEMPLATES: dict[str, Any] = {
    "neurons": neuron,
    "connectivity": connectivity,
    "tasks": task,
    "trainers": trainer,
}
"""Module with the text of each kind."""


def new_plugin(kind: str, name: str, folder: str | PathLike[str] = ".") -> tuple[Path, Path]:
    """Write a working plugin and its tests, to be changed into what is wanted.

    Parameters
    ----------
    kind : str
        ``"neuron"``, ``"connectivity"``, ``"task"`` or ``"trainer"``.
    name : str
        Name of the file, in small letters such as ``"my_unit"``; the class is then ``MyUnit``.
    folder : path, optional
        Where to write; made if it is not there.

    Returns
    -------
    tuple of Path
        ``my_unit.py`` and ``test_my_unit.py``.

    Raises
    ------
    PluginError
        If the kind or the name cannot be, or a file is there already; nothing is written then.
    """
    family = family_of(kind)
    if family.kind not in _TEMPLATES:
        raise PluginError(f"kind = {kind!r} has no template. {did_you_mean(kind, _TEMPLATES)}")
    words = {"name": _check_name(name), "Class": "".join(word.capitalize() for word in name.split("_"))}
    if words["Class"] in names(family.kind):
        raise PluginError(f"name = {name!r} would make another {words['Class']}; choose a name that is free.")
    folder = Path(folder)
    paths = folder / f"{name}.py", folder / f"test_{name}.py"
    for path in paths:
        if path.exists():
            raise PluginError(f"{path} is there already; choose another name or folder, or move it away.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = _TEMPLATES[family.kind]
    for path, template in zip(paths, (texts.PLUGIN, texts.TESTS), strict=True):
        path.write_text(Template(template).substitute(words), encoding="utf-8")
    return paths


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise PluginError(f"name = {name!r} cannot name a module; write small letters such as my_unit.")
    if name in _IMPORTED or name in sys.stdlib_module_names:
        raise PluginError(f"name = {name!r} would hide the module of that name; choose another one.")
    return name
