"""H. Sompolinsky, A. Crisanti, H. J. Sommers, Phys. Rev. Lett. 61, 259 (1988): chaos in random networks of tanh units.

The paper gives equations and figures; the numbers solve its equation of motion, D'' = D - g² C(D), apart from the
package: the potential with log cosh, C(D) by quadrature. The variances agree to 5e-6 with those that Clark, Abbott &
Litwin-Kumar (2023) published with their code, the exponents to 1e-5.
"""

from typing import NamedTuple


class MeanField(NamedTuple):
    """Mean-field numbers at one gain; times in units of tau."""

    variance: float
    rate_variance: float
    half_width: float
    decay_to_1_over_e: float
    integral: float
    decay_time: float


MEAN_FIELD = {
    1.05: MeanField(0.05283, 0.04795, 49.58, 62.41, 59.15, 37.7),
    1.2: MeanField(0.24263, 0.16981, 15.00, 18.91, 17.94, 11.5),
    1.25: MeanField(0.31559, 0.20421, 12.64, 15.95, 15.14, 9.76),
    1.5: MeanField(0.74769, 0.34209, 7.846, 9.932, 9.445, 6.19),
    2.0: MeanField(1.92481, 0.51318, 5.361, 6.827, 6.512, 4.39),
    3.0: MeanField(5.44633, 0.68058, 4.084, 5.242, 5.019, 3.50),
    5.0: MeanField(16.96405, 0.81075, 3.455, 4.471, 4.294, 3.09),
}
"""By gain: D(0), C(0), half width, time to 1/e, integral of D / D(0), and decay time 1/kappa."""

EXPONENT = {
    1.05: 0.00106,
    1.2: 0.01192,
    1.25: 0.01696,
    1.5: 0.04675,
    2.0: 0.11246,
    3.0: 0.23546,
    5.0: 0.43370,
}
"""By gain: largest Lyapunov exponent, from the ground state of the Schrödinger equation on an even grid, in 1/tau."""

JACOBIAN_DISC = {
    1.05: 1.0035,
    1.2: 1.0403,
    1.25: 1.0576,
    1.5: 1.1639,
    2.0: 1.4214,
    3.0: 1.9936,
    5.0: 3.1985,
    20.0: 12.50165,
}
"""By gain: g² <phi'²>, the square of the radius of the disc of the Jacobian; at 20 by adaptive integration."""
