"""Period of recorded activity by a fit of harmonics, for flows and for maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["Oscillation", "oscillation"]

HARMONICS = 30
COMPONENTS = 8
"""Principal components that are fitted; the others of a smooth cycle have negligible variance."""
DIVISORS = range(1, 9)
"""The strongest line of a spectrum may be a harmonic of the fundamental."""
REPEATS = 2.0
"""Periods that samples must hold: the many harmonics of a longer period also fit a slow approach to a shorter cycle."""
STEPS = 5
HOPELESS = 0.5
"""Unexplained share after the first fit above which a frequency is not refined."""
GOOD = 1e-4
"""Unexplained share of the variance of a good fit."""


class Oscillation(NamedTuple):
    """Fundamental frequency in cycles per sample, and the share of the variance that its harmonics do not explain."""

    frequency: float
    unexplained: float


def oscillation(samples: np.ndarray) -> Oscillation:
    r"""Fundamental frequency of periodic samples.

    .. math:: x(t) = \sum_{k=0}^{30} a_k \cos(2\pi k f t) + b_k \sin(2\pi k f t)

    The strongest line of the spectrum gives a first f, which least squares refine. If much variance stays unexplained,
    the line may be a harmonic, and a half, a third, ... of it is tried, as long as the samples hold two periods.
    Periods need not be whole numbers of samples, nor much longer than one, as for maps that rotate by any angle.

    Parameters
    ----------
    samples : ndarray, shape (samples, units)

    Returns
    -------
    Oscillation
        Best fit, good or not: see `unexplained`. The largest `frequency` is 1/2, that of an alternation.
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
    from scipy.optimize import minimize_scalar

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
    """Frequency after Gauss–Newton steps of the harmonic fit, and the unexplained share of the variance."""
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
    """Least-squares fit by columns that may be dependent, as harmonics of a map are: function to fit and weights."""
    inverse = np.linalg.pinv(basis.T @ basis, rcond=1e-10, hermitian=True)

    def project(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weights = inverse @ (basis.T @ values)
        return basis @ weights, weights

    return project
