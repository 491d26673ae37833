"""Dynamic mean-field theory of the Euler map: the autocorrelation at whole steps, by Newton's method."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev

from neurosim.errors import ParameterError
from neurosim.theory.balance import Balance, Drive, too_close
from neurosim.theory.decay import course
from neurosim.theory.gaussian import correlation

__all__ = ["EulerSolution", "euler_solution", "step_of"]

# Where sech² y, and with it the fluctuations, is 1e-10.
END = 12.2
ITERATIONS = 25
TOLERANCE = 1e-9
# Relative change of the variance in the finite difference for its derivative.
CHANGE = 1e-5


class EulerSolution(NamedTuple):
    """Autocorrelation of the Euler map.

    Attributes
    ----------
    variance : float
        D at lag zero.
    frozen_variance : float
    correlations : ndarray, shape (lags,)
        D / variance, at lags of whole steps.
    rates : numpy.polynomial.Chebyshev
        Correlation of the rates as a function of sqrt(1 - D / variance).
    residual : float
        Largest error of the lag equation, in units of the variance and of (dt/tau)².
    """

    variance: float
    frozen_variance: float
    correlations: np.ndarray
    rates: Chebyshev
    residual: float


def step_of(dt: float, tau: float) -> float:
    """Step in units of tau, at most 1."""
    if dt > tau * (1.0 + 1e-12):
        raise ParameterError(
            f"dt must be at most the time constant {tau:g}, beyond which an Euler step overshoots rest (got {dt:g}); "
            f"try dt <= {tau:g}, or no dt for the flow."
        )
    return min(dt / tau, 1.0)


def euler_solution(flow: Balance, drive: Drive, step: float, reach: float = 0.0) -> EulerSolution:
    r"""Solve the mean-field equations of :math:`x \leftarrow (1-h) x + h \eta`.

    With h the step in units of tau and b = 1 - h, the autocorrelation at n steps obeys

    .. math:: (1 + b^2) D_n - b (D_{n+1} + D_{n-1}) = h^2 \left(g^2 C(D_n; D_0) + \mathrm{constant}\right).

    Parameters
    ----------
    flow : Balance
        Solution for dt → 0, the initial guess when sampled every :math:`h / \sqrt b`: written with second
        differences, the equation of the map is that of the flow with this step.
    drive : Drive
    step : float
        h, between 0 and 1. At 1 successive states are independent but for D(∞).
    reach : float, optional
        Longest lag, in units of tau. Default: until the fluctuations have decayed.

    Raises
    ------
    ParameterError
        When Newton's method does not converge, near the onset of chaos.
    """
    path = course(flow, drive, END)
    spacing = step / np.sqrt(max(1.0 - step, 1e-4))
    count = max(8, int(path.times[-1] / spacing), int(np.ceil(reach / step - 1e-9))) + 2
    variance = flow.variance
    correlations = 1.0 - np.interp(spacing * np.arange(count), path.times, path.nodes) ** 2
    for _ in range(ITERATIONS):
        rates = correlation(drive.rate, variance)
        error = _error(correlations, _curve(drive, rates, variance), step)
        residual = float(np.abs(error).max()) / step**2
        if residual < TOLERANCE:
            frozen = float(variance * correlations[-1]) if flow.frozen_variance > 0.0 else 0.0
            return EulerSolution(variance, frozen, correlations, rates, residual)
        variance, correlations = _newton_step(variance, correlations, drive, step)
    raise too_close(drive.gain)


def _curve(drive: Drive, rates: Chebyshev, variance: float) -> Chebyshev:
    return (drive.gain**2 * rates + drive.constant) / variance


def _error(correlations: np.ndarray, curve: Chebyshev, step: float) -> np.ndarray:
    """Residual of the lag equation, with D even about lag zero and constant beyond the last lag."""
    kept = 1.0 - step
    error = (1.0 + kept**2) * correlations - step**2 * curve(np.sqrt(np.clip(1.0 - correlations, 0.0, 1.0)))
    error[1:] -= kept * correlations[:-1]
    error[:-1] -= kept * correlations[1:]
    error[0] -= kept * correlations[1]
    error[-1] -= kept * correlations[-1]
    return error


def _newton_step(
    variance: float, correlations: np.ndarray, drive: Drive, step: float
) -> tuple[float, np.ndarray]:
    """One Newton step: a tridiagonal system, bordered by the derivative by the variance."""
    from scipy.linalg import solve_banded

    kept = 1.0 - step
    rates, other = correlation(drive.rate, variance), variance * (1.0 + CHANGE)
    curve = _curve(drive, rates, variance)
    error = _error(correlations, curve, step)
    shifted = _error(correlations, _curve(drive, correlation(drive.rate, other), other), step)
    by_variance = (shifted - error) / CHANGE
    node = np.sqrt(np.clip(1.0 - correlations[1:], 1e-30, 1.0))
    bands = np.full((3, node.size), -kept)
    bands[1] = 1.0 + kept**2 + step**2 * curve.deriv()(node) / (2.0 * node)
    bands[1, -1] -= kept
    own, through = solve_banded((1, 1), bands, np.stack([error[1:], by_variance[1:]], axis=1)).T
    change = -(error[0] + 2.0 * kept * own[0]) / (by_variance[0] + 2.0 * kept * through[0])
    if not np.isfinite(change):
        raise too_close(drive.gain)
    part = min(1.0, 0.5 / max(abs(change), 1e-300))
    correlations = correlations.copy()
    correlations[1:] = np.clip(correlations[1:] - part * (own + through * change), -0.1, 1.0)
    return variance * float(np.exp(part * change)), correlations
