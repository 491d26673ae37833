"""Table of all public signatures: ``python tests/signatures.py`` prints it, ``tests/test_signatures.py`` checks it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator

ROOMS = (
    "neurosim",
    "neurosim.analysis",
    "neurosim.connectivity",
    "neurosim.areas",
    "neurosim.constructed",
    "neurosim.engine",
    "neurosim.experiments",
    "neurosim.neurons",
    "neurosim.noise",
    "neurosim.plotting",
    "neurosim.report",
    "neurosim.storage",
    "neurosim.tasks",
    "neurosim.testing",
    "neurosim.theory",
    "neurosim.trainers",
)
"""Modules whose ``__all__`` a user imports from."""


def public_callables(rooms: tuple[str, ...] = ROOMS) -> Iterator[tuple[str, inspect.Signature]]:
    """Yield the dotted name and the signature of every public function and class of the package itself."""
    for room in rooms:
        module = importlib.import_module(room)
        for name in module.__all__:
            thing = getattr(module, name)
            own = getattr(thing, "__module__", "").startswith("neurosim")
            if own and (inspect.isclass(thing) or inspect.isroutine(thing)):
                yield f"{room}.{name}", inspect.signature(thing)


def table() -> str:
    """One line per public callable, aligned, annotations left out."""
    rows = []
    for name, signature in public_callables():
        bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
        text = str(inspect.Signature(bare)).replace("<factory>", "...")
        rows.append((name.removeprefix("neurosim."), text))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {text}" for name, text in rows)


if __name__ == "__main__":
    print(table())
