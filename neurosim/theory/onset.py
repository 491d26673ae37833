"""Onset of chaos: critical gain of random networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError
from neurosim.theory.gaussian import Rate, moments
from neurosim.theory.unit import mean_field_unit

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["critical_gain"]

# Variances between which a fixed point may lose stability, in squared units of the state. Beyond, one grid point
# spans more than the width of a rounded rectifier, and rounding decides the sign of a vanishing instability.
VARIANCES = np.logspace(-6.0, 5.0, 111)


def critical_gain(network: Network) -> float:
    r"""Critical gain, at which the fixed point of a large random network loses stability and chaos begins.

    At the fixed point the states have the variance :math:`D_0 = g^2 \langle\phi(x)^2\rangle` over units; it
    loses stability at :math:`g^2 \langle\phi'(x)^2\rangle = 1` (Sompolinsky, Crisanti & Sommers 1988;
    Mastrogiuseppe & Ostojic 2018). If φ(0) = 0 the fixed point is silence, and a φ with the slope φ'(0)
    gives :math:`g\,\phi'(0) = 1`: 1 for tanh, √2 for a rectified φ of slope 1.

    Parameters
    ----------
    network : Network
        Of units in current form without bias; its weights do not matter.

    Returns
    -------
    float
        The smallest of such gains.

    Raises
    ------
    ParameterError
        When the theory does not describe the neuron, or its fixed point is stable at every gain.
    """
    from scipy.optimize import brentq

    rate = mean_field_unit(network).rate
    if not rate(np.zeros(1)).any():
        return _onset_from_silence(rate)
    excess = np.array([_instability(rate, variance) for variance in VARIANCES])
    crossings = np.flatnonzero((excess[:-1] < 0.0) & (excess[1:] >= 0.0))
    if crossings.size == 0:
        raise ParameterError(
            f"neuron must have a fixed point that loses stability at some gain (got {network.neuron!r}); try a rate "
            f"that saturates, such as tanh."
        )
    low, high = VARIANCES[crossings[0]], VARIANCES[crossings[0] + 1]
    onset = brentq(lambda variance: _instability(rate, variance), low, high, rtol=1e-12)
    return float(np.sqrt(onset / moments(rate, onset)[1]))


def _onset_from_silence(rate: Rate) -> float:
    near, far = (moments(rate, scale**2)[1] / scale**2 for scale in (1e-3, 2e-3))
    if not 0.9 * near < far < 1.1 * near:
        raise ParameterError(
            "neuron must have a rate that is linear near zero (got none or an infinite slope there, so that silence is "
            "stable, or unstable, at every gain); try tanh."
        )
    # Richardson: the first correction to the slope is quadratic
    return float(1.0 / np.sqrt((4.0 * near - far) / 3.0))


def _instability(rate: Rate, variance: float) -> float:
    """Distance from marginal stability, g² ⟨φ'²⟩ - 1, at the fixed point of this variance."""

    def slope(x: np.ndarray) -> np.ndarray:
        step = 1e-3 * np.sqrt(variance)
        return (8.0 * (rate(x + step) - rate(x - step)) - rate(x + 2.0 * step) + rate(x - 2.0 * step)) / (
            12.0 * step
        )

    return variance * moments(slope, variance)[1] / moments(rate, variance)[1] - 1.0
