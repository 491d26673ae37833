r"""Lyapunov spectrum of a chaotic flow of infinitely many units: share of the exponents above any given one.

With the diagonal matrix D of the slopes of the units the tangent dynamics is :math:`\tau\dot v = -v + W D(t)\, v`. On
functions that are periodic in a long time T, the operator :math:`L_s = 1 + s + \tau\,d/dt - W D(t)` has the determinant
:math:`\prod_i 2 \sinh((s - \tau\Lambda_i) T / 2\tau)` of its Floquet exponents Λ, so that the share u of the exponents
above s/τ follows from

.. math:: \frac{\tau}{N T} \frac{d}{ds} \log|\det L_s| = \frac12 - u(s) .

As in the theory of eigenvalues of non-normal random matrices, the logarithm is that of the determinant of
:math:`L_s L_s^\dagger`, whose resolvent in the limit of many units solves Dyson's equations for the two kernels

.. math:: P(t - t') = \langle D(t)\, G(t, t')\, D(t') \rangle, \qquad Q(t - t') = \langle \tilde G(t, t') \rangle,

    G = \left(Y + A^T (g^2 P)^{-1} A\right)^{-1}, \qquad \tilde G = A^{-1} (Y - Y G\, Y) A^{-T}, \qquad
    Y(t, t') = g^2 D(t)\, Q(t - t')\, D(t'),

with :math:`A = 1 + s + \tau\,d/dt` and averages over units, whose D(t) = φ'(x(t)) follow Gaussian processes x(t). The
matrix W is the same at all times, which makes P and Q functions of two times and not of one. With
:math:`R = A^{-1}(g^2 P)^{1/2}` and the diagonal k(ω) of :math:`\langle (1 + R Y R)^{-1} \rangle` in frequency,

.. math:: u(s) = \frac12 - \int \frac{d\omega}{2\pi}\, \mathrm{Re}\,\frac{k(\omega)}{1 + s + i\omega} .

Since P, Q and k depend on the modulus of A only, :math:`u(-1 + x) + u(-1 - x) = 1`. Without chaos, D = 1, they are
functions of ω and give the semicircle; the largest exponent, where P and Q vanish, is that of the Schrödinger equation
of `neurosim.theory.lyapunov_exponent`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.blas import one_blas_thread
from neurosim.theory.gaussian import moments
from neurosim.theory.lyapunov import lyapunov_exponent
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.unit import mean_field_unit, slope_of

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Kernels", "flow_exponents", "share_above", "slope_paths", "solve_kernels"]

# Exponents at which the share is solved for, in parts of the distance from the center -1 to the largest. Further ones
# halve the distance to the largest until it is LAST parts of it: the dimension depends on these alone near the onset.
PLACES = (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94)
LAST = 0.3
# Times on a ring, and its length in parts of the time that activity takes to decay to 1e-4.
POINTS, PERIOD = 96, 0.7

# Largest change of a share in the last of the iterations, also in parts of the share, and their largest number.
TOLERANCE, RELATIVE, ITERATIONS = 1e-5, 5e-4, 400
# Iterations that are combined into the next one, and the largest change of the logarithm of a kernel.
DEPTH, STRIDE = 5, 0.5
# Power at a frequency below which it counts as none.
NOTHING = 1e-30


class Kernels(NamedTuple):
    """Solution of Dyson's equations on a ring of times.

    Attributes
    ----------
    by_slope, by_unit : ndarray, shape (points,)
        P and Q by frequency.
    passed : ndarray, shape (points,)
        k by frequency: 1 where there is no exponent above s.
    """

    by_slope: np.ndarray
    by_unit: np.ndarray
    passed: np.ndarray


def flow_exponents(
    network: Network, gain: float, shares: np.ndarray, paths: int, rng: np.random.Generator
) -> np.ndarray:
    """Exponents of a chaotic flow in 1/τ that these shares of all exceed; see the equations of this module."""
    from scipy.interpolate import PchipInterpolator

    tau = mean_field_unit(network).tau
    spacing = PERIOD * float(autocorrelation(network, gain=gain).lags[-1]) / tau / POINTS
    slopes = slope_paths(network, gain, spacing, POINTS, paths, rng)
    largest = 1.0 + tau * float(lyapunov_exponent(network, gain=gain))
    places, above, start = [0.0], [0.5], None
    for place in _places(largest):
        share, start = share_above(place * largest - 1.0, slopes, spacing, gain, start)
        # sampling may hide the last few exponents
        if 0.0 < share < above[-1]:
            places.append(place)
            above.append(share)
    upper = PchipInterpolator([0.0, *above[::-1]], largest * np.array([1.0, *places[::-1]]))
    return np.where(shares < 0.5, upper(np.minimum(shares, 0.5)), -upper(np.minimum(1.0 - shares, 0.5))) - 1.0


def _places(largest: float) -> list[float]:
    """Places at which the share is solved for, up to close to the largest exponent plus 1."""
    places = list(PLACES)
    while (1.0 - places[-1]) * largest > LAST * max(largest - 1.0, 1e-3):
        places.append(0.5 * (1.0 + places[-1]))
    return places


def slope_paths(
    network: Network, gain: float, spacing: float, points: int, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Slopes φ'(x(t)) along paths of the Gaussian process of mean-field theory, shape (count, points).

    Paths are periodic, with `points` times that are `spacing` (in units of τ) apart. The power of x at each
    frequency and the mean square of the slopes are made exact, which is what the exponents depend on most.
    """
    unit = mean_field_unit(network)
    lags = spacing * np.arange(points)
    lags = np.minimum(lags, spacing * points - lags)
    found = autocorrelation(network, gain=gain, lags=unit.tau * lags)
    currents = found.values * (gain**2 if unit.in_rate_form else 1.0)
    power = np.maximum(np.fft.fft(currents).real, 0.0)
    normal = np.fft.fft(rng.standard_normal((count, points)))
    normal *= np.sqrt(points / np.mean(np.abs(normal) ** 2, axis=0))
    slope = slope_of(network.neuron, float(currents[0]))
    slopes = slope(np.fft.ifft(normal * np.sqrt(power)).real)
    return slopes * np.sqrt(moments(slope, float(currents[0]))[1] / np.mean(slopes**2))


