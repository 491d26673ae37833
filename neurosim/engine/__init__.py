"""How networks run: the only place in neurosim that compiles."""

from neurosim.engine.schemes import EULER, HEUN, RK4, SCHEMES, Tableau
from neurosim.engine.simulate import resume, simulate

__all__ = ["EULER", "HEUN", "RK4", "SCHEMES", "Tableau", "resume", "simulate"]
