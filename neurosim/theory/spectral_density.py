"""Spectral density of mean-field activity at discrete frequencies, and the response of a unit to its input."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.theory.gaussian import mean_derivatives
from neurosim.theory.mean_field import autocorrelation
from neurosim.theory.unit import mean_field_unit

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.theory.mean_field import Autocorrelation

__all__ = ["HIGHEST", "SpectralDensity", "mean_slope", "period_of", "response", "spectral_density"]

# Lags in one period of the Fourier transform, long enough for both ends to decay.
LAGS = 4096
PERIODS = 8.0
# Smallest number of lags for the Euler map, whose responses may last longer than its correlations.
SHORTEST = 1024
# Largest frequency in 1/tau; less than 1e-6 of the power is above it.
HIGHEST = 8.0


class SpectralDensity(NamedTuple):
    """Spectral density at frequencies of zero and above.

    Attributes
    ----------
    frequencies : ndarray, shape (frequencies,)
        ω τ.
    power : ndarray, shape (frequencies,)
        Power of the rates at each frequency and at minus that; the sum is their mean square.
    filters : ndarray of complex, shape (frequencies,)
        S(ω), mean response of a rate to its input.
    slope : float
        ⟨φ'⟩.
    """

    frequencies: np.ndarray
    power: np.ndarray
    filters: np.ndarray
    slope: float


def spectral_density(
    network: Network,
    gain: float,
    dt: float | None = None,
    shortest: Callable[[float], float] = lambda slope: 0.0,  # noqa: ARG005
) -> SpectralDensity:
    """Spectral density of the rates of a chaotic network whose correlations decay to zero.

    Parameters
    ----------
    network, gain, dt
        As in `neurosim.theory.autocorrelation`.
    shortest : callable, optional
        Least period of the Fourier transform, in units of τ, for a mean slope.
    """
    unit = mean_field_unit(network)
    solution = autocorrelation(network, gain=gain, dt=dt)
    spacing, count = period_of(solution, dt)
    slope = mean_slope(network, solution)
    count = max(count, 2 * int(np.ceil(0.5 * shortest(slope) * unit.tau / spacing)))
    lags = spacing * np.arange(count)
    folded = autocorrelation(network, gain=gain, dt=dt, lags=np.minimum(lags, spacing * count - lags))
    power = np.fft.rfft(folded.rate_values).real / count
    power[1 : (count + 1) // 2] *= 2.0
    frequencies = 2.0 * np.pi * unit.tau * np.fft.rfftfreq(count, spacing)
    kept = frequencies < HIGHEST
    filters = slope * response(frequencies[kept], None if dt is None else dt / unit.tau)
    return SpectralDensity(frequencies[kept], np.maximum(power[kept], 0.0), filters, slope)


def mean_slope(network: Network, solution: Autocorrelation) -> float:
    """Mean slope ⟨φ'⟩ by Stein's lemma, without differentiating."""
    unit = mean_field_unit(network)
    currents = solution.variance * (solution.gain**2 if unit.in_rate_form else 1.0)
    return float(mean_derivatives(unit.rate, currents, 2)[1])


def period_of(solution: Autocorrelation, dt: float | None) -> tuple[float, int]:
    """Spacing and number of lags in one period of the Fourier transform."""
    period = PERIODS * solution.lags[-1]
    if dt is None:
        return period / LAGS, LAGS
    return dt, max(SHORTEST, 2 * int(np.ceil(0.5 * period / dt)))


def response(frequencies: np.ndarray, step: float | None) -> np.ndarray:
    """Response of a leaky unit to its input, frequencies in 1/tau and the Euler step in tau."""
    if step is None:
        return 1.0 / (1.0 + 1j * frequencies)
    return step / (np.exp(1j * frequencies * step) - 1.0 + step)
