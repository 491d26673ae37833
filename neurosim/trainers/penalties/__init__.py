"""What a trained network should not have: large weights, high rates, a steep or a vanishing flow."""

from neurosim.trainers.penalties.base import Penalty
from neurosim.trainers.penalties.jacobian import JacobianPenalty
from neurosim.trainers.penalties.rates import RateL1, RateL2
from neurosim.trainers.penalties.vanishing import VanishingGradient
from neurosim.trainers.penalties.weights import L1, L2

__all__ = [
    "L1",
    "L2",
    "JacobianPenalty",
    "Penalty",
    "RateL1",
    "RateL2",
    "VanishingGradient",
]
