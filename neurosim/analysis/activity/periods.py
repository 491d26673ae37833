"""Period of recorded activity: the one frequency whose harmonics explain it, for flows and for maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

__all__ = ["Oscillation", "oscillation"]

HARMONICS = 30
COMPONENTS = 8
"""Principal components that are fitted; of a smooth cycle the others hold next to nothing."""
DIVISORS = range(1, 9)
"""The strongest line of a spectrum may be a harmonic of the fundamental."""
REPEATS = 2.0
"""Periods that samples must hold: the many harmonics of a longer one also fit a slow approach to a shorter one."""
STEPS = 5
HOPELESS = 0.5
"""Share after the first fit from which a frequency is not refined."""
GOOD = 1e-4
"""Share of the variance that harmonics may leave unexplained."""


class Oscillation(NamedTuple):
    """Fundamental frequency in cycles per sample, and the share of the variance that its harmonics leave."""

    frequency: float
    unexplained: float


def oscillation(samples: np.ndarray) -> Oscillation:
    r"""Fundamental frequency of samples that are a function of one phase.

    .. math:: x(t) = \sum_{k=0}^{30} a_k \cos(2\pi k f t) + b_k \sin(2\pi k f t)

    The strongest line of the spectrum gives f; least squares refine it and say what is left. If much is, the line was a
    harmonic, and a half, a third, ... of it is tried, as long as the samples hold two periods. A map that turns by an
    irrational angle is an oscillation too: its period in samples need not be whole, nor long against one.

    Parameters
    ----------
    samples : ndarray, shape (samples, units)

    Returns
    -------
    Oscillation
        `frequency` up to 1/2, that of a change at every sample; the best that was found, whatever it leaves.
    """
    centered = samples - samples.mean(axis=0)
    _, vectors = np.linalg.eigh(centered.T @ centered)
    reduced = centered @ vectors[:, -COMPONENTS:]
    line, best = _strongest_line(reduced), Oscillation(np.nan, 1.0)
    for divisor in DIVISORS:
        if divisor > 1 and line / divisor * len(samples) < REPEATS:
            break
        found = _fit_harmonics(reduced, line / divisor)
        if found.unexplained < 0.5 * best.unexplained:
            best = found
        if best.unexplained < GOOD:
            break
    return best


def _strongest_line(samples: np.ndarray) -> float:
    """Frequency at which the windowed power, summed over components, is largest."""
    window = np.hanning(len(samples))[:, None]
    times = np.arange(len(samples))

    def power(frequency: float) -> float:
        wave = np.exp(-2j * np.pi * frequency * times)
        return float((np.abs(wave @ (window * samples)) ** 2).sum())

    spectrum = (np.abs(np.fft.rfft(window * samples, axis=0)) ** 2).sum(axis=1)
    peak = 1 + int(spectrum[1:].argmax())
    bounds = ((peak - 1) / len(samples), min(0.5, (peak + 1) / len(samples)))
    found = minimize_scalar(lambda f: -power(f), bounds=bounds, method="bounded", options={"xatol": 1e-12})
    return float(found.x)


def _fit_harmonics(samples: np.ndarray, frequency: float) -> Oscillation:
    """Frequency after Gauss–Newton steps of the harmonic fit, and what the fit leaves."""
    times, total = np.arange(len(samples)) - len(samples) / 2.0, float((samples**2).sum())
    best = Oscillation(frequency, 1.0)
    order = np.arange(1, min(HARMONICS, len(samples) // 8) + 1)
    for _ in range(STEPS):
        angles = 2.0 * np.pi * frequency * times[:, None] * order
        cosine, sine = np.cos(angles), np.sin(angles)
        project = _projection(np.concatenate([cosine, sine, np.ones((len(times), 1))], axis=1))
        fit, weights = project(samples)
        unexplained = float(((samples - fit) ** 2).sum()) / total
        if unexplained >= best.unexplained:
            break
        best = Oscillation(frequency, unexplained)
        if unexplained > HOPELESS:
            break
        a, b = np.split(weights[:-1], 2)
        slope = 2.0 * np.pi * times[:, None] * ((order * cosine) @ b - (order * sine) @ a)
        slope -= project(slope)[0]
        square = float((slope**2).sum())
        if square == 0.0:
            break
        frequency += float((slope * (samples - fit)).sum()) / square
    return best


def _projection(basis: np.ndarray) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Least squares fit by columns that may repeat each other, as harmonics of a map do: fit and weights."""
    inverse = np.linalg.pinv(basis.T @ basis, rcond=1e-10, hermitian=True)

    def project(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weights = inverse @ (basis.T @ values)
        return basis @ weights, weights

    return project
