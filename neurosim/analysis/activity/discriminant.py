"""Linear discriminant analysis of one set of samples for many sets of labels."""

from __future__ import annotations

import numpy as np

__all__ = ["Discriminant"]

RESOLVED = 1e-12
"""Variance of a direction, relative to the largest, below which it is rounding."""


class Discriminant:
    r"""Linear discriminant with a ridge, for labels that are given afterwards.

    With the covariance T of all samples, that within classes is :math:`S = T - \sum_k p_k m_k m_k^T`, with the
    frequencies p and the means m of the classes about the common one. Samples are whitened once by
    :math:`(T + \rho \bar s^2 I)^{-1/2}`; the inverse of the rest,
    :math:`1 - M M^T` with columns :math:`\sqrt{p_k} m_k`, takes the classes only.

    Parameters
    ----------
    samples : ndarray, shape (samples, units)
    ridge : float
        ρ, in units of the mean variance of a unit.
    """

    def __init__(self, samples: np.ndarray, ridge: float) -> None:
        self._mean = samples.mean(axis=0)
        centered = samples - self._mean
        values, axes = np.linalg.eigh(centered.T @ centered / len(samples))
        values = np.maximum(values, 0.0)
        penalty = ridge * values.mean()
        kept = values > RESOLVED * values.max(initial=0.0)
        self._whiten = axes[:, kept] / np.sqrt(values[kept] + penalty)
        self._samples = centered @ self._whiten

    def whiten(self, samples: np.ndarray) -> np.ndarray:
        """Other samples in the coordinates of `predict`."""
        return (samples - self._mean) @ self._whiten

    def predict(self, samples: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
        """Classes of whitened samples.

        Parameters
        ----------
        samples : ndarray, shape (samples, dimensions)
        labels : ndarray of int
            Of the samples of the construction, from 0 to count - 1, each at least once.
        count : int
            Number of classes.
        """
        indicators = np.eye(count)[labels]
        shares = indicators.mean(axis=0)
        means = (indicators.T @ self._samples) / (len(labels) * shares[:, None])
        roots = np.sqrt(shares)[:, None] * means
        # (1 - M M^T)^-1 = 1 + M (1 - M^T M)^-1 M^T, regular where samples vary within classes or there is a ridge
        inner = np.eye(count) - roots @ roots.T
        weights = means + (means @ roots.T) @ np.linalg.pinv(inner, hermitian=True) @ roots
        scores = samples @ weights.T - 0.5 * np.sum(weights * means, axis=1) + np.log(shares)
        return scores.argmax(axis=1)
