"""Compiled simulation of networks, and its exact gradients."""

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.engine.differentiable.passes import Cotangents
from neurosim.engine.differentiable.rollout import Rollout, RolloutOutputs
from neurosim.engine.simulate import resume, simulate
from neurosim.schemes import EULER, HEUN, RK4, SCHEMES, Tableau

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
