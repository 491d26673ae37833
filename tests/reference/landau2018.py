"""I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018): coherent chaos."""

PASSIVE_COHERENCE = {0.1: 0.061, 0.25: 0.129, 0.5: 0.245, 0.75: 0.352, 4.0: 0.894, 20.0: 0.995, 200.0: 1.0}
"""By strength J1 of the mode: coherence in the passive regime, eqs. 12 to 14 at g = 2 and N = 800."""

SELF_TUNED_AMPLITUDE = {1.990: 0.878, 2.064: 0.904, 1.987: 0.877}
"""By real leading eigenvalue: amplitude of the mode, tanh² h = 1 - 1/lambda."""
