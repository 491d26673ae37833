"""Checks of what a figure is given: results of the package, alone or in lists and mappings."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from neurosim.errors import ParameterError, kind_of, with_article
from neurosim.results.result import Result

__all__ = ["check_results"]

Function = TypeVar("Function", bound=Callable[..., Any])

MAKERS = ("neurosim.analysis", "neurosim.theory")
"""Rooms whose functions return what figures draw."""
CONTAINERS = {"Sequence[": "list", "Mapping[str, ": "mapping"}
"""How an annotation begins, and what such a container is called."""


class Kind(NamedTuple):
    """What one part of an annotation accepts: instances of a class, inside of containers, the outermost first."""

    containers: tuple[str, ...]
    cls: type

    def accepts(self, value: Any) -> bool:
        """Whether a value is such a container all of whose entries are accepted, or such an instance."""
        if not self.containers:
            return isinstance(value, self.cls)
        inner = Kind(self.containers[1:], self.cls)
        if self.containers[0] == "mapping":
            return isinstance(value, Mapping) and all(map(inner.accepts, value.values()))
        return isinstance(value, Sequence) and all(map(inner.accepts, value))

    def __str__(self) -> str:
        return with_article(" of ".join((*self.containers, self.cls.__name__)))


def check_results(function: Function) -> Function:
    """Decorate a figure: what is annotated with classes of this package must be instances of them.

    Arguments with other annotations, as numbers and arrays, are checked by the figure itself. Annotations are text,
    by ``from __future__ import annotations``, and name classes that the module imports at run time.

    Raises
    ------
    ParameterError
        When the figure is called; it says what is expected and which functions return it.
    """
    signature = inspect.signature(function)
    names = function.__globals__
    expected = {name: _kinds(str(p.annotation), names) for name, p in signature.parameters.items()}

    @functools.wraps(function)
    def wrapper(*args: Any, **keywords: Any) -> Any:
        for name, value in signature.bind(*args, **keywords).arguments.items():
            kinds, optional = expected[name], signature.parameters[name].default is None
            if kinds and not (value is None and optional) and not any(k.accepts(value) for k in kinds):
                raise ParameterError(
                    f"{name} must be {' or '.join(map(str, kinds))} (got {kind_of(value)}); {_remedy(kinds)}."
                )
        return function(*args, **keywords)

    return wrapper  # type: ignore[return-value]


def _kinds(annotation: str, names: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Parts of an annotation; none if it accepts anything besides instances of classes of this package."""
    kinds = [_kind(part, names) for part in annotation.split(" | ") if part != "None"]
    return tuple(kind for kind in kinds if kind) if all(kinds) else ()


def _kind(part: str, names: Mapping[str, Any]) -> Kind | None:
    for beginning, container in CONTAINERS.items():
        if part.startswith(beginning):
            inner = _kind(part.removeprefix(beginning).removesuffix("]"), names)
            return inner and Kind((container, *inner.containers), inner.cls)
    cls = names.get(part)
    # a protocol says what a figure needs, which the figure checks
    if not inspect.isclass(cls) or getattr(cls, "_is_protocol", False):
        return None
    return Kind((), cls) if cls.__module__.startswith("neurosim.") else None


def _remedy(kinds: tuple[Kind, ...]) -> str:
    """Public functions that return what is expected, or that it can be made or read from a file."""
    classes = {kind.cls.__name__ for kind in kinds if issubclass(kind.cls, Result)}
    makers = [
        f"{room}.{name}(...)"
        for room in MAKERS
        for name, thing in vars(importlib.import_module(room)).items()
        if getattr(thing, "__annotations__", {}).get("return") in classes
    ]
    return f"try {' or '.join(makers)}" if makers else "make one, or read one with ns.load(path)"
