"""Smooth pulses: a box convolved with a kernel, as functions of continuous time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["gaussian_integral", "hann_integral", "smoothed_box"]


def smoothed_box(
    times: np.ndarray, start: float, stop: float, integral: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    r"""Convolution of the box from `start` to `stop` with a kernel, given the kernel's integral.

    .. math:: \int_{start}^{stop} k(t - s)\,ds = K(t - start) - K(t - stop), \qquad K' = k.
    """
    return integral(times - start) - integral(times - stop)


def hann_integral(times: np.ndarray, width: float) -> np.ndarray:
    r"""Integral up to each time of the Hann kernel :math:`(1 + \cos(2\pi t/width))/width`, of area 1."""
    phase = np.clip(times / width, -0.5, 0.5)
    return 0.5 + phase + np.sin(2.0 * np.pi * phase) / (2.0 * np.pi)


def gaussian_integral(times: np.ndarray, std: float, width: float) -> np.ndarray:
    r"""Integral from 0 to each time of :math:`\exp(-t^2/(2\,std^2))`, cut off at ± `width` / 2."""
    from scipy.special import erf

    cut = np.clip(times, -0.5 * width, 0.5 * width)
    return std * np.sqrt(0.5 * np.pi) * erf(cut / (np.sqrt(2.0) * std))
