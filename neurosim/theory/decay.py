"""Autocorrelation as a function of time, from the mean-field equation of motion of D."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev

from neurosim.theory.balance import NODE, Balance, Drive, force, too_close

__all__ = ["Course", "course", "nodes_at"]

# Nodes of the time function: fewer than those of the correlation, because its last ones divide by
# the square of the distance to the end.
NODES = 32


class Course(NamedTuple):
    r"""Time course of the autocorrelation D: times in units of tau, and v = sqrt(1 - D / variance) at them.

    With :math:`D = D_\infty + A\,\mathrm{sech}^2 y` the time :math:`s(y)` has a smooth slope that tends to a constant,
    although D starts with zero speed and reaches :math:`D_\infty` after infinite time only. The places y are evenly
    spaced.
    """

    places: np.ndarray
    times: np.ndarray
    nodes: np.ndarray


def course(solution: Balance, drive: Drive, end: float, step: float = 0.02) -> Course:
    """Time course of D up to y = `end`, at which the fluctuations have decayed to sech² y."""
    from scipy.interpolate import CubicSpline

    slope = _time_slope(solution, drive)
    places = np.linspace(0.0, end, int(end / step) + 2)
    times = CubicSpline(places, slope(np.tanh(places))).antiderivative()(places)
    return Course(places, times, _rest(solution) * np.tanh(places))


def nodes_at(solution: Balance, drive: Drive, times: np.ndarray) -> np.ndarray:
    """Values of v = sqrt(1 - D / variance) at given times, in units of tau."""
    from scipy.interpolate import CubicSpline

    slowest = _time_slope(solution, drive)(np.linspace(0.0, 1.0, 200)).min()
    path = course(solution, drive, 1.0 + np.abs(times).max() / slowest)
    return _rest(solution) * np.tanh(CubicSpline(path.times, path.places)(np.abs(times)))


def _rest(solution: Balance) -> float:
    return float(np.sqrt(1.0 - solution.frozen_variance / solution.variance))


def _time_slope(solution: Balance, drive: Drive) -> Chebyshev:
    r"""Slope ds/dy in units of tau, as a function of tanh y, from :math:`D'^2 = -2 (V(D) - V(D_0))`."""
    start, rest = solution.variance, _rest(solution)
    energy = (4.0 * start * force(solution.rates, drive, start) * NODE).integ()

    def slope(fraction: np.ndarray) -> np.ndarray:
        place = rest * fraction
        # from the nearer end, at which the speed vanishes, to avoid cancellation
        square = energy(place) - np.where(fraction < 0.7, energy(0.0), energy(rest))
        if (square <= 0.0).any():
            raise too_close(drive.gain)
        return 2.0 * start * place * (rest**2 - place**2) / (rest * np.sqrt(square))

    return Chebyshev.interpolate(slope, NODES - 1, domain=[0.0, 1.0])
