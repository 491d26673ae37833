"""Self-consistent variance of a random network: units make the fluctuations that they receive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev

from neurosim.errors import ParameterError
from neurosim.theory.gaussian import Rate, correlation, moments

__all__ = ["Balance", "balance", "static_variance"]

# Span of variances in which a balance is looked for, in squared units of the state.
VARIANCES = np.logspace(-10.0, 10.0, 161)
# The variable v = sqrt(1 - D / variance), from the start of D to zero.
NODE = Chebyshev([0.5, 0.5], domain=[0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Balance:
    """Solution of the self-consistency: how much of the activity there is, and how much of it never changes.

    Attributes
    ----------
    variance : float
        D(0), variance of the state over units and time.
    frozen_variance : float
        D(∞), the part of it that differs between units and is constant in time; equal to `variance` at a
        fixed point.
    rates : numpy.polynomial.Chebyshev
        Correlation of the rates as a function of ``sqrt(1 - D / variance)``.
    """

    variance: float
    frozen_variance: float
    rates: Chebyshev


def static_variance(rate: Rate, gain: float) -> float:
    r"""Variance of the states over units at a fixed point.

    .. math:: D_0 = g^2 \langle\phi(\sqrt{D_0} z)^2\rangle

    Parameters
    ----------
    rate : callable
        The nonlinearity φ.
    gain : float

    Returns
    -------
    float
        The largest solution; 0 where only the silent one exists.

    Raises
    ------
    ParameterError
        When activity grows without bound, as it does above a gain of √2 with a rectified linear φ.
    """
    from scipy.optimize import brentq

    def excess(variance: float) -> float:
        return gain**2 * moments(rate, variance)[1] / variance - 1.0

    values = np.array([excess(variance) for variance in VARIANCES])
    if values[-1] > 0.0:
        raise ParameterError(
            f"gain = {gain:.6g}: activity grows without bound, because the nonlinearity does not saturate; "
            f"give a smaller gain or a rate that saturates."
        )
    above = np.flatnonzero(values > 0.0)
    if above.size == 0:
        return 0.0
    return float(brentq(excess, VARIANCES[above[-1]], VARIANCES[above[-1] + 1], rtol=1e-13))


def balance(rate: Rate, gain: float) -> Balance:
    r"""Solve for the variance of the stationary state.

    The autocorrelation D obeys :math:`D'' = D - g^2 C(D) = -dV/dD`: a particle that starts at rest at D(0)
    and ends at rest at D(∞), so that :math:`\int_{D(\infty)}^{D(0)} (g^2 C - D)\, dD = 0` (Sompolinsky,
    Crisanti & Sommers 1988). A fixed point, D constant, is the solution as long as it is stable, that is as
    long as :math:`g^2 C - D` has no second zero below it.

    Parameters
    ----------
    rate : callable
        The nonlinearity φ; where it is not odd, D(∞) is not zero.
    gain : float
        Standard deviation of the weights times the square root of the number of units.

    Returns
    -------
    Balance
    """
    from scipy.optimize import brentq

    static = static_variance(rate, gain)
    rates = correlation(rate, static)
    if static == 0.0 or _is_stable(force(rates, gain, static), static):
        return Balance(static, static, rates)

    def work(variance: float) -> float:
        return _work(rate, gain, variance)[0]

    if work(static) >= 0.0:
        raise too_close(gain)
    variance = float(brentq(work, _below(work, static), static, xtol=1e-15 * static, rtol=1e-13))
    _, rest = _work(rate, gain, variance)
    return Balance(variance, variance * (1.0 - rest**2), correlation(rate, variance))


def too_close(gain: float) -> ParameterError:
    """Return the error for a gain at which fluctuations are lost in rounding."""
    return ParameterError(
        f"gain = {gain:.10g} is so close to the onset of chaos that rounding hides the solution; "
        f"give a gain further from critical_gain(network)."
    )


def force(rates: Chebyshev, gain: float, variance: float) -> Chebyshev:
    """The function g² C - D, minus the acceleration of the particle, of v = sqrt(1 - D / variance)."""
    return gain**2 * rates - variance * (1.0 - NODE**2)


def _is_stable(force: Chebyshev, variance: float) -> bool:
    return bool(force(_turning_point(force)) > -1e-12 * variance)


def _below(work: Callable[[float], float], static: float) -> float:
    """Variance below the one that is searched for, where the particle overshoots."""
    for variance in static * np.geomspace(0.8, 1e-6, 60):
        if work(variance) > 0.0:
            return float(variance)
    raise ParameterError(
        "no decaying autocorrelation solves the mean-field equations for this rate, which hardly answers "
        "near zero; simulate the network instead."
    )


def _turning_point(force: Chebyshev) -> float:
    """Where g² C - D, convex in D, is least."""
    grid = np.linspace(0.0, 1.0, 400)
    return float(grid[np.argmin(force(grid))])


def _resting_point(force: Chebyshev) -> float:
    """Where D ends: the smaller zero of g² C - D as a value of v, or the point nearest to one."""
    from scipy.optimize import brentq

    turning = _turning_point(force)
    if force(turning) >= 0.0 or force(1.0) <= 0.0:
        return turning
    return float(brentq(force, turning, 1.0, xtol=1e-15))


def _work(rate: Rate, gain: float, variance: float) -> tuple[float, float]:
    """Integral of g² C - D, from the end of D to its start, over variance²; and the end as a value of v."""
    pull = force(correlation(rate, variance), gain, variance)
    # a rate of zero mean, such as that of an odd φ, leaves nothing frozen: D ends at 0
    silent = gain**2 * moments(rate, variance)[0] ** 2 < 1e-14 * variance
    end = 1.0 if silent else _resting_point(pull)
    return 2.0 * float((pull * NODE).integ(lbnd=0.0)(end)) / variance, end
