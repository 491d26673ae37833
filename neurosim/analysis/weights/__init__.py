"""Spectra and statistics of weights, and what training changed in them."""
