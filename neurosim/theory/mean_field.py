"""Dynamic mean-field theory of random networks: what one unit does when there are infinitely many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Chebyshev

from neurosim.errors import ParameterError
from neurosim.theory.balance import NODE, Balance, balance, force, too_close
from neurosim.theory.gain import random_gain
from neurosim.theory.gaussian import moments
from neurosim.theory.unit import described
from neurosim.validation import finite, non_negative

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Autocorrelation", "autocorrelation", "variance"]

# Nodes of the time function: fewer than those of the correlation, because its last ones divide by
# the square of the distance to the end.
NODES = 32


@dataclass(frozen=True, eq=False)
class Autocorrelation:
    """Predicted autocorrelation of the activity of one unit.

    Attributes
    ----------
    lags : ndarray, shape (lags,)
        Lags s, in the unit of `neuron.tau`.
    values : ndarray, shape (lags,)
        D(s) = ⟨x(t) x(t+s)⟩ of the state x.
    rate_values : ndarray, shape (lags,)
        C(s) = ⟨φ(x(t)) φ(x(t+s))⟩ of the rate.
    variance : float
        D(0).
    frozen_variance : float
        D(∞): variance over units of the states' averages in time. Zero where φ is odd and the network is
        chaotic; equal to `variance` at a fixed point.
    rate_mean, rate_variance : float
        Mean and variance of the rate over units and time.
    gain : float
        The gain g of the random weights.
    """

    lags: np.ndarray
    values: np.ndarray
    rate_values: np.ndarray
    variance: float
    frozen_variance: float
    rate_mean: float
    rate_variance: float
    gain: float


def autocorrelation(
    network: Network, *, gain: float | None = None, lags: np.ndarray | None = None
) -> Autocorrelation:
    r"""Autocorrelation of the activity of an infinitely large random network.

    Each unit is driven by a Gaussian process whose covariance is that of the rates of all units,

    .. math:: \tau \dot x = -x + \eta, \qquad \langle\eta(t)\eta(t+s)\rangle = g^2 C(s), \qquad
              C(s) = \langle\phi(x(t))\,\phi(x(t+s))\rangle,

    so that :math:`D(s) = \langle x(t) x(t+s)\rangle` obeys :math:`\tau^2 D'' = D - g^2 C(D)`. Its stationary
    decaying solution describes chaos. Below the critical gain the solution is a fixed point: D is constant,
    and zero where φ is odd.

    Parameters
    ----------
    network : Network
        Of units in current form (LeakyCurrent) without bias, with independent weights of zero mean and
        variance g²/N. Orthogonal weights have the same theory. Its inputs are taken to be silent.
    gain : float, optional
        Gain g of the random weights. Default: that of the network, see `gain_of`.
    lags : ndarray, optional
        Lags at which to evaluate, in the unit of `neuron.tau`; negative ones are allowed. Default: 801 lags
        from 0 to where the fluctuations have decayed to 10⁻⁴.

    Returns
    -------
    Autocorrelation

    Raises
    ------
    ParameterError
        When the theory does not describe the neuron or the weights.

    Notes
    -----
    About 40 ms, whatever the size. Finite networks come close at 1000 units: their variance is lower by
    about 1 % at g = 2, and spreads by 3 %. With structured weights of strength J beside the random ones, pass
    ``gain=``: the prediction is that of the random part alone.

    References
    ----------
    H. Sompolinsky, A. Crisanti, H. J. Sommers, Phys. Rev. Lett. 61, 259 (1988).
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), for D(∞) > 0.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), size=10, rng=0)
    >>> round(ns.theory.autocorrelation(chaotic).variance, 4)
    1.9248
    """
    tau, rate = described(network)
    gain = random_gain(network) if gain is None else non_negative("gain", gain)
    solution = balance(rate, gain)
    lags = None if lags is None else _checked_lags(lags)
    lags, node = _decay(solution, gain, lags, tau)
    rate_mean, rate_square = moments(rate, solution.variance)
    return Autocorrelation(
        lags=lags,
        values=solution.variance * (1.0 - node**2),
        rate_values=solution.rates(node),
        variance=solution.variance,
        frozen_variance=solution.frozen_variance,
        rate_mean=rate_mean,
        rate_variance=rate_square - rate_mean**2,
        gain=gain,
    )


def variance(network: Network, *, gain: float | None = None) -> float:
    r"""Variance D(0) of the states of an infinitely large random network, over units and time.

    Parameters
    ----------
    network, gain
        As in `autocorrelation`.

    Returns
    -------
    float
        In squared units of the state; 0 below the critical gain of an odd nonlinearity.
    """
    _, rate = described(network)
    return balance(rate, random_gain(network) if gain is None else non_negative("gain", gain)).variance


def _checked_lags(lags: np.ndarray) -> np.ndarray:
    lags = finite("lags", lags, np.float64)
    if lags.ndim != 1 or lags.size == 0:
        raise ParameterError(f"lags has shape {lags.shape}; give one axis of lags, for instance run.times.")
    return lags


def _decay(
    solution: Balance, gain: float, lags: np.ndarray | None, tau: float
) -> tuple[np.ndarray, np.ndarray]:
    r"""Lags, and v = sqrt(1 - D / variance) at them.

    With :math:`D = D_\infty + A\,\mathrm{sech}^2 y` the time :math:`s(y)` has a smooth slope that tends to
    a constant, although D leaves its start with zero speed and takes for ever to arrive.
    """
    from scipy.interpolate import CubicSpline

    if solution.frozen_variance == solution.variance:
        lags = np.linspace(0.0, 10.0 * tau, 801) if lags is None else lags
        return lags, np.zeros_like(lags)
    slope = _time_slope(solution, gain)
    end = np.arccosh(100.0)
    if lags is not None:
        end = max(end, 1.0 + np.abs(lags).max() / tau / slope(np.linspace(0.0, 1.0, 200)).min())
    grid = np.linspace(0.0, end, int(end / 0.02) + 2)
    times = CubicSpline(grid, slope(np.tanh(grid))).antiderivative()(grid)
    if lags is None:
        lags = tau * np.linspace(0.0, times[-1], 801)
    rest = np.sqrt(1.0 - solution.frozen_variance / solution.variance)
    return lags, rest * np.tanh(CubicSpline(times, grid)(np.abs(lags) / tau))


def _time_slope(solution: Balance, gain: float) -> Chebyshev:
    r"""Slope ds/dy in units of tau, as a function of tanh y, from :math:`D'^2 = -2 (V(D) - V(D_0))`."""
    start, rest = solution.variance, np.sqrt(1.0 - solution.frozen_variance / solution.variance)
    energy = (4.0 * start * force(solution.rates, gain, start) * NODE).integ()

    def slope(fraction: np.ndarray) -> np.ndarray:
        place = rest * fraction
        # measured from the nearer end, where the speed vanishes and must not be a difference of large numbers
        square = energy(place) - np.where(fraction < 0.7, energy(0.0), energy(rest))
        if (square <= 0.0).any():
            raise too_close(gain)
        return 2.0 * start * place * (rest**2 - place**2) / (rest * np.sqrt(square))

    return Chebyshev.interpolate(slope, NODES - 1, domain=[0.0, 1.0])
