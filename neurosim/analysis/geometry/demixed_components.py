"""Demixed principal component analysis (dPCA): directions for each variable of a task (Kobak et al. 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.analysis.geometry.condition_averages import average_by_condition, marginalize
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import non_negative, one_of, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["DemixedComponents", "demixed_components"]

RESOLVED = 1e-13
"""Variance of a direction, relative to the largest, below which it is rounding."""


@dataclass(frozen=True, eq=False)
class DemixedComponents(Result, times="time"):
    """Demixed principal components: for each marginalization, decoders and encoders by descending variance.

    Attributes
    ----------
    names : tuple of str
        Marginalizations: "time" (independent of the condition), the factors, and their interactions.
    decoders : ndarray, shape (marginalizations, units, components)
        Columns that give the components of activity.
    encoders : ndarray, shape (marginalizations, units, components)
        Orthonormal columns, each with a positive sum, that reconstruct activity from the components.
    shares : ndarray, shape (marginalizations, components)
        Share of the variance of the condition averages that each component reconstructs.
    composition : ndarray, shape (marginalizations, components, marginalizations)
        Share of the variance of each component that comes from each marginalization; 1 for its own where it is fully
        demixed, and 0 throughout for components without variance.
    marginal_shares : ndarray, shape (marginalizations,)
        Share of the variance of the condition averages in each marginalization.
    courses : ndarray, shape (marginalizations, components, conditions, samples)
        Components of the condition averages.
    conditions : tuple of str
        Combinations of levels of the factors.
    times : ndarray, shape (samples,)
    mean : ndarray, shape (units,)
        Mean over conditions and time.
    """

    names: tuple[str, ...]
    decoders: np.ndarray
    encoders: np.ndarray
    shares: np.ndarray
    composition: np.ndarray
    marginal_shares: np.ndarray
    courses: np.ndarray
    conditions: tuple[str, ...]
    times: np.ndarray
    mean: np.ndarray

    def project(self, activity: Activity, name: str) -> np.ndarray:
        """Components of one marginalization of any activity, shape (trials, samples, components)."""
        values = recording(activity).values
        if values.shape[2] != len(self.mean):
            raise ShapeError(
                f"activity must have {len(self.mean)} units, as the components (got {values.shape[2]})."
            )
        return (values - self.mean) @ self.decoders[self.names.index(one_of("name", name, self.names))]


def demixed_components(
    activity: Activity,
    conditions: Mapping[str, Any],
    count: int = 3,
    *,
    ridge: float = 0.0,
    discard: float = 0.0,
    dt: float | None = None,
) -> DemixedComponents:
    r"""Demixed principal components: a few components for each variable of a task, from reduced-rank regression.

    Condition averages are split into uncorrelated marginalizations :math:`\bar X_\phi`: what depends on time only, on
    each factor, and on each interaction (all with their time course). For each,

    .. math:: \min_{F, D} \sum_c \frac{1}{K_c} \sum_k \lVert \bar x_\phi - F D x_k \rVert^2 + \mu \lVert F D \rVert^2,
        \qquad A = \langle \bar x_\phi \bar x^T \rangle (\langle x x^T \rangle + \mu)^{-1}, \quad D = F^T A

    where x are single trials, every condition c has the same weight, and the columns of F are the leading
    eigenvectors of :math:`A (\langle x x^T \rangle + \mu) A^T`.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``, with trials aligned in time.
    conditions : mapping of str to array_like, shape (trials,)
        Factors: level of each in each trial, such as two entries of ``trials.conditions``. Each combination of levels
        needs a trial.
    count : int, optional
        Components for each marginalization.
    ridge : float, optional
        The penalty μ, relative to the total variance of trials (the square of λ in Kobak et al.). Needed where there
        are few trials; choose it by cross-validation. With 0, the least-norm solution.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    DemixedComponents

    Raises
    ------
    ShapeError, ParameterError
        When labels do not fit, a factor has one level only, a combination has no trial, all conditions are constant,
        or `count` exceeds the number of units.

    Notes
    -----
    Covariance of trials around their condition average (noise) enters ⟨x xᵀ⟩ as it is, without a correction for the
    number of trials. Costs 2 trials · samples · units² and, for each of the 2^factors marginalizations, 30 units³.

    References
    ----------
    D. Kobak, W. Brendel, C. Constantinidis, C. E. Feierstein, A. Kepecs, Z. F. Mainen, X.-L. Qi, R. Romo, N. Uchida,
    C. K. Machens, eLife 5, e10989 (2016), methods.

    Examples
    --------
    Two units carry the stimulus and time, each in both: the first demixed component of the stimulus has it alone.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> stimulus, ramp = np.array([-1.0, 1.0]), np.linspace(0.0, 1.0, 20)
    >>> rates = stimulus[:, None, None] * [1.0, 0.0] + ramp[:, None] * [1.0, 1.0]
    >>> found = ns.analysis.demixed_components(rates, {"stimulus": stimulus}, count=1)
    >>> found.names, found.composition[1, 0].round(9)
    (('time', 'stimulus'), array([0., 1.]))
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    if whole_number("count", count) > values.shape[2]:
        raise ParameterError(f"count must be at most {values.shape[2]}, the number of units (got {count}).")
    averages = average_by_condition(values.astype(np.float64), conditions)
    units, samples = values.shape[2], values.shape[1]
    mean = averages.values.reshape(-1, units).mean(axis=0)
    centered = averages.values - mean
    parts = {
        name: np.broadcast_to(part, centered.shape).reshape(-1, units)
        for name, part in marginalize(centered, averages.factors).items()
    }
    flat = centered.reshape(-1, units)
    covariance = flat.T @ flat / len(flat)
    total = float(np.trace(covariance))
    if total <= RESOLVED**2 * np.max(averages.values**2):
        raise ParameterError("activity must change in time or between conditions (got a constant).")
    inverse = _regularized_inverse(covariance + averages.noise, non_negative("ridge", ridge))
    pairs = [_decode(part, inverse, count) for part in parts.values()]
    decoders, encoders = (np.stack(each) for each in zip(*pairs, strict=True))
    start = interval * np.ceil(discard / interval - 1e-9)
    return DemixedComponents(
        names=tuple(parts),
        decoders=decoders,
        encoders=encoders,
        shares=_explained_shares(covariance, decoders, encoders),
        composition=_composition(parts, decoders, total),
        marginal_shares=np.array([np.sum(part**2) for part in parts.values()]) / (len(flat) * total),
        courses=np.einsum("cu,muk->mkc", flat, decoders).reshape(len(parts), count, -1, samples),
        conditions=averages.labels,
        times=start + interval * np.arange(samples),
        mean=mean,
    )


