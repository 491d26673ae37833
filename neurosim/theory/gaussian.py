"""Averages of a nonlinearity over correlated Gaussian variables, the integrals of every mean-field theory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander

__all__ = ["correlation", "moments"]

Rate = Callable[[np.ndarray], np.ndarray]

# Standard deviations: 8 for the average, and room for the smoothing to wrap around without touching it.
HALF_WIDTH = 12.0
# A power of two for the Fourier transform; twice the step of 0.006 resolves a tanh up to gains of 50.
POINTS = 4096
# Interpolation in sqrt(1 - correlation) converges geometrically; 48 give 1e-9 up to gains of 20.
NODES = 48


class _Kernels(NamedTuple):
    """Weights of the standard normal variable, and for each node what makes the average there."""

    weights: np.ndarray
    smoothing: np.ndarray
    shared: np.ndarray
    to_coefficients: np.ndarray


@lru_cache(maxsize=1)
def _points() -> np.ndarray:
    """Values of a standard normal variable, zero among them."""
    return (np.arange(POINTS) - POINTS // 2) * (2.0 * HALF_WIDTH / POINTS)


@lru_cache(maxsize=2)
def _kernels(stride: int) -> _Kernels:
    points = _points()[::stride]
    angles = np.pi * (np.arange(NODES) + 0.5) / NODES
    private = (0.5 * (1.0 + np.cos(angles)))[:, None] ** 2
    waves = 2.0 * np.pi * np.fft.rfftfreq(points.size, points[1] - points[0])
    to_coefficients = (2.0 / NODES) * chebvander(np.cos(angles), NODES - 1).T
    to_coefficients[0] *= 0.5
    return _Kernels(
        weights=_normalised(np.exp(-0.5 * points**2)),
        smoothing=np.exp(-0.5 * waves**2 * private),
        shared=_normalised(np.exp(-0.5 * points**2 / (1.0 - private))),
        to_coefficients=to_coefficients,
    )


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=-1, keepdims=True)


def _extrapolated(average: Callable[[int], np.ndarray]) -> np.ndarray:
    """Average without the error of a corner or step at zero (Richardson, with every second point)."""
    return (4.0 * average(1) - average(2)) / 3.0


def moments(rate: Rate, variance: float) -> tuple[float, float]:
    r"""Mean and second moment of a rate, :math:`\langle\phi(x)\rangle` and :math:`\langle\phi(x)^2\rangle`.

    Parameters
    ----------
    rate : callable
        The function φ of an array.
    variance : float
        Variance of the Gaussian x, which has zero mean.

    Returns
    -------
    tuple of float
        Sums on 4096 points over ±12 standard deviations: exact to rounding for a smooth φ, to
        1e-10 with a corner at zero.
    """
    values = rate(np.sqrt(variance) * _points())
    powers = np.array([values, values**2])
    mean, square = _extrapolated(lambda stride: powers[:, ::stride] @ _kernels(stride).weights)
    return float(mean), float(square)


def correlation(rate: Rate, variance: float) -> Chebyshev:
    r"""Correlation :math:`C(\rho) = \langle\phi(x)\phi(y)\rangle` of the rates of two correlated inputs.

    x and y are Gaussian with zero mean, the given variance, and correlation coefficient ρ between 0 and 1.
    They are split into a shared and two private parts, :math:`x = \sqrt\rho z + \sqrt{1-\rho} a`, so that C
    is the average over z of the squared φ smoothed over a; the smoothing is a product in Fourier space.

    Parameters
    ----------
    rate : callable
        The function φ of an array.
    variance : float
        Variance of x and of y.

    Returns
    -------
    numpy.polynomial.Chebyshev
        C as a function of :math:`v = \sqrt{1-\rho}` on [0, 1]. In v, unlike ρ, it has no root singularity at
        ρ = 1 even where φ is a step: sign(x) gives :math:`(2/\pi)\arcsin(1 - v^2)`.

    Notes
    -----
    About 4 ms. Accurate to 1e-9 where φ varies over more than 0.05 standard deviations of x, corners at zero
    included. A φ that grows like the exponential function is not: it joins badly where the grid ends.
    """
    values = rate(np.sqrt(variance) * _points())

    def average(stride: int) -> np.ndarray:
        kernels = _kernels(stride)
        transformed = np.fft.rfft(values[::stride]) * kernels.smoothing
        smoothed = np.fft.irfft(transformed, POINTS // stride, axis=1)
        return np.einsum("ij,ij,ij->i", kernels.shared, smoothed, smoothed)

    return Chebyshev(_kernels(1).to_coefficients @ _extrapolated(average), domain=[0.0, 1.0])
