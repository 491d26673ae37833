"""How networks run: the only place in neurosim that compiles."""

from neurosim.engine.gradient import value_and_gradient
from neurosim.engine.rollout import Rollout, Run
from neurosim.engine.schemes import EULER, HEUN, RK4, SCHEMES, Tableau
from neurosim.engine.simulate import resume, simulate
from neurosim.engine.sweep import Slopes

__all__ = [
    "EULER",
    "HEUN",
    "RK4",
    "SCHEMES",
    "Rollout",
    "Run",
    "Slopes",
    "Tableau",
    "resume",
    "simulate",
    "value_and_gradient",
]
