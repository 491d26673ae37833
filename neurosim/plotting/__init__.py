"""Figures: one function each, which draws a result on given axes or a new figure and returns the axes."""

from neurosim.plotting.activity import coherent_mode, heat_map, traces
from neurosim.plotting.bifurcations import branch
from neurosim.plotting.chaos import exponents, lyapunov_spectrum, overlaps
from neurosim.plotting.delay import delay_component, delay_power, sequence
from neurosim.plotting.dimension import angles, component_variances, subspace_overlaps, timescales
from neurosim.plotting.fixed_points import attractors, fixed_point_spectra, fixed_points
from neurosim.plotting.portrait import phase_portrait
from neurosim.plotting.spectra import modes, non_normality, spectrum
from neurosim.plotting.statistics import autocorrelation, coherence
from neurosim.plotting.style import COLOURS, style
from neurosim.plotting.task import trial
from neurosim.plotting.training import history
from neurosim.plotting.twins import twins
from neurosim.plotting.weights import weight_change, weight_distribution, weight_overlaps, weights

__all__ = [
    "COLOURS",
    "angles",
    "attractors",
    "autocorrelation",
    "branch",
    "coherence",
    "coherent_mode",
    "component_variances",
    "delay_component",
    "delay_power",
    "exponents",
    "fixed_point_spectra",
    "fixed_points",
    "heat_map",
    "history",
    "lyapunov_spectrum",
    "modes",
    "non_normality",
    "overlaps",
    "phase_portrait",
    "sequence",
    "spectrum",
    "style",
    "subspace_overlaps",
    "timescales",
    "traces",
    "trial",
    "twins",
    "weight_change",
    "weight_distribution",
    "weight_overlaps",
    "weights",
]
