"""Connectivities: declarations of recurrent weights, and the operator (W) that they build."""

from neurosim.connectivity.balanced_excitatory_inhibitory import BalancedExcitatoryInhibitory
from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.blocks import Blocks
from neurosim.connectivity.coherent import Coherent
from neurosim.connectivity.composition import Scaled, Sum
from neurosim.connectivity.delayed import Delayed
from neurosim.connectivity.delays import Delays
from neurosim.connectivity.excitatory_inhibitory import ExcitatoryInhibitory
from neurosim.connectivity.explicit import Explicit
from neurosim.connectivity.fixed_in_degree import FixedInDegree
from neurosim.connectivity.gaussian import Gaussian
from neurosim.connectivity.gaussian_excitatory_inhibitory import GaussianExcitatoryInhibitory
from neurosim.connectivity.gaussian_groups import GaussianGroups
from neurosim.connectivity.gaussian_low_rank import GaussianLowRank
from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
from neurosim.connectivity.heavy_tailed import HeavyTailed
from neurosim.connectivity.identity import Identity
from neurosim.connectivity.low_rank import LowRank
from neurosim.connectivity.one_to_one import FromPartners, OneToOne
from neurosim.connectivity.operator import Operator
from neurosim.connectivity.orthogonal import Orthogonal
from neurosim.connectivity.partially_symmetric import PartiallySymmetric
from neurosim.connectivity.random_modes import RandomModes
from neurosim.connectivity.row_balanced import RowBalanced
from neurosim.connectivity.sparse import Sparse
from neurosim.public_modules import list_public_names

__all__ = [
    "BalancedExcitatoryInhibitory",
    "Blocks",
    "Coherent",
    "Connectivity",
    "Delayed",
    "Delays",
    "ExcitatoryInhibitory",
    "Explicit",
    "FixedInDegree",
    "FromPartners",
    "Gaussian",
    "GaussianExcitatoryInhibitory",
    "GaussianGroups",
    "GaussianLowRank",
    "GaussianMixtureLowRank",
    "HeavyTailed",
    "Identity",
    "LowRank",
    "OneToOne",
    "Operator",
    "Orthogonal",
    "PartiallySymmetric",
    "RandomModes",
    "RowBalanced",
    "Scaled",
    "Sparse",
    "Sum",
]

list_public_names(__name__)
