"""K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006): spectra with excitatory and inhibitory columns."""

FRACTION_WITHIN = {0.25: 0.206, 0.4: 0.496, 0.5: 0.718, 0.6: 0.934}
"""By radius: fraction of eigenvalues within it, for standard deviations 0.5 and 1 of half the columns each (eq. 7)."""
