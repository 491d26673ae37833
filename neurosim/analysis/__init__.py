"""Measurements on networks and on recorded activity: plain functions with named results."""

from neurosim.analysis.activity import variance
from neurosim.analysis.autocorrelation import MeasuredAutocorrelation, autocorrelation, half_width
from neurosim.analysis.coherence import coherence, coherent_mode
from neurosim.analysis.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from neurosim.analysis.spectrum import Spectrum, spectrum

__all__ = [
    "LyapunovSpectrum",
    "MeasuredAutocorrelation",
    "Spectrum",
    "autocorrelation",
    "coherence",
    "coherent_mode",
    "half_width",
    "lyapunov_spectrum",
    "spectrum",
    "variance",
]
