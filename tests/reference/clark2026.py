"""D. G. Clark, whole Lyapunov spectra of random networks (2026): simulations of 4096 units, published with the code."""

KAPLAN_YORKE_AT_3 = 0.0609
"""Kaplan–Yorke dimension per unit at gain 3, N = 4096."""
