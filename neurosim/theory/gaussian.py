"""Gaussian averages of a nonlinearity, over one variable and over two correlated ones, for mean-field theory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.polynomial.chebyshev import chebvander
from numpy.polynomial.hermite_e import hermegauss, hermevander

__all__ = ["correlation", "mean_derivatives", "moments", "second_moments", "stride_for"]

Rate = Callable[[np.ndarray], np.ndarray]

# Half width of the grid in standard deviations: 8 for the average, the rest for the window that fades out the rate.
HALF_WIDTH = 12.0
FADE = 10.2
FADE_WIDTH = 0.35
# A power of two for the Fourier transform; twice the step of 0.006 resolves a tanh up to gains of 50.
POINTS = 4096
# Standard deviations beyond which a Gaussian is below rounding, in real space and in frequency.
GONE = 8.6
# Smallest number of points, for a rate that varies slowly, such as a line.
FEWEST = 256
# Standard deviation of the shared part below which this many Gauss–Hermite points are exact to rounding.
NARROW = 0.25
FEW = 16
# Interpolation in sqrt(1 - correlation) converges geometrically; 48 give 1e-9 up to gains of 20.
NODES = 48


class _Smoothing(NamedTuple):
    """Nodes whose smoothed rates are band-limited enough for this number of points."""

    points: int
    by_wave: np.ndarray
    shared: np.ndarray


class _Kernels(NamedTuple):
    """Weights of the standard normal variable, and the arrays that make the average at each node.

    If the shared part is narrow, the grid of a smooth rate is too coarse for it: then the average is by Gauss–Hermite
    quadrature, at whose points the remaining Fourier components are summed.
    """

    weights: np.ndarray
    at_few: np.ndarray
    few_weights: np.ndarray
    smoothings: tuple[_Smoothing, ...]
    to_coefficients: np.ndarray


@lru_cache(maxsize=16)
def _points(stride: int) -> np.ndarray:
    """Values of a standard normal variable: midpoints of intervals, without zero, where rates have corners."""
    return (np.arange(POINTS // stride) + 0.5) * (2.0 * HALF_WIDTH * stride / POINTS) - HALF_WIDTH


@lru_cache(maxsize=16)
def _fading(stride: int) -> np.ndarray:
    """Window that is 1 up to 8 standard deviations and 0 at the ends, for periodic Fourier transforms."""
    from scipy.special import erfc

    return 0.5 * erfc((np.abs(_points(stride)) - FADE) / FADE_WIDTH)


@lru_cache(maxsize=1)
def _root_weights() -> np.ndarray:
    return np.exp(-0.25 * _points(1) ** 2)


@lru_cache(maxsize=64)
def _hermite(stride: int, count: int) -> np.ndarray:
    """Hermite polynomials times the weights of the points."""
    return hermevander(_points(stride), count - 1).T * _kernels(stride).weights


@lru_cache(maxsize=16)
def _kernels(stride: int) -> _Kernels:
    points = _points(stride)
    angles = np.pi * (np.arange(NODES) + 0.5) / NODES
    private = (0.5 * (1.0 + np.cos(angles)))[:, None] ** 2
    narrow = np.count_nonzero(1.0 - private < NARROW**2)
    few, few_weights = hermegauss(FEW)
    centers = np.sqrt(1.0 - private[:narrow, :, None]) * few[:, None]
    waves = 2.0 * np.pi * np.fft.rfftfreq(points.size, points[1] - points[0])
    left = waves[: np.searchsorted(waves, GONE) + 2]
    at_few = np.exp(1j * left * (centers - points[0]) - 0.5 * left**2 * private[:narrow, :, None])
    to_coefficients = (2.0 / NODES) * chebvander(np.cos(angles), NODES - 1).T
    to_coefficients[0] *= 0.5
    return _Kernels(
        weights=_normalize(np.exp(-0.5 * points**2)),
        at_few=at_few * np.where(left > 0.0, 2.0, 1.0) / points.size,
        few_weights=_normalize(few_weights),
        smoothings=tuple(_smoothings(points, waves, private[narrow:])),
        to_coefficients=to_coefficients,
    )


def _smoothings(points: np.ndarray, waves: np.ndarray, private: np.ndarray) -> Iterator[_Smoothing]:
    """Smoothing by private parts of decreasing variance, on grids of increasing size."""
    # twice the highest remaining frequency, because the smoothed values are squared
    last = 4.0 * np.searchsorted(waves, GONE / np.sqrt(private[:, 0])) + 2.0
    needed = np.minimum(np.maximum(2 ** np.ceil(np.log2(last)), FEWEST), points.size).astype(int)
    for count in np.unique(needed):
        own, kept = private[needed == count], points[:: points.size // count]
        yield _Smoothing(
            points=int(count),
            by_wave=np.exp(-0.5 * waves[: count // 2 + 1] ** 2 * own) * (count / points.size),
            shared=_normalize(np.exp(-0.5 * kept**2 / (1.0 - own))),
        )


def _normalize(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=-1, keepdims=True)


def _average(average: Callable[[int], np.ndarray], stride: int) -> np.ndarray:
    """Average; on the full grid with Richardson extrapolation, which removes the error of a corner or step at zero."""
    return average(stride) if stride > 1 else (4.0 * average(1) - average(2)) / 3.0


def moments(rate: Rate, variance: float, stride: int = 1) -> tuple[float, float]:
    r"""Mean and second moment of a rate, :math:`\langle\phi(x)\rangle` and :math:`\langle\phi(x)^2\rangle`.

    Parameters
    ----------
    rate : callable
        The function φ of an array.
    variance : float
        Variance of the Gaussian x, which has zero mean.
    stride : int, optional
        Use every stride-th point, see `stride_for`.

    Returns
    -------
    tuple of float
        Sums on 4096 points over ±12 standard deviations: exact to rounding for a smooth φ, to
        1e-10 with a corner at zero.
    """

    def average(stride: int) -> np.ndarray:
        values = rate(np.sqrt(variance) * _points(stride))
        return np.array([values, values**2]) @ _kernels(stride).weights

    mean, square = _average(average, stride)
    return float(mean), float(square)


def second_moments(rate: Rate, variances: np.ndarray) -> np.ndarray:
    """Second moments at many variances, to a few per cent where the rate varies over a twentieth of their root."""
    stride = POINTS // FEWEST
    return rate(np.sqrt(variances)[:, None] * _points(stride)) ** 2 @ _kernels(stride).weights


def mean_derivatives(rate: Rate, variance: float, count: int, stride: int = 1) -> np.ndarray:
    r"""Means of a rate and of its derivatives, :math:`\langle\phi^{(k)}(x)\rangle` for k = 0 to `count` - 1.

    By Stein's lemma :math:`\langle\phi^{(k)}\rangle = \langle \mathrm{He}_k(z)\, \phi(\sigma z)\rangle / \sigma^k`
    with the Hermite polynomials of a standard normal z, without derivatives, so that φ may have corners.

    Parameters
    ----------
    rate : callable
        The function φ of an array.
    variance : float
        Variance σ² of the Gaussian x, above 0.
    count : int
    stride : int, optional
        Use every stride-th point, see `stride_for`.
    """
    spread = np.sqrt(variance)

    def average(stride: int) -> np.ndarray:
        return _hermite(stride, count) @ rate(spread * _points(stride))

    return _average(average, stride) / spread ** np.arange(count)


def stride_for(rate: Rate, variance: float) -> int:
    """Longest stride between points that resolves a rate of inputs of this or a smaller variance.

    It is 1 for a rate with a corner, whose spectrum has no cutoff.
    """
    waves = np.abs(np.fft.rfft(rate(np.sqrt(variance) * _points(1)) * _root_weights()))
    last = np.flatnonzero(waves > 1e-13 * waves.max(initial=1e-300))
    # products of two such values have twice the bandwidth
    needed = max(FEWEST, 4 * (int(last[-1]) + 1) if last.size else 0)
    return max(1, 2 ** int(np.log2(POINTS / needed)))


def correlation(rate: Rate, variance: float, stride: int | None = None) -> Chebyshev:
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
    stride : int, optional
        Use every stride-th point. Default: `stride_for` this variance.

    Returns
    -------
    numpy.polynomial.Chebyshev
        C as a function of :math:`v = \sqrt{1-\rho}` on [0, 1]. In v, unlike ρ, it has no root singularity at
        ρ = 1 even where φ is a step: sign(x) gives :math:`(2/\pi)\arcsin(1 - v^2)`.

    Notes
    -----
    0.1 to 1 ms: smooth functions of moderate gain need few points. Accurate to 1e-9 where φ varies over more
    than 0.05 standard deviations of x, corners at zero included; steps at zero to 1e-5, and to 1e-4 next to
    v = 0. Not accurate for a φ that grows exponentially.
    """
    spread = np.sqrt(variance)

    def average(stride: int) -> np.ndarray:
        kernels, values = _kernels(stride), rate(spread * _points(stride)) * _fading(stride)
        waves = np.fft.rfft(values)
        few = (kernels.at_few @ waves[: kernels.at_few.shape[-1]]).real
        parts = [few**2 @ kernels.few_weights]
        for points, by_wave, shared in kernels.smoothings:
            smoothed = np.fft.irfft(waves[: points // 2 + 1] * by_wave, points, axis=1)
            parts.append(np.einsum("ij,ij,ij->i", shared, smoothed, smoothed))
        return np.concatenate(parts)

    at_nodes = _average(average, stride_for(rate, variance) if stride is None else stride)
    return Chebyshev(_kernels(1).to_coefficients @ at_nodes, domain=[0.0, 1.0])
