"""Figures: one function each, which draws a result on given axes or a new figure and returns the axes."""

from neurosim.plotting.activity import coherent_mode, heat_map, traces
from neurosim.plotting.portrait import phase_portrait
from neurosim.plotting.statistics import autocorrelation, coherence
from neurosim.plotting.style import COLOURS, style
from neurosim.plotting.task import trial
from neurosim.plotting.training import history
from neurosim.plotting.weights import spectrum, weights

__all__ = [
    "COLOURS",
    "autocorrelation",
    "coherence",
    "coherent_mode",
    "heat_map",
    "history",
    "phase_portrait",
    "spectrum",
    "style",
    "traces",
    "trial",
    "weights",
]
