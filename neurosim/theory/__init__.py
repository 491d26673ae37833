"""Theory of large networks: mean-field predictions, spectra of weights, low-rank structure and coherent chaos."""

from neurosim.public_modules import list_public_names
from neurosim.theory.bulk import Bulk, bulk, bulk_radius
from neurosim.theory.circuit_run import CircuitRun
from neurosim.theory.coherence import SelfTunedState, coherence, mode_coherences, self_tuned_state
from neurosim.theory.dimension import Dimension, dimension
from neurosim.theory.effective_circuit import EffectiveCircuit, effective_circuit
from neurosim.theory.gain import gain_of
from neurosim.theory.heavy_tails import HeavyTailedBulk
from neurosim.theory.lyapunov import LyapunovExponent, lyapunov_exponent
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

__all__ = [
    "Autocorrelation",
    "Bulk",
    "CircuitRun",
    "Dimension",
    "EffectiveCircuit",
    "HeavyTailedBulk",
    "LyapunovExponent",
    "PopulationAutocorrelation",
    "RankOneBranch",
    "SelfTunedState",
    "TransitionGains",
    "autocorrelation",
    "balanced_rates",
    "branches",
    "bulk",
    "bulk_radius",
    "coherence",
    "critical_gain",
    "dimension",
    "effective_circuit",
    "fixed_point_branches",
    "gain_of",
    "lyapunov_exponent",
    "mode_coherences",
    "overlap",
    "population_autocorrelation",
    "population_gains",
    "population_radius",
    "self_tuned_state",
    "transition_gains",
    "variance",
]

list_public_names(__name__)
