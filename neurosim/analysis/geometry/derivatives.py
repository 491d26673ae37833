"""Time derivatives of sampled activity."""

from __future__ import annotations

import numpy as np

__all__ = ["differentiate"]


def differentiate(values: np.ndarray, interval: float) -> tuple[np.ndarray, np.ndarray]:
    r"""States midway between samples, and time derivatives there.

    .. math:: \bar x = \frac{x_{k+1} + x_k}{2}, \qquad \dot x = \frac{x_{k+1} - x_k}{\Delta t}

    Parameters
    ----------
    values : ndarray, shape (trials, samples, dimensions)
    interval : float
        Time between samples.

    Returns
    -------
    states, derivatives : ndarray, shape (trials, samples - 1, dimensions)
        Both right to the second order in `interval`. For a rotation :math:`x_{k+1} = e^{\Delta t A} x_k` with
        antisymmetric A, :math:`\dot x = M \bar x` holds exactly, with antisymmetric M.
    """
    before, after = values[:, :-1], values[:, 1:]
    return 0.5 * (before + after), (after - before) / interval
