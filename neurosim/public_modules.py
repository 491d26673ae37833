"""Modules that list their public names for completion, and say what to use instead of a name that they do not have."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import ModuleType
from typing import Any, NoReturn

__all__ = ["PublicModule", "list_public_names", "load_on_first_use"]

HABITUAL_NAMES = {
    "cca": "canonical_alignment",
    "dpca": "demixed_components",
    "pca": "principal_components",
}
"""Abbreviations of methods, in lower case, and the functions that compute them."""


class PublicModule(ModuleType):
    """Module whose `dir` is its `__all__`, and whose errors name the functions that were probably meant."""

    def __dir__(self) -> list[str]:
        return list(self.__dict__.get("__all__", self.__dict__))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        raise AttributeError(f"{self.__name__} has no {name!r}; {self._hint(name)}")

    def __call__(self, *_arguments: Any, **_keywords: Any) -> NoReturn:
        """Say that a module was called, and what it has that can be."""
        inner = [
            module for path, module in tuple(sys.modules.items()) if path.startswith(f"{self.__name__}.")
        ]
        names = self.__dict__.get("__all__") or [name for module in inner for name in module.__all__]
        raise TypeError(f"{self.__name__} is a module, not a function; call one of {', '.join(names)}.")

    def _hint(self, name: str) -> str:
        """Public names of an inner module of this name, else those meant or spelled nearly so, else where to look."""
        start = f"{self.__name__}."
        for path, module in tuple(sys.modules.items()):
            if path.startswith(start) and path.rpartition(".")[2] == name and hasattr(module, "__all__"):
                return f"a module of this name has {', '.join(module.__all__)}."
        meant = HABITUAL_NAMES.get(name.lower())
        if meant in dir(self):
            return f"did you mean {meant!r}?"
        folded = {public.lower().replace("_", ""): public for public in dir(self)}
        close = get_close_matches(name.lower().replace("_", ""), folded, n=3, cutoff=0.5)
        if close:
            return f"did you mean {' or '.join(repr(folded[each]) for each in close)}?"
        return f"dir({self.__name__}) lists what it has."


def list_public_names(name: str) -> None:
    """Make a package, and the modules in it that were imported so far, list their public names only.

    Parameters
    ----------
    name : str
        ``__name__`` of the package, which calls this after its imports.
    """
    for path, module in tuple(sys.modules.items()):
        if path == name or path.startswith(f"{name}."):
            module.__class__ = PublicModule


def load_on_first_use(name: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Function ``__getattr__`` of a package that imports some of its public names when they are asked for.

    Parameters
    ----------
    name : str
        ``__name__`` of the package.
    homes : mapping of str to str
        The module below the package that defines each of these names.
    """

    def load(attribute: str) -> Any:
        if attribute not in homes:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return getattr(importlib.import_module(f"{name}.{homes[attribute]}"), attribute)

    return load
