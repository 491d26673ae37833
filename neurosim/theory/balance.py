"""Self-consistent variance of the stationary state in dynamic mean-field theory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebint, chebvander

from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.theory.gaussian import NODES, Rate, correlation, moments, second_moments, stride_for

__all__ = ["Balance", "Drive", "balance", "force", "static_variance", "too_close"]

# Variances between which a solution is searched, in squared units of the state.
VARIANCES = np.logspace(-10.0, 10.0, 161)
# Relative error of the coarse averages that bracket solutions.
COARSE = 0.05
# The variable v = sqrt(1 - D / variance), from the start of D to zero.
NODE = Chebyshev([0.5, 0.5], domain=[0.0, 1.0])
# Functions of v are lists of coefficients while a solution is searched for: of D / variance, and matrices for the
# integral from v = 0 of the function times v, and for its values on a grid.
SHARE = np.append((1.0 - NODE**2).coef, np.zeros(NODES - 3))
NEIGHBOURS = np.eye(NODES, NODES + 1, 1) + np.eye(NODES, NODES + 1, -1)
TIMES_NODE = 0.5 * np.eye(NODES, NODES + 1) + 0.25 * NEIGHBOURS
TIMES_NODE[0, 1] = 0.5
INTEGRAL = chebint(TIMES_NODE, scl=0.5, lbnd=-1.0, axis=1)
GRID = np.linspace(0.0, 1.0, 400)
ON_GRID = chebvander(2.0 * GRID - 1.0, NODES - 1)


class Drive(NamedTuple):
    """Statistics of the input of a unit: Gaussian fluctuations of covariance g² C(s), and a constant that varies.

    Attributes
    ----------
    rate : callable
        The nonlinearity φ, about the mean of the states.
    gain : float
        Standard deviation of the weights times the square root of the number of units.
    constant : float
        Variance over units of the part of the input that is constant in time.
    """

    rate: Rate
    gain: float
    constant: float = 0.0


@dataclass(frozen=True, eq=False)
class Balance(Result):
    """Self-consistent stationary state: its variance and the part of it that is constant in time.

    Attributes
    ----------
    variance : float
        D(0), variance of the state over units and time.
    frozen_variance : float
        D(∞), the variance over units of the averages in time; equal to `variance` at a fixed point.
    rates : numpy.polynomial.Chebyshev
        Correlation of the rates as a function of ``sqrt(1 - D / variance)``.
    """

    variance: float
    frozen_variance: float
    rates: Chebyshev


def static_variance(drive: Drive) -> float:
    r"""Variance of the states over units at a fixed point.

    .. math:: D_0 = g^2 \langle\phi(\sqrt{D_0} z)^2\rangle + \mathrm{constant}

    Returns
    -------
    float
        The largest solution; 0 if the silent state is the only one.

    Raises
    ------
    ParameterError
        When activity grows without bound, as it does above a gain of √2 with a rectified linear φ.
    """
    from scipy.optimize import brentq

    rate, gain, constant = drive

    def excess(variance: float, stride: int) -> float:
        return (gain**2 * moments(rate, variance, stride)[1] + constant) / variance - 1.0

    if excess(VARIANCES[-1], 1) > 0.0:
        raise ParameterError(
            f"gain must be smaller for a rate that does not saturate (got {gain:.6g}, at which the activity grows "
            f"without bound); try a smaller gain, or a rate that saturates."
        )
    roughly = (gain**2 * second_moments(rate, VARIANCES) + constant) / VARIANCES - 1.0
    places = np.flatnonzero(roughly[:-1] > -COARSE)[::-1]
    stride = stride_for(rate, VARIANCES[places[0] + 1]) if places.size else 1
    # from above, for the largest solution
    for place in places:
        low, high = VARIANCES[place : place + 2]
        if excess(low, stride) > 0.0:
            return float(brentq(excess, low, high, (stride,), rtol=1e-13))
    return 0.0


def balance(drive: Drive, tolerance: float = 1e-13) -> Balance:
    r"""Solve for the variance of the stationary state.

    The autocorrelation D obeys :math:`D'' = D - g^2 C(D) = -dV/dD`: a particle that starts at rest at D(0)
    and ends at rest at D(∞), so that :math:`\int_{D(\infty)}^{D(0)} (g^2 C - D)\, dD = 0` (Sompolinsky,
    Crisanti & Sommers 1988), with the constant drive added to g² C. A fixed point, D constant, is the solution as
    long as it is stable, that is as long as the integrand has no second zero below it.

    Parameters
    ----------
    drive : Drive
        If its mean rate or its constant is not zero, neither is D(∞).
    tolerance : float, optional
        Relative error of a variance that fluctuates.

    Returns
    -------
    Balance
    """
    from scipy.optimize import brentq

    static = static_variance(drive)
    stride = stride_for(drive.rate, static)
    rates = correlation(drive.rate, static, stride)
    if static == 0.0 or (not _decays_to_zero(drive, static) and _is_stable(drive, rates, static)):
        return Balance(static, static, rates)

    def work(variance: float) -> float:
        return _work(drive, variance, stride)[0]

    if work(static) >= 0.0:
        raise too_close(drive.gain)
    smallest = 1e-2 * tolerance * static
    variance = float(brentq(work, _below(work, static), static, xtol=smallest, rtol=tolerance))
    _, rest, rates = _work(drive, variance, stride)
    return Balance(variance, variance * (1.0 - rest**2), rates)


def too_close(gain: float) -> ParameterError:
    """Return the error for a gain at which rounding hides the fluctuations."""
    return ParameterError(
        f"gain must be further from the onset of chaos (got {gain:.10g}, where rounding hides the solution); try one "
        f"further from critical_gain(network)."
    )


def force(rates: Chebyshev, drive: Drive, variance: float) -> Chebyshev:
    """Minus the acceleration of the particle, g² C + constant - D, as a function of v = sqrt(1 - D / variance)."""
    return drive.gain**2 * rates + drive.constant - variance * (1.0 - NODE**2)


def _decays_to_zero(drive: Drive, variance: float) -> bool:
    """Whether D(∞) is 0: an odd φ has a convex g² C through 0, and its fixed point is never stable."""
    return drive.constant + drive.gain**2 * moments(drive.rate, variance)[0] ** 2 < 1e-14 * variance


def _is_stable(drive: Drive, rates: Chebyshev, variance: float) -> bool:
    pull = _pull(rates, drive, variance)
    # at the start g² C + constant = D exactly, so that the difference is the error of the averages
    on_grid = ON_GRID @ pull
    return bool(on_grid.min() > -max(1e-12 * variance, 4.0 * abs(on_grid[0])))


def _below(work: Callable[[float], float], static: float) -> float:
    """Variance below the solution, at which the particle overshoots."""
    for variance in static * np.geomspace(0.8, 1e-6, 60):
        if work(variance) > 0.0:
            return float(variance)
    raise ParameterError(
        "neuron must have a rate for which a decaying autocorrelation solves the mean-field equations (got one that is "
        "nearly constant around zero); try a simulation of the network instead."
    )


def _pull(rates: Chebyshev, drive: Drive, variance: float) -> np.ndarray:
    """Coefficients of the force."""
    pull = np.multiply(drive.gain**2, rates.coef) - np.multiply(variance, SHARE)
    pull[0] += drive.constant
    return pull


def _value(coefficients: np.ndarray, node: float) -> float:
    angle = np.arccos(2.0 * node - 1.0)
    return float(coefficients @ np.cos(angle * np.arange(coefficients.size)))


def _resting_point(pull: np.ndarray) -> float:
    """Where D ends: the smaller zero of g² C - D, convex in D, as a value of v, or the point nearest to one."""
    from scipy.optimize import brentq

    on_grid = ON_GRID @ pull
    turning = int(np.argmin(on_grid))
    if on_grid[turning] >= 0.0 or on_grid[-1] <= 0.0:
        return float(GRID[turning])
    return float(brentq(lambda node: _value(pull, node), GRID[turning], 1.0, xtol=1e-15))


def _work(drive: Drive, variance: float, stride: int) -> tuple[float, float, Chebyshev]:
    """Integral of the force, from the end of D to its start, over variance²; the end as a value of v; the rates."""
    rates = correlation(drive.rate, variance, stride)
    pull = _pull(rates, drive, variance)
    end = 1.0 if _decays_to_zero(drive, variance) else _resting_point(pull)
    return 2.0 * _value(pull @ INTEGRAL, end) / variance, end, rates
