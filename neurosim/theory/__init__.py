"""Theory of large networks: mean-field predictions, spectra of weights, low-rank structure and coherent chaos."""

from neurosim.public_modules import list_public_names
from neurosim.theory.bulk import Bulk, bulk, bulk_radius
from neurosim.theory.circuit_run import CircuitRun
from neurosim.theory.coherence import SelfTunedState, coherence, mode_coherences, self_tuned_state
from neurosim.theory.complexity import FixedPointComplexity, fixed_point_complexity
from neurosim.theory.covariance import Covariance, covariance
from neurosim.theory.dimension import Dimension, dimension
from neurosim.theory.effective_circuit import EffectiveCircuit, effective_circuit
from neurosim.theory.gain import gain_of
from neurosim.theory.heavy_tails import HeavyTailedBulk
from neurosim.theory.lyapunov import LyapunovExponent, lyapunov_exponent
from neurosim.theory.lyapunov_limit import LyapunovLimit, lyapunov_spectrum
from neurosim.theory.mean_field import Autocorrelation, autocorrelation, variance
from neurosim.theory.onset import critical_gain
from neurosim.theory.populations import (
    PopulationAutocorrelation,
    balanced_rates,
    population_autocorrelation,
    population_gains,
    population_radius,
)
from neurosim.theory.rank_one import RankOneBranch, branches, fixed_point_branches, overlap
from neurosim.theory.rank_one_transitions import TransitionGains, transition_gains
from neurosim.theory.transfer import TransferFunction, transfer_function

__all__ = [
    "Autocorrelation",
    "Bulk",
    "CircuitRun",
    "Covariance",
    "Dimension",
    "EffectiveCircuit",
    "FixedPointComplexity",
    "HeavyTailedBulk",
    "LyapunovExponent",
    "LyapunovLimit",
    "PopulationAutocorrelation",
    "RankOneBranch",
    "SelfTunedState",
    "TransferFunction",
    "TransitionGains",
    "autocorrelation",
    "balanced_rates",
    "branches",
    "bulk",
    "bulk_radius",
    "coherence",
    "covariance",
    "critical_gain",
    "dimension",
    "effective_circuit",
    "fixed_point_branches",
    "fixed_point_complexity",
    "gain_of",
    "lyapunov_exponent",
    "lyapunov_spectrum",
    "mode_coherences",
    "overlap",
    "population_autocorrelation",
    "population_gains",
    "population_radius",
    "self_tuned_state",
    "transfer_function",
    "transition_gains",
    "variance",
]

list_public_names(__name__)
