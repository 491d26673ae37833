"""neurosim: rate recurrent neural networks on a laptop."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# name -> module that defines it; loaded on first use, so that importing neurosim costs next to nothing
_HOMES = {
    "neurosim.connectivity": (
        "Blocks",
        "Coherent",
        "Connectivity",
        "ExcitatoryInhibitory",
        "Explicit",
        "Gaussian",
        "LowRank",
        "Operator",
        "Orthogonal",
        "Sparse",
    ),
    "neurosim.engine": ("resume", "simulate"),
    "neurosim.ensembles": ("ensemble",),
    "neurosim.network": ("Network",),
    "neurosim.neurons": (
        "Adaptive",
        "LeakyCurrent",
        "LeakyRate",
        "Neuron",
        "Population",
        "Populations",
        "SynapticDepression",
        "WilsonCowan",
    ),
    "neurosim.noise": ("OrnsteinUhlenbeck", "WhiteNoise"),
    "neurosim.registry": ("load_plugin",),
    "neurosim.stepping": ("Stepping",),
    "neurosim.sweep": ("Sweep",),
    "neurosim.tasks": ("Task",),
    "neurosim.loading": ("load",),
    "neurosim.storage": ("save",),
    "neurosim.trainers": ("BPTT", "Trainer"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}
_SUBPACKAGES = (
    "analysis",
    "connectivity",
    "errors",
    "experiments",
    "neurons",
    "plotting",
    "report",
    "reproduce",
    "storage",
    "tasks",
    "testing",
    "theory",
    "trainers",
)

# reached as attributes too, but seldom typed: not in __all__, which has forty names at most
_UNLISTED = ("constructed", "engine", "equations", "noise", "stepping", "sweep", "synapses")

__all__ = sorted([*_MODULE_OF, *_SUBPACKAGES])


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        value = getattr(importlib.import_module(_MODULE_OF[name]), name)
    elif name in (*_SUBPACKAGES, *_UNLISTED):
        value = importlib.import_module(f"neurosim.{name}")
    else:
        raise AttributeError(f"neurosim has no {name!r}. {_hint(name)}")
    globals()[name] = value
    return value


def _hint(name: str) -> str:
    """Where a name is, or which names are spelled nearly so, here or in the rooms that users call."""
    from difflib import get_close_matches

    from neurosim.errors import did_you_mean

    own = [*__all__, *_UNLISTED]
    if not name.startswith("_") and not get_close_matches(name, own, n=1):
        for room in ("neurons", "connectivity", "tasks", "trainers", "analysis", "theory"):
            found = get_close_matches(name, importlib.import_module(f"neurosim.{room}").__all__, n=1)
            if found:
                return f"Did you mean neurosim.{room}.{found[0]}?"
    return did_you_mean(name, own)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
