"""Registry: classes found by name among those of neurosim, of installed plugins and of plugin files."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from neurosim.declaration import Declaration
from neurosim.errors import PluginError, PluginWarning, UnknownNameError, clause, did_you_mean
from neurosim.plugin_file import import_file

__all__ = [
    "FAMILIES",
    "Family",
    "Plugin",
    "family_of",
    "find",
    "load_plugin",
    "names",
    "origin",
    "plugin_files",
    "plugins",
    "refresh",
    "same_definition",
]


@dataclass(frozen=True)
class Family:
    """One kind of class, such as neurons: where the shipped ones are, and their base class.

    Attributes
    ----------
    kind : str
        Plural name, such as ``"neurons"``.
    singular : str
        `Declaration.kind` of its classes, such as ``"neuron"``.
    package : str
        Module whose public names are the shipped ones; the group of entry points has the same name.
    base_name : str
        Name of the base class in that module.
    open : bool
        Whether plugins may add to it.
    """

    kind: str
    singular: str
    package: str
    base_name: str
    open: bool = True

    @property
    def base(self) -> type[Declaration]:
        """Base class of the family."""
        return getattr(importlib.import_module(self.package), self.base_name)

    def holds(self, value: Any) -> bool:
        """Whether a value is a class of this family that is not abstract."""
        return (
            isinstance(value, type)
            and issubclass(value, self.base)
            and value is not self.base
            and getattr(value, "kind", None) == self.singular
            and not inspect.isabstract(value)
        )


FAMILIES = (
    Family("neurons", "neuron", "neurosim.neurons", "Neuron"),
    Family("connectivity", "connectivity", "neurosim.connectivity", "Connectivity"),
    Family("tasks", "task", "neurosim.tasks", "Task"),
    Family("trainers", "trainer", "neurosim.trainers", "Trainer"),
    Family("noise", "noise", "neurosim.noise", "Noise", open=False),
    Family("optimizers", "optimizer", "neurosim.trainers", "Optimizer", open=False),
    Family("schedules", "schedule", "neurosim.trainers.schedules", "Schedule", open=False),
    Family("clippings", "clipping", "neurosim.trainers.clipping", "Clipping", open=False),
    Family("losses", "loss", "neurosim.trainers.losses", "Loss", open=False),
    Family("penalties", "penalty", "neurosim.trainers.penalties", "Penalty", open=False),
    Family("constraints", "constraint", "neurosim.trainers.constraints", "Constraint", open=False),
    Family("projections", "projection", "neurosim.trainers.projections", "Projection", open=False),
    Family("stoppings", "stopping", "neurosim.trainers.stopping", "Declaration", open=False),
    Family("curricula", "curriculum", "neurosim.trainers.curriculum", "Declaration", open=False),
    Family("populations", "population", "neurosim.neurons.populations", "Declaration", open=False),
    Family("activations", "activation", "neurosim.neurons.activations", "Declaration", open=False),
    Family("declarations", "declaration", "neurosim.declaration", "Declaration", open=False),
)
"""All kinds of classes that are found by name."""


@dataclass(frozen=True)
class Plugin:
    """Entry of the table of plugins: one class that can be found by name.

    Attributes
    ----------
    kind, name : str
        For instance ``"neurons"`` and ``"Hopf"``.
    path : str
        ``module:class``.
    origin : str
        ``"built in"``, ``"distribution NAME"`` or ``"file NAME"``.
    status : str
        ``"ok"``, or the reason why it cannot be used.
    summary : str
        First line of its docstring; empty if it cannot be loaded.
    """

    kind: str
    name: str
    path: str
    origin: str
    status: str
    summary: str


@dataclass(frozen=True)
class _Candidate:
    name: str
    path: str
    origin: str
    load: Callable[[], Any]


# path -> classes that the file defines, in the order of loading
_FILES: dict[Path, tuple[type[Declaration], ...]] = {}


def family_of(kind: str) -> Family:
    """Family of a kind, given in plural or singular."""
    for family in FAMILIES:
        if kind in (family.kind, family.singular):
            return family
    raise UnknownNameError(
        f"kind = {kind!r} is unknown. {did_you_mean(str(kind), [family.kind for family in FAMILIES])}"
    )


def find(kind: str, name: str) -> type[Declaration]:
    """Class of a kind by its name.

    Searches the classes of neurosim, the entry points of installed distributions, the files given to `load_plugin`, and
    then all classes of the session, such as those defined in a notebook, of which the latest definition is taken.

    Parameters
    ----------
    kind : str
        Such as ``"neurons"``; the singular does too.
    name : str
        Name of the class.

    Raises
    ------
    UnknownNameError
        If there is no such class; suggests the nearest name.
    PluginError
        If two plugins have the name, or the plugin cannot be loaded.

    Examples
    --------
    >>> from neurosim.registry import find
    >>> find("connectivity", "Gaussian")
    <class 'neurosim.connectivity.gaussian.Gaussian'>
    """
    family = family_of(kind)
    found = [candidate for candidate in _candidates(family) if candidate.name == name]
    if len(found) > 1:
        raise PluginError(_duplicate(family, found))
    if found:
        return _load(family, found[0])
    live = [cls for cls in _subclasses(family.base) if cls.__name__ == name and family.holds(cls)]
    if live:
        return live[-1]
    raise UnknownNameError(f"{family.singular} {name!r} is unknown. {did_you_mean(str(name), names(kind))}")


def names(kind: str) -> list[str]:
    """Sorted names of a kind: shipped, installed, or from a file. Does not import installed plugins."""
    return sorted({candidate.name for candidate in _candidates(family_of(kind))})


def plugins() -> list[Plugin]:
    """Table of all neurons, connectivities, tasks and trainers that can be found by name; tries to load each.

    Warns
    -----
    PluginWarning
        For each installed plugin that cannot be loaded.
    """
    listed = []
    for family in (family for family in FAMILIES if family.open):
        candidates = list(_candidates(family))
        for candidate in sorted(candidates, key=lambda c: c.name):
            same = [other for other in candidates if other.name == candidate.name]
            listed.append(_try_to_load(family, candidate, same))
    return listed


def refresh() -> None:
    """Read the entry points again, after a distribution was installed or removed."""
    importlib.invalidate_caches()
    _entry_points.cache_clear()


def load_plugin(path: str | PathLike[str]) -> tuple[type[Declaration], ...]:
    """Run a Python file and register the neurons, connectivities, tasks and trainers that it defines.

    The file runs with all rights of the user, as with ``python FILE``: load only files that you trust. A file that has
    not changed is not run again; one that has changed replaces its former classes.

    Parameters
    ----------
    path : path
        A ``.py`` file.

    Returns
    -------
    tuple of classes
        In the order of the file, so that ``(MyUnit,) = ns.load_plugin("my_unit.py")``.

    Raises
    ------
    PluginError
        If the file is not found, fails (with file and line), defines no plugin, or uses a name that is taken.
    """
    module = import_file(path)
    place = Path(path).expanduser().resolve()
    families = [family for family in FAMILIES if family.open]
    own = [value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__]
    classes = tuple(dict.fromkeys(value for value in own if any(family.holds(value) for family in families)))
    if not classes:
        lacks = [
            f"{value.__name__} has no {', '.join(sorted(missing))}"
            for value in dict.fromkeys(own)
            if isinstance(value, type) and (missing := getattr(value, "__abstractmethods__", None))
        ]
        raise PluginError(
            f"{str(path)!r} must define a class that derives from "
            f"{' or '.join(family.base_name for family in families)} and has all of its methods "
            f"({'; '.join(lacks) or 'it has none'})."
        )
    for cls in classes:
        _require_free(cls, place)
    _FILES.pop(place, None)
    _FILES[place] = classes
    return classes


def plugin_files() -> tuple[Path, ...]:
    """Files given to `load_plugin`, which worker processes load too."""
    return tuple(_FILES)


def origin(cls: type[Declaration]) -> str:
    """Origin of a class: "built in", "distribution NAME", "file NAME" or "module NAME"."""
    path = f"{cls.__module__}:{cls.__qualname__}"
    for candidate in _candidates(family_of(cls.kind)):
        if candidate.path == path:
            return candidate.origin
    return f"module {cls.__module__}"


def same_definition(cls: type, other: type) -> bool:
    """Whether two classes are the same, or two versions of one definition in a file or notebook."""
    if cls is other or (cls.__module__, cls.__qualname__) == (other.__module__, other.__qualname__):
        return True
    return cls.__qualname__ == other.__qualname__ and _source(cls) == _source(other) is not None


def _source(cls: type) -> str | None:
    try:
        return inspect.getsourcefile(cls)
    except (OSError, TypeError):
        return None


def _candidates(family: Family) -> Iterator[_Candidate]:
    yield from _shipped_classes(family)
    if family.open:
        for entry in _entry_points(family.package):
            place = entry.dist.name if entry.dist is not None else "of unknown name"
            yield _Candidate(entry.name, entry.value, f"distribution {place}", entry.load)
        for path, classes in _FILES.items():
            yield from (_of_class(cls, f"file {path.name}") for cls in classes if family.holds(cls))


def _shipped_classes(family: Family) -> Iterator[_Candidate]:
    module = importlib.import_module(family.package)
    values = (getattr(module, name) for name in module.__all__)
    yield from (_of_class(value, "built in") for value in values if family.holds(value))


def _of_class(cls: type, place: str) -> _Candidate:
    return _Candidate(cls.__name__, f"{cls.__module__}:{cls.__qualname__}", place, lambda: cls)


@functools.cache
def _entry_points(group: str) -> tuple[importlib.metadata.EntryPoint, ...]:
    return tuple(importlib.metadata.entry_points(group=group))


def _load(family: Family, candidate: _Candidate) -> type[Declaration]:
    place = f"the {family.singular} {candidate.name!r} of {candidate.origin} ({candidate.path})"
    try:
        cls = candidate.load()
    except Exception as error:
        raise PluginError(
            f"{place} cannot be loaded ({type(error).__name__}: {clause(error)}); repair or uninstall it."
        ) from error
    if not family.holds(cls):
        raise PluginError(
            f"{place} is {cls!r}; give a class that derives from {family.base_name} and has all its methods."
        )
    if cls.__name__ != candidate.name:
        raise PluginError(f"{place} is a class of another name; register it as {cls.__name__!r}.")
    return cls


def _try_to_load(family: Family, candidate: _Candidate, same: list[_Candidate]) -> Plugin:
    status, summary = "ok", ""
    if len(same) > 1:
        status = _duplicate(family, same)
    else:
        try:
            cls = _load(family, candidate)
            summary = (inspect.getdoc(cls) or "").partition("\n")[0]
        except PluginError as error:
            status = str(error)
            warnings.warn(status, PluginWarning, stacklevel=3)
    return Plugin(family.kind, candidate.name, candidate.path, candidate.origin, status, summary)


def _duplicate(family: Family, same: list[_Candidate]) -> str:
    places = " and ".join(f"{candidate.origin} ({candidate.path})" for candidate in same)
    return (
        f"the {family.singular} name {same[0].name!r} is used by {places}; "
        f"rename one of them or uninstall it."
    )


def _require_free(cls: type[Declaration], place: Path) -> None:
    family = family_of(cls.kind)
    former = _FILES.get(place, ())
    for taken in _candidates(family):
        own = any(taken.path == f"{old.__module__}:{old.__qualname__}" for old in former)
        if taken.name == cls.__name__ and not own:
            raise PluginError(_duplicate(family, [taken, _of_class(cls, f"file {place.name}")]))


def _subclasses(base: type[Any]) -> Iterator[type[Any]]:
    """All subclasses of a class, depth first, in the order of definition."""
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)
