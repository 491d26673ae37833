"""F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018): networks with low-rank structure.

Fig. 1: means of m and n 1.1 and 2, standard deviation of m 1, tanh units.
"""

OVERLAP = {0.0: 1.2686, 0.5: 1.2245, 1.0: 1.0879, 1.5: 0.8343}
"""By gain: overlap kappa at the stable fixed point; the equations of the paper, solved independently."""

ONSET_OF_CHAOS, END_OF_BISTABILITY = 1.79590, 2.13579
"""Gains of Fig. 1C; the authors' code has 1.796 and 2.136, more digits are solved apart."""

GO_RESPONSE = 1.104
"""Readout of the Go stimulus in the Go/No-go network, Fig. 4; No-go has 0."""
