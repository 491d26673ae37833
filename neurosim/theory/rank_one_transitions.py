"""Gains at which random networks with structure of rank one change what they do."""

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
    """Gains of the random weights, in the order in which they are passed.

    Attributes
    ----------
    chaos : float
        Where the structured fixed point, the one with an overlap, begins to fluctuate.
    bistability : float
        Where the overlap vanishes, and with it the choice between two signs; above, chaos is unstructured.
    """

    chaos: float
    bistability: float


def transition_gains(network: Network) -> TransitionGains:
    r"""Gains at which a network :math:`W = gJ + m n^T/N` leaves its structured fixed points.

    Its two states of overlap :math:`\pm\kappa` become chaotic where :math:`g^2\langle\phi'^2\rangle = 1` over their
    Gaussian states, and merge with unstructured chaos where

    .. math:: \frac{m^T n}{N} \langle\phi'\rangle = 1

    over the states of a random network without structure, whose variance follows from its own mean-field theory.

    Parameters
    ----------
    network : Network
        As in `branches`, with an odd φ; its own gain does not matter.

    Returns
    -------
    TransitionGains

    Raises
    ------
    ParameterError
        When the theory does not describe the network, φ is not odd, or the structure is too weak: it makes an overlap
        where :math:`\phi'(0)\, m^T n/N` exceeds 1.

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
            f"neuron = {network.neuron!r} has a rate that is not odd, and states of opposite overlap are no mirror "
            f"images; take branches() at several gains."
        )
    strength = given.mean_left * given.mean_right + given.covariance
    slope = float(given.slope(np.zeros(1))[0])
    if strength * slope <= 1.0:
        raise ParameterError(
            f"network.recurrent has structure with m.n / N = {strength:.6g}, too weak to make an overlap at any gain; "
            f"it needs more than {1.0 / slope:.6g}."
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
            f"network.recurrent has structure with m.n / N = {strength:.6g}, so weak that the overlap vanishes "
            f"right at the onset of chaos; make it stronger."
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
        # from above: the outermost state
        if excess(low) > 0.0:
            kappa = float(brentq(excess, low, high, xtol=1e-12))
            return float(_slope_square(given, kappa, _marginal_variance(given, kappa)) ** -0.5)
    raise ParameterError(
        "the structured fixed point does not become chaotic before its overlap vanishes; take branches() at several "
        "gains."
    )


def _slope_square(given: RankOne, kappa: float, variance: float) -> float:
    mean = given.mean_left * kappa
    return moments(lambda x: given.slope(x + mean), variance)[1]


def _marginal_variance(given: RankOne, kappa: float) -> float:
    """Variance of the fixed point whose gain makes its disc of eigenvalues touch the line of stability."""
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
