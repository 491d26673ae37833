"""Communication subspaces: directions of one population that predict another (Semedo et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import non_negative, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["CommunicationSubspace", "communication_subspace"]

RESOLVED = 1e-13
"""Variance of a direction, relative to the largest, below which it is rounding."""


@dataclass(frozen=True, eq=False)
class CommunicationSubspace(Result):
    """Reduced-rank regression of a target population on a source population.

    Attributes
    ----------
    dimension : int
        Smallest rank whose cross-validated score is within one standard error of the best.
    scores : ndarray, shape (ranks,)
        Cross-validated share of the variance of the target that is predicted, for ranks 0, 1, ...; negative where the
        prediction is worse than the mean.
    standard_errors : ndarray, shape (ranks,)
        Of the scores, over folds.
    axes : ndarray, shape (source units, dimension)
        Orthonormal columns that span the communication subspace: activity orthogonal to them predicts nothing.
    target_axes : ndarray, shape (target units, dimension)
        Orthonormal columns, by descending predicted variance, that span all predictions.
    coefficients : ndarray, shape (source units, target units)
        Of the regression of this rank on all samples.
    source_share : float
        Share of the variance of the source that lies in the communication subspace.
    source_mean : ndarray, shape (source units,)
    target_mean : ndarray, shape (target units,)
    """

    dimension: int
    scores: np.ndarray
    standard_errors: np.ndarray
    axes: np.ndarray
    target_axes: np.ndarray
    coefficients: np.ndarray
    source_share: float
    source_mean: np.ndarray
    target_mean: np.ndarray

    def predict(self, source: Activity) -> np.ndarray:
        """Activity of the target population predicted from the source, shape (trials, samples, target units)."""
        values = recording(source).values
        if values.shape[2] != len(self.source_mean):
            raise ShapeError(f"source must have {len(self.source_mean)} units (got {values.shape[2]}).")
        return (values - self.source_mean) @ self.coefficients + self.target_mean


def communication_subspace(
    source: Activity,
    target: Activity,
    count: int | None = None,
    *,
    folds: int = 10,
    ridge: float = 0.0,
    discard: float = 0.0,
    dt: float | None = None,
) -> CommunicationSubspace:
    r"""Communication subspace between two populations, by reduced-rank regression with cross-validation.

    .. math:: \min_{\mathrm{rank}\, B = m} \lVert Y - X B \rVert^2 + \mu \lVert B \rVert^2, \qquad
        B_m = B V_m V_m^T

    where B is the solution of full rank, and the columns of :math:`V_m` are the leading eigenvectors of
    :math:`B^T X^T Y`, for activity without the mean of each unit.

    Parameters
    ----------
    source, target : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        Simultaneous activity of two populations, such as ``run.rates[..., :100]`` and ``run.rates[..., 100:]``. To ask
        about fluctuations, as Semedo et al. do, subtract the mean over trials of each condition first.
    count : int, optional
        Largest rank that is tried. Default: the number of units of the smaller population.
    folds : int, optional
        Parts of the cross-validation: trial k belongs to part k modulo `folds`. With fewer trials than folds, parts
        are contiguous in time.
    ridge : float, optional
        The penalty μ, relative to the total squared activity of the source. With 0, the least-norm solution.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of arrays. Default: 1.

    Returns
    -------
    CommunicationSubspace

    Raises
    ------
    ShapeError, ParameterError
        When trials or samples differ, a population is constant, or there are more folds than samples.

    Notes
    -----
    The dimension of a subspace of communication is to be compared with that of the target population itself: a target
    of few dimensions needs few for any source. Costs folds · samples · units² operations.

    References
    ----------
    J. D. Semedo, A. Zandvakili, C. K. Machens, B. M. Yu, A. Kohn, Neuron 102, 249 (2019). Reduced-rank regression:
    A. J. Izenman, J. Multivar. Anal. 5, 248 (1975).

    Examples
    --------
    One of three directions of the source drives the target.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> rng = np.random.default_rng(0)
    >>> source = rng.standard_normal((20, 50, 3))
    >>> target = source @ np.outer([0.6, 0.8, 0.0], [1.0, 2.0]) + rng.standard_normal((20, 50, 2))
    >>> found = ns.analysis.communication_subspace(source, target)
    >>> found.dimension, np.abs(found.axes[:, 0]).round(1)
    (1, array([0.6, 0.8, 0. ]))
    """
    x, y, parts = _samples(source, target, folds, discard, dt)
    non_negative("ridge", ridge)
    most = min(x.shape[1], y.shape[1])
    ranks = most if count is None else whole_number("count", count)
    if ranks > most:
        raise ParameterError(
            f"count must be at most {most}, the units of the smaller population (got {count})."
        )
    by_fold = np.stack([_scores(x, y, parts == fold, ranks, ridge) for fold in range(folds)])
    scores = by_fold.mean(axis=0)
    errors = by_fold.std(axis=0, ddof=1) / np.sqrt(folds)
    best = int(scores.argmax())
    # without noise, ranks that are large enough differ by rounding only
    dimension = int(np.argmax(scores >= scores[best] - errors[best] - 1e-12))
    source_mean, target_mean = x.mean(axis=0), y.mean(axis=0)
    centered = x - source_mean
    full, directions = _regress(centered, y - target_mean, ridge)
    chosen = directions[:, :dimension]
    axes = np.linalg.qr(full @ chosen)[0]
    return CommunicationSubspace(
        dimension=dimension,
        scores=scores,
        standard_errors=errors,
        axes=axes,
        target_axes=chosen,
        coefficients=full @ chosen @ chosen.T,
        source_share=float(np.sum((centered @ axes) ** 2) / np.sum(centered**2)),
        source_mean=source_mean,
        target_mean=target_mean,
    )


def _samples(
    source: Activity, target: Activity, folds: int, discard: float, dt: float | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples of both populations, each of shape (samples, units), and the fold of each sample."""
    x, y = (recording(each, discard=discard, dt=dt).values.astype(np.float64) for each in (source, target))
    if x.shape[:2] != y.shape[:2]:
        raise ShapeError(
            f"target must have the trials and samples of source, {x.shape[:2]} (got {y.shape[:2]}); record both at the "
            f"same times of the same trials."
        )
    for name, values in (("source", x), ("target", y)):
        if np.ptp(values, axis=(0, 1)).max() <= RESOLVED * np.abs(values).max():
            raise ParameterError(f"{name} must change in time or between trials (got a constant).")
    trials, samples = x.shape[:2]
    if whole_number("folds", folds, minimum=2) > trials * samples:
        raise ParameterError(
            f"folds must be at most {trials * samples}, the number of samples (got {folds})."
        )
    if trials >= folds:
        parts = np.repeat(np.arange(trials) % folds, samples)
    else:
        parts = np.arange(trials * samples) * folds // (trials * samples)
    return x.reshape(-1, x.shape[2]), y.reshape(-1, y.shape[2]), parts


