"""Penalties (regularizers): of weights, of rates, of the Jacobian, of exponents, and of vanishing gradients."""

from neurosim.trainers.penalties.base import Penalty
from neurosim.trainers.penalties.jacobian import JacobianPenalty
from neurosim.trainers.penalties.lyapunov import LyapunovPenalty
from neurosim.trainers.penalties.rates import RateL1, RateL2
from neurosim.trainers.penalties.vanishing import VanishingGradient
from neurosim.trainers.penalties.weights import L1, L2

__all__ = [
    "L1",
    "L2",
    "JacobianPenalty",
    "LyapunovPenalty",
    "Penalty",
    "RateL1",
    "RateL2",
    "VanishingGradient",
]
