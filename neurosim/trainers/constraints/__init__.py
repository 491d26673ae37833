"""Constraints on trained parameters: signs (Dale's law), masks, bounds, and values that do not change.

Low-rank weights need no constraint: in a network with two factors (`neurosim.LowRank`), train ``left`` and ``right``,
whose rank does not change.
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
