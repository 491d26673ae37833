"""Measurements on networks and on recorded activity: plain functions with named results."""

from neurosim.analysis.activity import variance
from neurosim.analysis.autocorrelation import MeasuredAutocorrelation, autocorrelation, half_width
from neurosim.analysis.coherence import coherence, coherent_mode
from neurosim.analysis.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from neurosim.analysis.modes import Modes, modes
from neurosim.analysis.moments import WeightMoments, weight_moments
from neurosim.analysis.non_normality import NonNormality, non_normality
from neurosim.analysis.spectrum import Spectrum, jacobian_spectrum, spectrum
from neurosim.analysis.weight_change import WeightChange, weight_change

__all__ = [
    "LyapunovSpectrum",
    "MeasuredAutocorrelation",
    "Modes",
    "NonNormality",
    "Spectrum",
    "WeightChange",
    "WeightMoments",
    "autocorrelation",
    "coherence",
    "coherent_mode",
    "half_width",
    "jacobian_spectrum",
    "lyapunov_spectrum",
    "modes",
    "non_normality",
    "spectrum",
    "variance",
    "weight_change",
    "weight_moments",
]
