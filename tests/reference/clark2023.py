"""D. G. Clark, L. F. Abbott, A. Litwin-Kumar, Phys. Rev. Lett. 131, 118401 (2023): dimension of chaotic activity.

Theory data that the authors published with their code.
"""

DIMENSION = {
    1.5: (0.00561, 0.00624),
    2.0: (0.01591, 0.01974),
    3.0: (0.03137, 0.04465),
    5.0: (0.04563, 0.07407),
    10.0: (0.05526, 0.10070),
    20.0: (0.05871, 0.11434),
}
"""By gain: participation ratio per unit of the states and of the rates; four digits."""

VARIANCE_AT_20 = 289.334
"""Variance of the states at gain 20."""

EXPONENT_AT_20 = 1.1907
"""Largest exponent at gain 20, extrapolated by the authors from several spacings of the grid, which leaves 2e-4."""

EULER_VARIANCE = {(2.0, 0.1): 1.92479, (2.0, 0.5): 1.92428, (3.0, 0.1): 5.44623, (3.0, 0.5): 5.44188}
"""By gain and dt: variance of the Euler map, solved apart on a ring; those at dt = 0.5 are published."""

EULER_EXPONENT = {
    (1.5, 0.5): 0.04591,
    (2.0, 0.05): 0.11198,
    (2.0, 0.1): 0.11150,
    (2.0, 0.5): 0.10779,
    (3.0, 0.05): 0.23336,
    (3.0, 0.1): 0.23131,
    (3.0, 0.5): 0.21612,
    (5.0, 0.05): 0.42664,
    (5.0, 0.1): 0.41987,
    (5.0, 0.5): 0.37889,
    # log(g sqrt <sech⁴>)
    (1.2, 1.0): 0.01648,
    (1.5, 1.0): 0.06522,
    (2.0, 1.0): 0.15472,
    (3.0, 1.0): 0.31025,
    (5.0, 1.0): 0.53243,
    (10.0, 1.0): 0.85644,
}
"""By gain and dt: largest exponent of the Euler map in 1/tau; those at dt = 0.5 and 1 are published."""
