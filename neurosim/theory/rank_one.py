"""Random networks with structure of rank one: how far the activity lines up with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.theory.gain import random_gain
from neurosim.theory.gaussian import moments
from neurosim.theory.unit import described

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.theory.gaussian import Rate

__all__ = ["overlap"]

ITERATIONS = 20_000


class _Vectors(NamedTuple):
    mean_left: float
    std_left: float
    mean_right: float
    covariance: float


class _Average(NamedTuple):
    rate: float
    rate_square: float
    slope: float
    slope_square: float


def overlap(network: Network) -> float:
    r"""Overlap :math:`\kappa = n^T \phi / N` at a fixed point of large networks :math:`W = gJ + m n^T / N`.

    The states are Gaussian over units, with mean :math:`\mu = \bar m \kappa` and variance :math:`D_0`:

    .. math:: \kappa = \bar n \langle\phi\rangle + \mathrm{cov}(m, n)\, \kappa \langle\phi'\rangle, \qquad
              D_0 = g^2 \langle\phi^2\rangle + \mathrm{var}(m)\, \kappa^2.

    Parameters
    ----------
    network : Network
        Of units in current form without bias; random weights of zero mean, and one low-rank pair. Means,
        variance and covariance are those of the vectors that the network has.

    Returns
    -------
    float
        At least 0; the solution with the opposite sign exists too where φ is odd.

    Raises
    ------
    ParameterError
        When the theory does not describe the network, or the fixed point is unstable and chaos follows.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018).
    """
    _, rate = described(network)
    gain, vectors = _gain_of_random_part(network), _moments(network.recurrent)
    # from above, so that the iteration ends at the outer branch where there are several
    kappa = abs(vectors.mean_right) + abs(vectors.covariance)
    variance = gain**2 + (vectors.std_left * kappa) ** 2
    for _ in range(ITERATIONS):
        before = kappa, variance
        average = _average(rate, vectors.mean_left * kappa, variance)
        kappa = vectors.mean_right * average.rate + vectors.covariance * kappa * average.slope
        variance = gain**2 * average.rate_square + (vectors.std_left * kappa) ** 2
        if max(abs(kappa - before[0]), abs(variance - before[1])) < 1e-10:
            break
    if gain**2 * average.slope_square > 1.0:
        raise ParameterError(
            f"network has the random gain {gain:.6g}, at which its fixed point is unstable; lower the gain "
            f"until gain² ⟨φ'²⟩ = {gain**2 * average.slope_square:.3g} is below 1."
        )
    return abs(kappa)


def _gain_of_random_part(network: Network) -> float:
    base = network.recurrent.base
    return 0.0 if base is None else random_gain(network.replace(recurrent=Operator(base)))


def _moments(operator: Operator) -> _Vectors:
    if operator.left is None or operator.right is None or operator.rank != 1:
        raise ParameterError(f"network.recurrent has a part of rank {operator.rank}; give it rank one.")
    left = operator.left[:, 0].astype(np.float64)
    right = operator.right[:, 0].astype(np.float64) * operator.size
    covariance = float(np.mean(left * right) - left.mean() * right.mean())
    return _Vectors(float(left.mean()), float(left.std()), float(right.mean()), covariance)


def _average(rate: Rate, mean: float, variance: float) -> _Average:
    """Averages over a Gaussian state; the slope by Stein's lemma and by differences."""
    variance = max(variance, 1e-12)
    step = 1e-4 * np.sqrt(variance)

    def shifted(x: np.ndarray) -> np.ndarray:
        return rate(x + mean)

    def slope(x: np.ndarray) -> np.ndarray:
        return (shifted(x + step) - shifted(x - step)) / (2.0 * step)

    return _Average(*moments(shifted, variance), *moments(slope, variance))
