"""Onset of chaos: critical gain of random networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.connectivity.gaussian_groups import GaussianGroups
from neurosim.connectivity.heavy_tailed import HeavyTailed
from neurosim.connectivity.partially_symmetric import PartiallySymmetric
from neurosim.errors import ParameterError
from neurosim.theory.ensemble import random_term
from neurosim.theory.gaussian import Rate, moments
from neurosim.theory.heavy_tails import growth
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

    For ensembles whose eigenvalues do not fill a disc of radius g, the gain at which silence becomes unstable is, in
    units of that of independent weights of variance g²/N,

    * `PartiallySymmetric`: 1 / (1 + η), the ellipse's end on the real axis;
    * `GaussianGroups`: one over the radius at unit gain;
    * `HeavyTailed`: :math:`g^* = \exp\big(-\langle \frac1\alpha \ln \frac1N \sum_i |z_i|^\alpha \rangle\big)` for the
      map of steps of one time constant, where the typical spectral radius is 1; see
      `neurosim.theory.heavy_tails.growth`. It is 1/√2 at α = 2 and falls, slowly, with the size. The few largest
      eigenvalues point in any direction of the plane, so that the flow, for which their real part counts, becomes
      unstable at gains some 15 % higher at 400 units.

    Parameters
    ----------
    network : Network
        Of units in current form without bias. Its weights do not matter, but for these declared ensembles.

    Returns
    -------
    float
        The smallest of such gains: a value for the `gain` of the random connectivity.

    Raises
    ------
    ParameterError
        When the theory does not describe the neuron, or its fixed point is stable at every gain, as that of
        antisymmetric weights; for one of these ensembles, when the fixed point is not silence.

    References
    ----------
    H. J. Sommers et al., Phys. Rev. Lett. 60, 1895 (1988); J. Aljadeff, M. Stern, T. Sharpee, Phys. Rev. Lett. 114,
    088101 (2015); Y. Xie, S. Mihalas, Ł. Kuśmierz, NeurIPS (2025).

    Examples
    --------
    >>> import neurosim as ns
    >>> reciprocal = ns.connectivity.PartiallySymmetric(symmetry=0.25)
    >>> round(ns.theory.critical_gain(ns.Network(ns.LeakyCurrent("tanh"), reciprocal, size=20, rng=0)), 6)
    0.8
    """
    from scipy.optimize import brentq

    rate = mean_field_unit(network).rate
    extent = _extent(network)
    if not rate(np.zeros(1)).any():
        return _onset_from_silence(rate) / extent
    if extent != 1.0:
        raise ParameterError(
            f"network.connectivity must be of independent weights of variance g²/N where silence is no fixed point, "
            f"because its slopes differ between units (got {network.connectivity!r}); try a rate that is 0 at 0."
        )
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


def _extent(network: Network) -> float:
    """Largest real part (largest modulus of heavy-tailed weights) of the eigenvalues at unit gain."""
    term = random_term(network, object)
    ensemble = None if term is None else term[0]
    if isinstance(ensemble, PartiallySymmetric):
        if ensemble.symmetry == -1.0:
            raise ParameterError(
                f"network.connectivity must have eigenvalues with a real part (got {ensemble!r}, with which silence is "
                f"stable at every gain); try a symmetry above -1."
            )
        return 1.0 + ensemble.symmetry
    if isinstance(ensemble, GaussianGroups):
        return ensemble.replace(gain=1.0).radius
    if isinstance(ensemble, HeavyTailed):
        return float(np.sqrt(2.0) if ensemble.alpha == 2.0 else np.exp(growth(ensemble.alpha, network.size)))
    return 1.0


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
