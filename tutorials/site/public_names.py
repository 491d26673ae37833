"""Reference: a page for each room, with the docstrings of its public names."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

__all__ = ["ROOMS", "is_described", "write_reference"]

ROOMS = {
    "neurosim": "networks, simulation, training; what most programs begin with",
    "neurosim.neurons": "what one unit does",
    "neurosim.connectivity": "who is connected to whom",
    "neurosim.synapses": "short-term plasticity between populations",
    "neurosim.noise": "noise as a physical quantity, and that of other tools",
    "neurosim.tasks": "what is asked of a network",
    "neurosim.trainers": "learning rules and their parts",
    "neurosim.analysis": "measurements of networks and activity",
    "neurosim.theory": "mean-field predictions",
    "neurosim.plotting": "one function a figure",
    "neurosim.storage": "files, and networks from other tools",
    "neurosim.experiments": "declared experiments and trainings",
    "neurosim.report": "pages about one network or two",
    "neurosim.engine": "differentiable simulations",
    "neurosim.parameters": "parameters of a network by name, for trainers of your own",
    "neurosim.areas": "chains of areas with Dale's law",
    "neurosim.constructed": "networks that need no training",
    "neurosim.sweep": "many points of one question",
    "neurosim.ensembles": "many networks trained on one task",
    "neurosim.reproduce": "studies of papers and their claims",
    "neurosim.testing": "checks of plugins",
    "neurosim.errors": "exceptions and warnings",
}
INTERNAL = {"clause", "did_you_mean", "kind_of", "require_noise_of_size", "unknown_keyword", "with_article"}
"""Functions of these rooms that programs of users do not call."""


def write_reference(folder: Path) -> None:
    """A page for each room, with the docstrings of its public names that no later room has."""
    folder.mkdir()
    seen: set[int] = set()
    # "neurosim" collects names of other rooms, which are described there
    for room in reversed(ROOMS):
        module = importlib.import_module(room)
        own = [(name, getattr(module, name)) for name in module.__all__ if name not in INTERNAL]
        own = [(name, thing) for name, thing in own if is_described(thing) and id(thing) not in seen]
        seen.update(id(thing) for _, thing in own)
        rows = [f"# {room}", f"{_sentence(ROOMS[room])}.", *(_described(room, *each) for each in own)]
        (folder / f"{room}.md").write_text("\n\n".join(rows) + "\n", encoding="utf-8")
    rows = [f"- [{room}]({room}.md): {text}" for room, text in ROOMS.items()]
    tree = "\n".join(["```{toctree}", ":hidden:", ":maxdepth: 1", "", *ROOMS, "```"])
    text = "All public names, with equations, shapes, units, errors and sources. `help(...)` prints the same."
    (folder / "index.md").write_text(
        "\n\n".join(["# Reference", text, "\n".join(rows), tree]) + "\n", encoding="utf-8"
    )


def is_described(thing: object) -> bool:
    """Whether a name is a class or a function of this package, and not a module or a constant."""
    own = getattr(thing, "__module__", "").startswith("neurosim")
    return own and (inspect.isclass(thing) or inspect.isroutine(thing))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _described(room: str, name: str, thing: object) -> str:
    kind = "autoclass" if inspect.isclass(thing) else "autofunction"
    members = "\n   :members:" if inspect.isclass(thing) else ""
    return f"## {name}\n\n```{{eval-rst}}\n.. {kind}:: {room}.{name}{members}\n```"
