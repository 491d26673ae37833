"""Figures: one function each, which draws a result on given axes or a new figure and returns the axes."""

from neurosim.plotting.activity import coherent_mode, heat_map, traces
from neurosim.plotting.bifurcations import branch
from neurosim.plotting.chaos import exponents, lyapunov_spectrum, overlaps
from neurosim.plotting.characteristic_roots import characteristic_roots
from neurosim.plotting.circuit import circuit
from neurosim.plotting.components import angle_bar, components, trajectories
from neurosim.plotting.conditions import outputs_by_condition
from neurosim.plotting.connectivity import connectivity, weight_graph
from neurosim.plotting.context import context_selection, line_attractor
from neurosim.plotting.curves import fitted_curve
from neurosim.plotting.decoding import decoding
from neurosim.plotting.delay import delay_component, delay_power, sequence
from neurosim.plotting.dimension import angles, component_variances, subspace_overlaps, timescales
from neurosim.plotting.fixed_points import attractors, fixed_point_spectra, fixed_points
from neurosim.plotting.geometry import (
    aligned_trajectories,
    canonical_correlations,
    communication_scores,
    demixed_components,
    demixed_variances,
    readout_alignment,
    rotations,
    tangling,
    targeted_trajectories,
    tensor_factors,
)
from neurosim.plotting.held_inputs import fixed_points_by_input, multipliers
from neurosim.plotting.learning import gradient_alignment
from neurosim.plotting.linear_theory import (
    covariance,
    covariance_spectrum,
    fixed_point_counts,
    transfer_function,
)
from neurosim.plotting.low_rank import effective_rank, flow_field, populations, resampling_accuracy
from neurosim.plotting.lyapunov import echo_states, finite_time_exponents, splitting_angles
from neurosim.plotting.manifolds import basins, invariant_manifold
from neurosim.plotting.portrait import phase_portrait
from neurosim.plotting.representation import (
    cluster_scores,
    fractional_variance,
    silhouettes,
    task_variance,
    task_vectors,
)
from neurosim.plotting.robustness import degradation, lesion_effects
from neurosim.plotting.similarity import dendrogram, distance_matrix, similarity_map
from neurosim.plotting.spectra import modes, non_normality, spectrum
from neurosim.plotting.statistics import autocorrelation, coherence
from neurosim.plotting.style import COLORS, style
from neurosim.plotting.sweeps import sweep_lines, sweep_map
from neurosim.plotting.task import trial
from neurosim.plotting.training import history
from neurosim.plotting.twins import twins
from neurosim.plotting.weights import weight_change, weight_distribution, weight_overlaps, weights
from neurosim.public_modules import list_public_names

__all__ = [
    "COLORS",
    "aligned_trajectories",
    "angle_bar",
    "angles",
    "attractors",
    "autocorrelation",
    "basins",
    "branch",
    "canonical_correlations",
    "characteristic_roots",
    "circuit",
    "cluster_scores",
    "coherence",
    "coherent_mode",
    "communication_scores",
    "component_variances",
    "components",
    "connectivity",
    "context_selection",
    "covariance",
    "covariance_spectrum",
    "decoding",
    "degradation",
    "delay_component",
    "delay_power",
    "demixed_components",
    "demixed_variances",
    "dendrogram",
    "distance_matrix",
    "echo_states",
    "effective_rank",
    "exponents",
    "finite_time_exponents",
    "fitted_curve",
    "fixed_point_counts",
    "fixed_point_spectra",
    "fixed_points",
    "fixed_points_by_input",
    "flow_field",
    "fractional_variance",
    "gradient_alignment",
    "heat_map",
    "history",
    "invariant_manifold",
    "lesion_effects",
    "line_attractor",
    "lyapunov_spectrum",
    "modes",
    "multipliers",
    "non_normality",
    "outputs_by_condition",
    "overlaps",
    "phase_portrait",
    "populations",
    "readout_alignment",
    "resampling_accuracy",
    "rotations",
    "sequence",
    "silhouettes",
    "similarity_map",
    "spectrum",
    "splitting_angles",
    "style",
    "subspace_overlaps",
    "sweep_lines",
    "sweep_map",
    "tangling",
    "targeted_trajectories",
    "task_variance",
    "task_vectors",
    "tensor_factors",
    "timescales",
    "traces",
    "trajectories",
    "transfer_function",
    "trial",
    "twins",
    "weight_change",
    "weight_distribution",
    "weight_graph",
    "weight_overlaps",
    "weights",
]

list_public_names(__name__)
