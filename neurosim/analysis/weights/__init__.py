"""Spectra and statistics of weights, and their change by training."""
