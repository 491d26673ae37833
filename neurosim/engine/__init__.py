"""Compiled simulation of networks, and its exact gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.engine.simulate import resume, simulate
from neurosim.public_modules import load_on_first_use
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

# a simulation needs no gradients
__getattr__ = load_on_first_use(
    __name__,
    {
        "Cotangents": "differentiable.passes",
        "Rollout": "differentiable.rollout",
        "RolloutOutputs": "differentiable.rollout",
        "value_and_gradient": "differentiable.gradient",
    },
)


def __dir__() -> list[str]:
    return __all__
