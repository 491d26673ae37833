"""Measurements on networks and on recorded activity: plain functions with named results."""

from neurosim.analysis.activity.autocorrelation import MeasuredAutocorrelation, autocorrelation, half_width
from neurosim.analysis.activity.clustering import Clusters, clusters, silhouettes
from neurosim.analysis.activity.coherence import coherence, coherent_mode
from neurosim.analysis.activity.covariance import MeasuredCovariance, covariance
from neurosim.analysis.activity.currents import Currents, currents
from neurosim.analysis.activity.decoding import Decoding, decoding
from neurosim.analysis.activity.delay import DelayActivity, delay_activity
from neurosim.analysis.activity.dimensionality import Dimensionality, participation_ratio
from neurosim.analysis.activity.populations import PopulationStatistics, population_statistics
from neurosim.analysis.activity.principal_components import PrincipalComponents, principal_components
from neurosim.analysis.activity.recording import variance
from neurosim.analysis.activity.regime import Regime, oscillation_index, regime
from neurosim.analysis.activity.self_tuning import SelfTuning, self_tuning
from neurosim.analysis.activity.sequences import Sequentiality, sequentiality
from neurosim.analysis.activity.subspaces import PrincipalAngles, during, principal_angles
from neurosim.analysis.activity.timescales import Timescales, timescales
from neurosim.analysis.activity.transfer import MeasuredTransfer, transfer_function
from neurosim.analysis.attractors.attractors import Attractor, Attractors, attractors
from neurosim.analysis.attractors.basins import Basins, basins
from neurosim.analysis.attractors.limit_cycles import LimitCycle, limit_cycle, limit_cycles
from neurosim.analysis.behavior.context_selection import ContextSelection, context_selection
from neurosim.analysis.behavior.lesions import LesionEffects, lesion, lesion_effects
from neurosim.analysis.behavior.psychometrics import (
    FittedCurve,
    chronometric_curve,
    psychometric_curve,
    threshold_curve,
)
from neurosim.analysis.behavior.robustness import Degradation, degradation, perturb_weights, remove_weights
from neurosim.analysis.behavior.task_variance import TaskVariance, task_variance
from neurosim.analysis.behavior.task_vectors import TaskVectors, task_vectors
from neurosim.analysis.delays.characteristic_roots import CharacteristicRoots, characteristic_roots
from neurosim.analysis.delays.linear_system import DelayedLinearSystem
from neurosim.analysis.fixed_points.bifurcations import Bifurcation
from neurosim.analysis.fixed_points.by_input import fixed_points_by_epoch, fixed_points_by_input
from neurosim.analysis.fixed_points.continuation import Branch, continue_along_input, continue_along_parameter
from neurosim.analysis.fixed_points.counts import FixedPointCounts, fixed_point_counts
from neurosim.analysis.fixed_points.fixed_points import fixed_points
from neurosim.analysis.fixed_points.line_attractor import LineAttractor, line_attractor
from neurosim.analysis.fixed_points.manifolds import InvariantManifold, invariant_manifold
from neurosim.analysis.fixed_points.results import Candidates, FixedPoints
from neurosim.analysis.geometry.alignment import (
    CanonicalAlignment,
    ProcrustesAlignment,
    canonical_alignment,
    procrustes_alignment,
)
from neurosim.analysis.geometry.communication import Communication, communication
from neurosim.analysis.geometry.communication_subspace import CommunicationSubspace, communication_subspace
from neurosim.analysis.geometry.demixed_components import DemixedComponents, demixed_components
from neurosim.analysis.geometry.jpca import RotationalPlanes, jpca
from neurosim.analysis.geometry.readout_alignment import ReadoutAlignment, readout_alignment
from neurosim.analysis.geometry.tangling import Tangling, tangling
from neurosim.analysis.geometry.targeted_axes import TargetedAxes, targeted_axes
from neurosim.analysis.geometry.tensor_components import TensorComponents, tensor_components
from neurosim.analysis.learning.gradient_alignment import GradientAlignment, gradient_alignment
from neurosim.analysis.linear_regions.all_fixed_points import all_fixed_points
from neurosim.analysis.linear_regions.region_search import map_cycles, search_linear_regions
from neurosim.analysis.linear_regions.results import MapCycles, RegionFixedPoints
from neurosim.analysis.lyapunov.closed_loop import closed_loop
from neurosim.analysis.lyapunov.covariant_vectors import CovariantVectors, covariant_vectors
from neurosim.analysis.lyapunov.echo_states import EchoStates, echo_states
from neurosim.analysis.lyapunov.finite_time import FiniteTimeExponents, finite_time_exponents
from neurosim.analysis.lyapunov.spectrum import LyapunovSpectrum, lyapunov_spectrum
from neurosim.analysis.similarity.clusters import SolutionClusters
from neurosim.analysis.similarity.result import Similarity
from neurosim.analysis.similarity.separation import Separation
from neurosim.analysis.similarity.similarity import similarity
from neurosim.analysis.system import System
from neurosim.analysis.weights.effective_rank import EffectiveRank, effective_rank, truncate_rank
from neurosim.analysis.weights.modes import Modes, modes
from neurosim.analysis.weights.moments import WeightMoments, weight_moments
from neurosim.analysis.weights.non_normality import NonNormality, non_normality
from neurosim.analysis.weights.populations import Populations, populations
from neurosim.analysis.weights.resampling import ResamplingAccuracy, resampling_accuracy
from neurosim.analysis.weights.spectrum import Spectrum, jacobian_spectrum, spectrum
from neurosim.analysis.weights.twin_comparison import TwinComparison
from neurosim.analysis.weights.twins import Twins, twins
from neurosim.analysis.weights.weight_change import WeightChange, weight_change
from neurosim.public_modules import list_public_names