def _regularized_inverse(covariance: np.ndarray, ridge: float) -> np.ndarray:
    """Inverse of the covariance plus a multiple of the identity, on its numerical range."""
    from scipy.linalg import pinvh

    regularized = covariance + ridge * np.trace(covariance) * np.eye(len(covariance))
    return pinvh(regularized, rtol=RESOLVED * len(covariance))


def _decode(part: np.ndarray, inverse: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Decoder and encoder of one marginalization, each of shape (units, count)."""
    # marginalizations are uncorrelated, so that the product with the whole is that with the part itself
    product = part.T @ part / len(part)
    encoder = np.linalg.eigh(product @ inverse @ product)[1][:, ::-1][:, :count]
    encoder = encoder * np.where(encoder.sum(axis=0) < 0.0, -1.0, 1.0)
    return inverse @ product @ encoder, encoder


def _explained_shares(covariance: np.ndarray, decoders: np.ndarray, encoders: np.ndarray) -> np.ndarray:
    """Share of the variance that each component reconstructs alone, 1 - |X - f d X|² / |X|²."""
    moved = covariance @ decoders
    gained = 2.0 * np.sum(encoders * moved, axis=1) - np.sum(decoders * moved, axis=1)
    return gained / np.trace(covariance)


def _composition(parts: Mapping[str, np.ndarray], decoders: np.ndarray, total: float) -> np.ndarray:
    """Share of the variance of each component that comes from each marginalization."""
    variances = np.stack([np.mean((part @ decoders) ** 2, axis=1) for part in parts.values()], axis=-1)
    sums = variances.sum(axis=-1, keepdims=True)
    return np.where(sums > RESOLVED * total, variances / np.maximum(sums, np.finfo(np.float64).tiny), 0.0)
