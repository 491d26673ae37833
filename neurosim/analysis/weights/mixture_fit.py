"""Fit of a mixture of normal distributions by expectation and maximization, from several starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Fit", "fit_mixture", "parameter_count"]

ITERATIONS = 500
"""Largest number of iterations from one start; it converges in some 100."""
CONVERGED = 1e-6
"""Increase of the log-likelihood per sample at which a fit has converged."""
SPLITS = 2
"""Starts of each kind that split a population of the fit with one less."""
SAME = 1e-3
"""Log-likelihood per sample within which two starts have ended in the same maximum."""
RESOLVED = 1e-12
"""Variance of a direction, relative to the largest one, below which it is constant, and spread relative to the size."""
RIDGE = 1e-6
"""Share of the variance of all samples that is added in every direction, where there are several populations."""


class Fit(NamedTuple):
    """Fitted mixture.

    Attributes
    ----------
    weights : ndarray, shape (populations,)
        By descending share.
    means : ndarray, shape (populations, features)
    covariances : ndarray, shape (populations, features, features)
    probabilities : ndarray, shape (samples, populations)
        Of each sample to be of each population.
    log_likelihood : float
        Of all samples; of features without variance nothing enters.
    dimension : int
        Number of directions that have variance.
    agreeing : int
        Starts that ended in this maximum of the likelihood.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    probabilities: np.ndarray
    log_likelihood: float
    dimension: int
    agreeing: int


class _Step(NamedTuple):
    probabilities: np.ndarray
    log_likelihood: float