__all__ = [
    "Attractor",
    "Attractors",
    "Basins",
    "Bifurcation",
    "Branch",
    "Candidates",
    "CanonicalAlignment",
    "CharacteristicRoots",
    "Clusters",
    "Communication",
    "CommunicationSubspace",
    "ContextSelection",
    "CovariantVectors",
    "Currents",
    "Decoding",
    "Degradation",
    "DelayActivity",
    "DelayedLinearSystem",
    "DemixedComponents",
    "Dimensionality",
    "EchoStates",
    "EffectiveRank",
    "FiniteTimeExponents",
    "FittedCurve",
    "FixedPointCounts",
    "FixedPoints",
    "GradientAlignment",
    "InvariantManifold",
    "LesionEffects",
    "LimitCycle",
    "LineAttractor",
    "LyapunovSpectrum",
    "MapCycles",
    "MeasuredAutocorrelation",
    "MeasuredCovariance",
    "MeasuredTransfer",
    "Modes",
    "NonNormality",
    "PopulationStatistics",
    "Populations",
    "PrincipalAngles",
    "PrincipalComponents",
    "ProcrustesAlignment",
    "ReadoutAlignment",
    "Regime",
    "RegionFixedPoints",
    "ResamplingAccuracy",
    "RotationalPlanes",
    "SelfTuning",
    "Separation",
    "Sequentiality",
    "Similarity",
    "SolutionClusters",
    "Spectrum",
    "System",
    "Tangling",
    "TargetedAxes",
    "TaskVariance",
    "TaskVectors",
    "TensorComponents",
    "Timescales",
    "TwinComparison",
    "Twins",
    "WeightChange",
    "WeightMoments",
    "all_fixed_points",
    "attractors",
    "autocorrelation",
    "basins",
    "canonical_alignment",
    "characteristic_roots",
    "chronometric_curve",
    "closed_loop",
    "clusters",
    "coherence",
    "coherent_mode",
    "communication",
    "communication_subspace",
    "context_selection",
    "continue_along_input",
    "continue_along_parameter",
    "covariance",
    "covariant_vectors",
    "currents",
    "decoding",
    "degradation",
    "delay_activity",
    "demixed_components",
    "during",
    "echo_states",
    "effective_rank",
    "finite_time_exponents",
    "fixed_point_counts",
    "fixed_points",
    "fixed_points_by_epoch",
    "fixed_points_by_input",
    "gradient_alignment",
    "half_width",
    "invariant_manifold",
    "jacobian_spectrum",
    "jpca",
    "lesion",
    "lesion_effects",
    "limit_cycle",
    "limit_cycles",
    "line_attractor",
    "lyapunov_spectrum",
    "map_cycles",
    "modes",
    "non_normality",
    "oscillation_index",
    "participation_ratio",
    "perturb_weights",
    "population_statistics",
    "populations",
    "principal_angles",
    "principal_components",
    "procrustes_alignment",
    "psychometric_curve",
    "readout_alignment",
    "regime",
    "remove_weights",
    "resampling_accuracy",
    "search_linear_regions",
    "self_tuning",
    "sequentiality",
    "silhouettes",
    "similarity",
    "spectrum",
    "tangling",
    "targeted_axes",
    "task_variance",
    "task_vectors",
    "tensor_components",
    "threshold_curve",
    "timescales",
    "transfer_function",
    "truncate_rank",
    "twins",
    "variance",
    "weight_change",
    "weight_moments",
]

list_public_names(__name__)
