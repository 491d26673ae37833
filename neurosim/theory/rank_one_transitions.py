"""Transitions of random networks with structure of rank one: the gains at which their state changes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.theory.balance import Drive, balance
from neurosim.theory.gaussian import mean_derivatives, moments
from neurosim.theory.rank_one import OVERLAPS, RankOne, rank_one

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["TransitionGains", "transition_gains"]

# Variances between which a structured fixed point may lose stability.
VARIANCES = np.logspace(-4.0, 4.0, 41)


@dataclass(frozen=True)
class TransitionGains(Result):
    """Gains of the random weights at the two transitions of a network with structure of rank one.

    Attributes
    ----------
    chaos : float
        Gain at which the structured fixed point, with an overlap, becomes chaotic.
    bistability : float
        Gain at which the overlap vanishes, and with it bistability; chaos is unstructured above it.
    """

    chaos: float
    bistability: float


def transition_gains(network: Network) -> TransitionGains:
    r"""Transition gains of a network :math:`W = gJ + m n^T/N`: onset of chaos, and end of bistability.

    Its two states of overlap :math:`\pm\kappa` become chaotic where :math:`g^2\langle\phi'^2\rangle = 1` over their
    Gaussian states, and merge with unstructured chaos where

    .. math:: \frac{m^T n}{N} \langle\phi'\rangle = 1

    over the states of a random network without structure, whose variance follows from its own mean-field theory.

    Parameters
    ----------
    network : Network
        As in `branches`, with an odd φ; the gain of its weights does not matter.

    Returns
    -------
    TransitionGains

    Raises
    ------
    ParameterError
        When the theory does not describe the network, φ is not odd, or the structure is too weak: an overlap needs
        :math:`\phi'(0)\, m^T n/N` above 1.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Fig. 1C.

    Examples
    --------
    >>> import neurosim as ns
    >>> structure = ns.LowRank([[0.1], [2.1]] * 50, [[2.0], [2.0]] * 50)
    >>> structured = ns.Network(ns.LeakyCurrent("tanh"), structure, size=100, rng=0)
    >>> round(ns.theory.transition_gains(structured).bistability, 3)
    2.136
    """
    given = rank_one(network, 0.0)
    if abs(moments(given.rate, 1.0)[0]) > 1e-9:
        raise ParameterError(
            f"neuron must have an odd rate, so that states of opposite overlap are mirror images (got "
            f"{network.neuron!r}); try branches() at several gains."
        )
    strength = given.mean_left * given.mean_right + given.covariance
    slope = float(given.slope(np.zeros(1))[0])
    if strength * slope <= 1.0:
        raise ParameterError(
            f"network.recurrent must have structure with m.n / N above {1.0 / slope:.6g}, for an overlap at some gain "
            f"(got {strength:.6g})."
        )
    return TransitionGains(_onset_of_chaos(given), _end_of_bistability(given, strength))


def _end_of_bistability(given: RankOne, strength: float) -> float:
    from scipy.optimize import brentq

    def excess(gain: float) -> float:
        variance = balance(Drive(given.rate, gain)).variance
        return strength * mean_derivatives(given.rate, variance, 2)[1] - 1.0

    low = 1.01 / float(given.slope(np.zeros(1))[0])
    if excess(low) <= 0.0:
        raise ParameterError(
            f"network.recurrent must have stronger structure (got m.n / N = {strength:.6g}, at which the overlap "
            f"vanishes at the onset of chaos)."
        )
    high = 2.0 * low
    while excess(high) > 0.0:
        low, high = high, 2.0 * high
    return float(brentq(excess, low, high, xtol=1e-9))


def _onset_of_chaos(given: RankOne) -> float:
    from scipy.optimize import brentq

    def excess(kappa: float) -> float:
        return given.next_overlap(kappa, _marginal_variance(given, kappa)) - kappa

    places = given.largest_overlap() * OVERLAPS[::-1]
    for high, low in itertools.pairwise(places):
        # from above, for the largest overlap
        if excess(low) > 0.0:
            kappa = float(brentq(excess, low, high, xtol=1e-12))
            return float(_slope_square(given, kappa, _marginal_variance(given, kappa)) ** -0.5)
    raise ParameterError(
        "network must have a structured fixed point that becomes chaotic before its overlap vanishes (got none); try "
        "branches() at several gains."
    )


def _slope_square(given: RankOne, kappa: float, variance: float) -> float:
    mean = given.mean_left * kappa
    return moments(lambda x: given.slope(x + mean), variance)[1]


def _marginal_variance(given: RankOne, kappa: float) -> float:
    """Variance of the fixed point at the gain at which its disc of eigenvalues is marginal."""
    from scipy.optimize import brentq

    rate, _, constant = given.drive(kappa)

    def excess(variance: float) -> float:
        random = variance - constant
        return random * _slope_square(given, kappa, variance) - moments(rate, variance)[1]

    values = [excess(variance) for variance in constant + VARIANCES]
    crossing = np.flatnonzero(np.diff(np.sign(values)) > 0.0)
    if not crossing.size:
        return float(constant + VARIANCES[-1])
    low, high = constant + VARIANCES[crossing[0]], constant + VARIANCES[crossing[0] + 1]
    return float(brentq(excess, low, high, rtol=1e-12))
