"""Compiled simulation of networks, and its exact gradients."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from neurosim.engine.simulate import resume, simulate
from neurosim.schemes import EULER, HEUN, RK4, SCHEMES, Tableau

if TYPE_CHECKING:
    from neurosim.engine.differentiable.gradient import value_and_gradient
    from neurosim.engine.differentiable.passes import Cotangents
    from neurosim.engine.differentiable.rollout import Rollout, RolloutOutputs

__all__ = [
    "EULER",
    "HEUN",
    "RK4",
    "SCHEMES",
    "Cotangents",
    "Rollout",
    "RolloutOutputs",
    "Tableau",
    "resume",
    "simulate",
    "value_and_gradient",
]

# gradients are loaded on first use: a simulation needs none, and its first result would come a sixth later
_HOMES = {
    "Cotangents": "passes",
    "Rollout": "rollout",
    "RolloutOutputs": "rollout",
    "value_and_gradient": "gradient",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"neurosim.engine.differentiable.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
