"""What trained parameters must obey: signs, zeros, bounds, values that stay; by other parameters or after updates.

Low-rank weights need no constraint: give the network an operator of two factors (`neurosim.LowRank`), and train
``left`` and ``right``; the rank cannot grow.
"""

from neurosim.trainers.constraints.base import AllOf, Constraint
from neurosim.trainers.constraints.bounds import AtLeast
from neurosim.trainers.constraints.entries import Frozen, Masked, NoSelfConnections
from neurosim.trainers.constraints.signs import Dale, IncomingSigns, NonNegative, SignConstrained

__all__ = [
    "AllOf",
    "AtLeast",
    "Constraint",
    "Dale",
    "Frozen",
    "IncomingSigns",
    "Masked",
    "NoSelfConnections",
    "NonNegative",
    "SignConstrained",
]
