"""What trained weights must obey: signs, zeros, values that stay; as another parametrisation or after each update.

Low-rank weights need no constraint: give the network an operator of two factors (`neurosim.LowRank`), and train
``left`` and ``right``; the rank cannot grow.
"""

from neurosim.trainers.constraints.base import AllOf, Constraint
from neurosim.trainers.constraints.entries import Frozen, Masked, NoSelfConnections
from neurosim.trainers.constraints.signs import Dale, IncomingSigns, NonNegative, SignConstrained

__all__ = [
    "AllOf",
    "Constraint",
    "Dale",
    "Frozen",
    "IncomingSigns",
    "Masked",
    "NoSelfConnections",
    "NonNegative",
    "SignConstrained",
]