def share_above(
    exponent: float, slopes: np.ndarray, spacing: float, gain: float, start: Kernels | None = None
) -> tuple[float, Kernels]:
    """Share u of the exponents of a flow above one, in 1/τ and above -1, and the kernels as a start for another."""
    frequencies = 2.0 * np.pi * np.fft.fftfreq(slopes.shape[1], spacing)
    operator = 1.0 + exponent + 1j * frequencies
    found = solve_kernels(np.abs(operator), slopes, gain, start)
    period = spacing * slopes.shape[1]
    # above the highest frequency of the ring k is 1
    rest = np.arctan((1.0 + exponent) * spacing / np.pi) / np.pi
    return float(0.5 - ((1.0 / operator).real @ found.passed) / period - rest), found


@one_blas_thread()
def solve_kernels(
    moduli: np.ndarray, slopes: np.ndarray, gain: float, start: Kernels | None = None
) -> Kernels:
    """Solution of Dyson's equations for the moduli of A by frequency, by Anderson's iteration of their logarithms.

    Near the largest exponent plain iteration is slow, some hundreds of steps in place of thirty.
    """
    weight = 1.0 / moduli**2
    weight /= weight.sum()
    found = Kernels(*np.full((3, slopes.shape[1]), 0.1)) if start is None else start
    states: list[np.ndarray] = []
    changes: list[np.ndarray] = []
    passed: list[float] = []
    for _ in range(ITERATIONS):
        state, found = np.log(np.concatenate(found[:2])), _iterate(found, moduli, slopes, gain)
        states.append(state)
        changes.append(np.log(np.concatenate(found[:2])) - state)
        passed.append(float(weight @ found.passed))
        if _has_converged(passed):
            return found
        by_slope, by_unit = np.split(np.exp(_combined(states[-DEPTH:], changes[-DEPTH:])), 2)
        found = Kernels(by_slope, by_unit, found.passed)
    return found


def _iterate(found: Kernels, moduli: np.ndarray, slopes: np.ndarray, gain: float) -> Kernels:
    """Geometric mean of kernels and those that follow from them."""
    root = _circulant(gain * np.sqrt(found.by_slope) / moduli)
    loops = gain**2 * slopes[:, :, None] * _circulant(found.by_unit) * slopes[:, None, :]
    passed = np.linalg.inv(np.eye(len(moduli)) + root @ loops @ root)
    inner = root @ passed @ root
    by_slope = _frequencies(slopes[:, :, None] * inner * slopes[:, None, :])
    by_unit = _frequencies(loops - loops @ inner @ loops) / moduli**2
    # the scale of P against that of Q is free
    scale = np.sqrt(np.sqrt(found.by_slope * by_slope).sum() / np.sqrt(found.by_unit * by_unit).sum())
    return Kernels(
        np.sqrt(found.by_slope * by_slope) / scale,
        np.sqrt(found.by_unit * by_unit) * scale,
        _frequencies(passed),
    )


def _combined(states: list[np.ndarray], changes: list[np.ndarray]) -> np.ndarray:
    """Next state: the combination of these whose change is least, plus that change; strong frequencies count more.

    Where the combination would go against the last change, as it may far from the solution, that change alone.
    """
    state, change = states[-1], changes[-1]
    if len(states) == 1:
        return state + change
    strength = np.exp(0.5 * (state - np.repeat([half.max() for half in np.split(state, 2)], len(state) // 2)))
    steps, turns = np.diff(states, axis=0).T, np.diff(changes, axis=0).T
    parts = np.linalg.lstsq(strength[:, None] * turns, strength * change, rcond=1e-8)[0]
    step = np.clip(change - (steps + turns) @ parts, -STRIDE, STRIDE)
    return state + (step if strength**2 @ step * (strength**2 @ change) > 0.0 else change)


def _has_converged(passed: list[float]) -> bool:
    """Whether the last four changes are small; one may be so by chance."""
    if len(passed) < 8:
        return False
    last = np.array(passed[-5:])
    return bool(np.abs(np.diff(last)).max() < min(TOLERANCE, RELATIVE * (1.0 - last[-1])))


def _circulant(frequencies: np.ndarray) -> np.ndarray:
    """Symmetric matrix that multiplies each frequency by a number."""
    return np.fft.ifft(frequencies).real[_differences(len(frequencies))]


def _frequencies(matrices: np.ndarray) -> np.ndarray:
    """Diagonal in frequency of the mean of matrices."""
    mean = matrices.mean(axis=0)
    places = np.arange(len(mean))
    by_lag = mean[(places[:, None] + places) % len(mean), places].mean(axis=1)
    return np.maximum(np.fft.fft(by_lag).real, NOTHING)


def _differences(points: int) -> np.ndarray:
    places = np.arange(points)
    return (places[:, None] - places) % points