def _regress(x: np.ndarray, y: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of full rank, and orthonormal target directions by descending predicted variance."""
    from scipy.linalg import pinvh

    covariance, product = x.T @ x, x.T @ y
    regularized = covariance + ridge * np.trace(covariance) * np.eye(len(covariance))
    full = pinvh(regularized, rtol=RESOLVED * len(covariance)) @ product
    predicted = full.T @ product
    return full, np.linalg.eigh(0.5 * (predicted + predicted.T))[1][:, ::-1]


def _scores(x: np.ndarray, y: np.ndarray, tested: np.ndarray, ranks: int, ridge: float) -> np.ndarray:
    """Share of the variance of tested samples that ranks 0, 1, ... fitted to the others predict, shape (ranks + 1,)."""
    fitted = ~tested
    source_mean, target_mean = x[fitted].mean(axis=0), y[fitted].mean(axis=0)
    full, directions = _regress(x[fitted] - source_mean, y[fitted] - target_mean, ridge)
    truth = (y[tested] - target_mean) @ directions[:, :ranks]
    guess = (x[tested] - source_mean) @ full @ directions[:, :ranks]
    # each direction of the target changes the squared error on its own
    gains = np.sum(2.0 * truth * guess - guess**2, axis=0)
    return np.concatenate([[0.0], np.cumsum(gains)]) / np.sum((y[tested] - target_mean) ** 2)