def parameter_count(populations: int, dimension: int) -> int:
    """Number of free parameters: shares, means and covariances."""
    return populations - 1 + populations * (dimension + dimension * (dimension + 1) // 2)


def fit_mixture(values: np.ndarray, populations: int, starts: int, rng: np.random.Generator) -> Fit | None:
    """Most likely mixture of so many normal distributions; None where a population vanishes from every start.

    Features are first turned into uncorrelated ones of variance one, so that the result does not depend on their scale.
    Half of the starts group samples by their place, the others by their products of features, which differ between
    populations of equal means. Further ones split each population of the best mixture of one population less. Every
    start is followed until it converges: which of them ends highest cannot be told from the first tens of iterations.

    Parameters
    ----------
    values : ndarray, shape (samples, features)
    populations : int
    starts : int
    rng : Generator
    """
    center = values.mean(axis=0)
    spread = values.std(axis=0)
    spread[spread <= RESOLVED * np.abs(values).max(axis=0)] = 0.0
    scale = np.where(spread > 0.0, spread, 1.0)
    scaled = np.where(spread > 0.0, (values - center) / scale, 0.0)
    variances, vectors = np.linalg.eigh(scaled.T @ scaled / len(values))
    kept = variances > RESOLVED * variances.max(initial=0.0)
    roots = np.sqrt(variances[kept])
    white = scaled @ vectors[:, kept] / roots
    back = (vectors[:, kept] * roots).T * scale
    ended: list[_Step] = []
    for count in range(1, populations + 1):
        ended = _ends(
            white, count, starts, rng, max(ended, key=lambda step: step.log_likelihood, default=None)
        )
    if not ended:
        return None
    found = max(ended, key=lambda step: step.log_likelihood)
    agreeing = sum(found.log_likelihood - step.log_likelihood < SAME * len(white) for step in ended)
    probabilities = found.probabilities[:, np.argsort(-found.probabilities.sum(axis=0), kind="stable")]
    weights, means, covariances = _maximize(white, probabilities)
    volume = float(np.log(np.abs(roots)).sum() + np.log(scale[spread > 0.0]).sum())
    return Fit(
        weights,
        center + means @ back,
        np.einsum("ia,pij,jb->pab", back, covariances, back, optimize=True),
        probabilities,
        found.log_likelihood - len(values) * volume,
        int(kept.sum()),
        agreeing,
    )


def _ends(
    white: np.ndarray, populations: int, starts: int, rng: np.random.Generator, fewer: _Step | None
) -> list[_Step]:
    """Where each start converges; a single population is found at once. `fewer`: best fit of one population less."""
    if populations == 1:
        return [_expect(white, *_maximize(white, np.ones((len(white), 1))))]
    grouped = (white, _products(white))
    begun = [np.eye(populations)[_groups(grouped[k % 2], populations, rng)] for k in range(starts)]
    if fewer is not None:
        begun += [
            _split(fewer, p, features, rng) for p in range(populations - 1) for features in grouped * SPLITS
        ]
    return [found for each in begun if (found := _climb(white, each)) is not None]


def _split(fewer: _Step, population: int, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Probabilities of a fit in which the samples of one population are divided into two."""
    own = np.argsort(-fewer.probabilities[:, population])[
        : int(np.ceil(fewer.probabilities[:, population].sum()))
    ]
    probabilities = np.concatenate([fewer.probabilities, np.zeros((len(features), 1))], axis=1)
    moved = own[_groups(features[own], 2, rng) == 1]
    probabilities[moved, -1] = probabilities[moved, population]
    probabilities[moved, population] = 0.0
    return probabilities


def _products(white: np.ndarray) -> np.ndarray:
    """Products of all pairs of features, relative to their sum of squares."""
    first, second = np.triu_indices(white.shape[1])
    return white[:, first] * white[:, second] / (white**2).sum(axis=1, keepdims=True)


def _groups(features: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Group of each sample: the nearest of some samples that are drawn far from each other (k-means++)."""
    centers = features[rng.integers(len(features))][None]
    distances = ((features - centers[0]) ** 2).sum(axis=1)
    while len(centers) < count and distances.any():
        chosen = features[rng.choice(len(features), p=distances / distances.sum())]
        centers = np.concatenate([centers, chosen[None]])
        distances = np.minimum(distances, ((features - chosen) ** 2).sum(axis=1))
    return np.argmin(((features[:, None] - centers) ** 2).sum(axis=2), axis=1)


def _climb(white: np.ndarray, probabilities: np.ndarray) -> _Step | None:
    """Alternate both steps until the log-likelihood converges; None if a population has too few samples."""
    before, step = -np.inf, _Step(probabilities, -np.inf)
    for _ in range(ITERATIONS):
        if step.probabilities.sum(axis=0).min() < white.shape[1] + 1:
            return None
        step = _expect(white, *_maximize(white, step.probabilities))
        if step.log_likelihood - before < CONVERGED * len(white):
            break
        before = step.log_likelihood
    return step


def _maximize(white: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares, means and covariances that make the samples most likely, given the probabilities."""
    sums = probabilities.sum(axis=0)
    means = probabilities.T @ white / sums[:, None]
    deviations = white - means[:, None]
    weighted = deviations * probabilities.T[:, :, None]
    covariances = np.matmul(weighted.transpose(0, 2, 1), deviations) / sums[:, None, None]
    if len(sums) > 1:
        covariances += RIDGE * np.eye(white.shape[1])
    return sums / len(white), means, covariances


def _expect(white: np.ndarray, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> _Step:
    """Probabilities of the samples and their log-likelihood, given shares, means and covariances."""
    roots = np.linalg.cholesky(covariances)
    residuals = np.matmul(white - means[:, None], np.linalg.inv(roots).transpose(0, 2, 1))
    volumes = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1) + 0.5 * white.shape[1] * np.log(
        2.0 * np.pi
    )
    logarithms = (np.log(weights) - volumes)[:, None] - 0.5 * np.einsum("pnd,pnd->pn", residuals, residuals)
    largest = logarithms.max(axis=0)
    shares = np.exp(logarithms - largest)
    total = shares.sum(axis=0)
    return _Step((shares / total).T, float((largest + np.log(total)).sum()))
